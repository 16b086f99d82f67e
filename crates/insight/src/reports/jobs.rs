//! Every Monday: last week's report of every store.

use std::collections::BTreeMap;

use contact::followup::rules::FollowupRules;
use jiff::tz::TimeZone;
use kernel::{GroupId, Millis, Permille, Problem, Result, Scope, StoreDate, StoreId};
use platform::db::{Sql, Tx};
use platform::events::Signal;
use platform::http::App;
use platform::{rulebook, transact};

use super::body;
use super::period::Period;
use super::store::{self, Question};

/// What a period means at a store: its days, their moments, no filter.
pub async fn ask(
    q: &mut impl Sql,
    group: GroupId,
    stores: Vec<StoreId>,
    home: StoreId,
    period: Period,
    now: Millis,
) -> Result<Question> {
    let tz = TimeZone::get(&store::time_zone(q, group, home).await?).unwrap_or(TimeZone::UTC);
    let at = |day: StoreDate| {
        day.civil().to_zoned(tz.clone()).map(|z| Millis(z.timestamp().as_millisecond())).map_err(Problem::internal)
    };
    Ok(Question {
        group,
        stores,
        from_at: at(period.from)?,
        to_at: at(period.to.days_after(1))?,
        period,
        now,
        agent: None,
        kind: String::new(),
        class: String::new(),
    })
}

/// Class → target, from the rules in force at the store.
pub async fn targets(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<BTreeMap<String, Permille>> {
    let rules = rulebook::current::<FollowupRules>(q, group, store).await?;
    let brandless = rules.body.targets.iter().filter(|t| t.brand.is_none());
    Ok(brandless
        .map(|t| (t.segment.class().key().to_owned(), Permille(u16::try_from(t.permille).unwrap_or(1000))))
        .collect())
}

pub async fn weekly(app: App, now: Millis) -> Result<()> {
    for (group, store) in store::all_stores(&mut app.db.reads()).await? {
        let tz = TimeZone::get(&store::time_zone(&mut app.db.reads(), group, store).await?).unwrap_or(TimeZone::UTC);
        let Ok(stamp) = jiff::Timestamp::from_millisecond(now.0) else { continue };
        let Ok(today) = stamp.to_zoned(tz).date().to_string().parse::<StoreDate>() else { continue };
        let last = today.iso_week_monday().days_after(-7);
        if store::has_week(&mut app.db.reads(), group, store, last).await? {
            continue;
        }
        let scope = Scope::system(group, Some(store));
        transact!(app.db, &scope, |tx| { make(tx, store, last).await })?;
    }
    Ok(())
}

pub async fn make(tx: &mut Tx, store: StoreId, monday: StoreDate) -> Result<()> {
    let monday = monday.iso_week_monday();
    let (group, now) = (tx.scope().group, tx.now());
    let period = Period { from: monday, to: monday.days_after(6) };
    let ask = ask(tx, group, vec![store], store, period, now).await?;
    if now < ask.to_at {
        return Err(Problem::Refused("week-not-over"));
    }
    let targets = targets(tx, group, store).await?;
    let body = body::assemble(tx, &ask, &targets).await?;
    let text = serde_json::to_string(&body).map_err(Problem::internal)?;
    store::add_week(tx, store, monday, &text).await?;
    tx.signal(Signal { group, user: None, store: Some(store), kind: "report", data: serde_json::json!({}) });
    Ok(())
}
