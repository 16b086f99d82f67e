//! Importing a large dirty file from the command line, as a shop's nightly job would.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::Asked;
use crate::files::{self, Form};
use crate::pages::cast;
use crate::place::Place;
use crate::table::{Table, ratio, seconds};

pub async fn measure(asked: &Asked, place: &Place, form: Form, table: &mut Table) -> anyhow::Result<()> {
    let db = place.open().await?;
    let store = cast(&db).await?.store;
    let path = files::write(&db, store, &place.data, form, asked.rows).await?;
    db.close().await;
    let floor = files::floor(&path, form)?;
    let mut command = place.command(&asked.zhiyin);
    command.args(["import", "--kind", "repair-orders", "--store", "S001", "--json"]).arg(&path);
    let began = Instant::now();
    let child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
    let pid = child.id();
    // Its greatest memory, looked at every now and then.
    let watching = std::thread::spawn(move || {
        let mut most = 0;
        loop {
            let now = crate::server::memory(pid);
            if now == 0 {
                return most;
            }
            most = most.max(now);
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let output = child.wait_with_output()?;
    let took = began.elapsed();
    ensure!(output.status.success(), "the import failed: {}", output.status);
    let most = watching.join().unwrap_or(0);
    let told: Value = serde_json::from_slice(&output.stdout).context("the import's answer")?;
    let millis = took.as_millis().max(1);
    let rate = u128::try_from(asked.rows).unwrap_or(0) * 1_000 / millis;
    let figures = vec![
        ("", format!("{rate} rows/s")),
        ("", seconds(took)),
        ("memory", format!("{} MiB", most / 1024)),
        ("told", told.to_string().chars().take(400).collect()),
    ];
    table.add(
        &format!("import {} rows {}", asked.rows, form.name()),
        figures,
        seconds(floor),
        ratio(took.as_millis(), floor.as_millis()),
    );
    Ok(())
}
