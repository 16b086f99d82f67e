//! Keeping the file clean: everybody looked through for possible duplicates, and files merged and parted.

use std::time::{Duration, Instant};

use kernel::{CustomerId, Scope};
use people::customers::finder;
use people::customers::merge::{self, Choice};
use platform::db::{Db, One, Sql as _};
use platform::{args, row, settings, stmt, transact};

use crate::pages::cast;
use crate::place::Place;
use crate::table::{Table, ratio, seconds};

// What the search must read in any case, once.
stmt!(BENCH_PEOPLE, "SELECT id, name, name_key, region FROM customer WHERE id > $1 ORDER BY id LIMIT 2000");
stmt!(
    BENCH_NUMBERS,
    "SELECT customer_id AS k, digits AS v FROM customer_phone WHERE customer_id > $1 AND customer_id <= $2 ORDER BY customer_id"
);
stmt!(
    BENCH_PLATES,
    "SELECT o.customer_id AS k, v.plate AS v FROM ownership o JOIN vehicle v ON v.id=o.vehicle_id \
     WHERE o.customer_id > $1 AND o.customer_id <= $2 AND o.until_day IS NULL ORDER BY o.customer_id"
);
// Pairs of neighbours, with visits and calls.
stmt!(BENCH_PAIRS, "SELECT customer_id AS v FROM customer_store WHERE store_id=$1 ORDER BY customer_id LIMIT $2");
row! { struct Person { id: CustomerId, name: String, name_key: String, region: Option<String> } }

const PAIRS: usize = 300;

pub async fn measure(place: &Place, table: &mut Table) -> anyhow::Result<()> {
    let db = place.open().await?;
    let cast = cast(&db).await?;
    let floor = read_once(&db).await?;
    let began = Instant::now();
    let searched = finder::search(&db, cast.group).await?;
    let took = began.elapsed();
    let figures =
        vec![("", seconds(took)), ("looked at", searched.looked.to_string()), ("pairs", searched.found.to_string())];
    table.add("possible duplicates of everybody", figures, seconds(floor), ratio(took.as_millis(), floor.as_millis()));

    let scope = Scope::system(cast.group, None);
    let ids: Vec<One<CustomerId>> = db.reads().all(&BENCH_PAIRS, args![cast.store, PAIRS * 2]).await?;
    let ids: Vec<CustomerId> = ids.into_iter().map(|v| v.0).collect();
    let floor = commits(&db, &scope).await?;
    let (mut merging, mut parting) = (Vec::new(), Vec::new());
    for pair in ids.chunks_exact(2) {
        let sides = merge::sides(&mut db.reads(), &scope, pair[0], pair[1]).await?;
        let choice = Choice {
            kept_version: sides.kept.file.version,
            gone_version: sides.gone.file.version,
            ..Choice::default()
        };
        let began = Instant::now();
        let id = merge::merge(&db, &scope, pair[0], pair[1], &choice).await?;
        merging.push(began.elapsed());
        let began = Instant::now();
        merge::part(&db, &scope, id).await?;
        parting.push(began.elapsed());
    }
    for (what, mut times) in [("merge two customers", merging), ("part them again", parting)] {
        times.sort_unstable();
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        let figures = vec![("p50", millis(at(50))), ("p99", millis(at(99)))];
        table.add(what, figures, millis(floor), ratio(at(50).as_micros(), floor.as_micros()));
    }
    db.close().await;
    Ok(())
}

fn millis(time: Duration) -> String {
    format!("{}.{:01} ms", time.as_millis(), time.as_micros() / 100 % 10)
}

async fn read_once(db: &Db) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut after = CustomerId::new(0);
    let mut seen = 0;
    loop {
        let mut q = db.reads();
        let people: Vec<Person> = q.all(&BENCH_PEOPLE, args![after]).await?;
        let Some(last) = people.last().map(|p| p.id) else { break };
        let numbers: Vec<(CustomerId, String)> = q.all(&BENCH_NUMBERS, args![after, last]).await?;
        let plates: Vec<(CustomerId, Option<String>)> = q.all(&BENCH_PLATES, args![after, last]).await?;
        seen += people.iter().filter(|p| p.region.is_some() || p.name_key.len() > p.name.len()).count();
        seen += numbers.len() + plates.len();
        after = last;
    }
    anyhow::ensure!(seen > 0, "nobody was read");
    Ok(began.elapsed())
}

/// A transaction that writes one row, durably: the median of fifty.
async fn commits(db: &Db, scope: &Scope) -> anyhow::Result<Duration> {
    let mut times = Vec::new();
    for n in 0..50 {
        let began = Instant::now();
        transact!(db, scope, |tx| { settings::set(tx, None, "bench", &n.to_string()).await })?;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(25).copied().unwrap_or_default())
}
