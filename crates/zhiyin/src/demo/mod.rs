//! The demonstration: two stores of a group in the middle of their work, told through the product's own verbs.

mod found;
mod story;

use platform::db::Db;

/// Fills an empty database; one that holds a demonstration is left as it is.
/// # Errors
/// When the database holds a group that is no demonstration.
pub async fn prepare(db: &Db) -> anyhow::Result<()> {
    let groups = people::identity::groups(&mut db.reads()).await?;
    if groups.iter().any(|g| !g.demo) {
        anyhow::bail!("this database holds real data; start the demonstration with another data folder (ZHIYIN_DATA)");
    }
    if !groups.is_empty() {
        return Ok(());
    }
    let story = story::Story::load()?;
    found::found(db, &story.frame).await?;
    Ok(())
}
