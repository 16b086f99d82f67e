//! Public holidays and make-up workdays as they were published; seeded once, then rows that people edit.

use std::sync::LazyLock;

use kernel::{GroupId, Result, StoreDate};
use platform::db::{Db, Tx};
use platform::i18n::Label;
use platform::transact;
use serde::Deserialize;

use super::sign_in::scope_of;
use super::store::calendar::{self as store, DayKind};
use super::store::org;

#[derive(Deserialize)]
struct File {
    years: Vec<Year>,
    days: Vec<Published>,
}

#[derive(Deserialize)]
struct Year {
    year: i16,
}

/// A day of the official calendar, with where it was published.
#[derive(Clone, Debug, Deserialize)]
pub struct Published {
    pub date: StoreDate,
    pub kind: DayKind,
    pub name: Label,
    pub source: String,
}

#[expect(clippy::expect_used, reason = "compiled in and read by a test")]
static FILE: LazyLock<File> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../seeds/holidays.json"))
        .expect("seeds/holidays.json is compiled in and read by a test")
});

pub fn published() -> &'static [Published] {
    &FILE.days
}

/// The name of a day in both languages: days are stored with their Chinese name.
pub fn label(name: &str) -> Label {
    let found = published().iter().find(|d| d.name.zh == name);
    found.map_or_else(|| Label { zh: name.to_owned(), en: None }, |d| d.name.clone())
}

/// Rows of every published year, for a new group.
/// # Errors
/// As the database answers.
pub async fn seed(tx: &mut Tx, group: GroupId) -> Result<()> {
    for year in &FILE.years {
        seed_year(tx, group, year.year).await?;
    }
    Ok(())
}

async fn seed_year(tx: &mut Tx, group: GroupId, year: i16) -> Result<()> {
    let rows: Vec<(StoreDate, DayKind, &str, &str)> = published()
        .iter()
        .filter(|d| d.date.year() == year)
        .map(|d| (d.date, d.kind, d.name.zh.as_str(), d.source.as_str()))
        .collect();
    store::seed_days(tx, group, &rows).await.map(|_| ())
}

/// At the start of a newer version: gives every group the published years of which it has no row at all.
/// # Errors
/// As the database answers.
pub async fn seed_missing_years(db: &Db) -> Result<()> {
    for group in org::groups(&mut db.reads()).await? {
        for year in &FILE.years {
            if !store::year_known(&mut db.reads(), group.id, year.year).await? {
                transact!(db, &scope_of(group.id, None), |tx| { seed_year(tx, group.id, year.year).await })?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 节假日种子_每年都有_每行有出处() {
        assert!(FILE.years.len() >= 3);
        for year in &FILE.years {
            let days: Vec<_> = published().iter().filter(|d| d.date.year() == year.year).collect();
            assert!(days.iter().any(|d| d.kind == DayKind::Holiday), "{}", year.year);
            assert!(days.iter().any(|d| d.kind == DayKind::Workday), "{}", year.year);
            assert!(days.iter().all(|d| d.source.contains('号') && d.name.en.is_some()), "{}", year.year);
        }
        // 2026: 14 February (a Saturday) and 28 February are worked for the Spring Festival.
        let on = |text: &str| published().iter().find(|d| d.date.to_string() == text).map(|d| d.kind);
        assert_eq!(on("2026-02-17"), Some(DayKind::Holiday));
        assert_eq!(on("2026-02-28"), Some(DayKind::Workday));
    }
}
