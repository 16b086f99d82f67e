//! The demonstration: two stores of a group in the middle of their work, told through the product's own verbs.

pub mod bulk;
mod facts;
mod found;
mod replay;
mod story;

use kernel::{Clock, Millis};
use platform::config::Config;
use platform::db::Db;

/// Fills an empty database; one that holds a demonstration is left as it is.
/// # Errors
/// When the database holds a group that is no demonstration, or the story cannot be told.
pub async fn prepare(config: &Config, now: Millis) -> anyhow::Result<()> {
    // The story is told at its own times, so it has a clock of its own.
    let db = crate::server::open(config, clock(now)?).await?;
    let told = fill(&db, now).await;
    db.close().await;
    let odd = told?;
    for line in odd {
        tracing::warn!(line, "the demonstration differs from its story");
    }
    Ok(())
}

/// When the story begins. A database that it is told in must be opened at this moment: ids never go back, and what is
/// told of the past would be born when it was opened.
fn start(story: &story::Story, now: Millis) -> Millis {
    now.plus(-i64::from(-story.frame.programme_start_day + 2) * Millis::DAY)
}

/// The clock to open a database with that [`fill`] shall tell the story in.
/// # Errors
/// Names the file of the story that does not read.
pub fn clock(now: Millis) -> anyhow::Result<Clock> {
    Ok(Clock::manual(start(&story::Story::load()?, now)))
}

/// Tells the story in an empty database; answers what went otherwise.
/// # Errors
/// As [`prepare`].
pub async fn fill(db: &Db, now: Millis) -> anyhow::Result<Vec<String>> {
    let groups = people::identity::groups(&mut db.reads()).await?;
    if groups.iter().any(|g| !g.demo) {
        anyhow::bail!("this database holds real data; start the demonstration with another data folder (ZHIYIN_DATA)");
    }
    if !groups.is_empty() {
        return Ok(Vec::new());
    }
    let story = story::Story::load()?;
    db.clock().set(start(&story, now));
    let cast = found::found(db, &story.frame).await?;
    let mut replay = replay::Replay::new(db, &story, &cast, now).await?;
    replay.run().await?;
    Ok(replay.odd)
}
