//! Every Monday: last week's report of every store. Every minute: the changed days are counted.

use jiff::tz::TimeZone;
use kernel::{GroupId, Millis, Problem, Result, Scope, StoreDate, StoreId};
use platform::db::{Sql, Tx};
use platform::events::Signal;
use platform::http::App;
use platform::transact;

use super::period::Period;
use super::store::{self, Question};
use super::targets::Targets;
use super::{body, figures};

/// Weeks that are made up for after a time without the server.
const WEEKS_BACK: i32 = 8;

/// What a period means at a store: its days in the store's time, no filter.
pub async fn ask(
    q: &mut impl Sql,
    group: GroupId,
    stores: Vec<StoreId>,
    home: StoreId,
    period: Period,
    now: Millis,
) -> Result<Question> {
    let zone = store::time_zone(q, group, home).await?;
    let one_zone = store::one_zone(q, group, &stores, &zone).await?;
    Ok(Question {
        group,
        stores,
        period,
        tz: TimeZone::get(&zone).unwrap_or(TimeZone::UTC),
        now,
        agent: None,
        kind: String::new(),
        class: String::new(),
        brand: None,
        by_agent: true,
        departments: None,
        one_zone,
    })
}

pub async fn count_days(app: App, now: Millis) -> Result<()> {
    let counted = figures::settle(&app.db, now).await?;
    if counted > 0 {
        tracing::debug!(counted, "days counted for the reports");
    }
    Ok(())
}

/// Makes last week's report from Monday on, and those of the weeks before it that were missed.
pub async fn weekly(app: App, now: Millis) -> Result<()> {
    for (group, store_id) in store::all_stores(&mut app.db.reads()).await? {
        let mut q = app.db.reads();
        let tz = TimeZone::get(&store::time_zone(&mut q, group, store_id).await?).unwrap_or(TimeZone::UTC);
        let Some(today) = store::day_of(&tz, now) else { continue };
        let last = today.iso_week_monday().days_after(-7);
        let made = store::weeks(&mut q, group, store_id).await?;
        let first = store::first_day(&mut q, group, store_id).await?.map_or(last, StoreDate::iso_week_monday);
        let scope = Scope::system(group, Some(store_id));
        for back in (0..WEEKS_BACK).rev() {
            let monday = last.days_after(-7 * back);
            if (monday < first && monday != last) || made.iter().any(|w| w.week == monday) {
                continue;
            }
            transact!(app.db, &scope, |tx| { make(tx, store_id, monday).await })?;
        }
    }
    Ok(())
}

pub async fn make(tx: &mut Tx, store: StoreId, monday: StoreDate) -> Result<()> {
    let monday = monday.iso_week_monday();
    let (group, now) = (tx.scope().group, tx.now());
    let ask = ask(tx, group, vec![store], store, Period { from: monday, to: monday.days_after(6) }, now).await?;
    if now < ask.moments()?.1 {
        return Err(Problem::Refused("week-not-over"));
    }
    let targets = Targets::of(tx, group, &[store]).await?;
    let body = body::assemble(tx, &ask, &targets).await?;
    let text = serde_json::to_string(&body).map_err(Problem::internal)?;
    store::add_week(tx, store, monday, &text).await?;
    tx.signal(Signal { group, user: None, store: Some(store), kind: "report", data: serde_json::json!({}) });
    Ok(())
}
