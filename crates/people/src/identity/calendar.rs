//! The store's calendar: opening hours with several spans a day, and the days that differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kernel::calendar::{Day, Span, WorkCalendar};
use kernel::{Cap, FieldErrors, GroupId, Problem, Reach, Result, Scope, StoreDate, StoreId};
use platform::db::{Sql, Tx};
use platform::events::DomainEvent;
use platform::{audit, settings};
use serde_json::{Value, json};

use super::org;
use super::store::calendar as store;

pub use store::{DayKind, DayRow};

/// Monday to Sunday, each in order.
pub type Week = [Vec<Span>; 7];

/// Opening hours or days of a store changed; `store` is `None` when a day of the whole group did. Open
/// deadlines from `from` on may have moved.
#[derive(Clone, Debug)]
pub struct CalendarChanged {
    pub store: Option<StoreId>,
    /// `None`: the weekly hours, hence any day.
    pub from: Option<StoreDate>,
}

impl DomainEvent for CalendarChanged {
    fn kind(&self) -> &'static str {
        "calendar_changed"
    }
    fn subject(&self) -> i64 {
        self.store.map_or(0, kernel::Id::raw)
    }
    fn store(&self) -> Option<StoreId> {
        self.store
    }
}

/// A new store: every day 08:30–12:00 and 13:00–18:00.
const SHIPPED_SPANS: [(i64, i64); 2] = [(510, 720), (780, 1080)];

pub(super) async fn seed_hours(tx: &mut Tx, id: StoreId) -> Result<()> {
    let spans: Vec<_> = (1..=7).flat_map(|day| SHIPPED_SPANS.map(|(from, to)| (day, from, to))).collect();
    store::set_hours(tx, id, &spans).await
}

/// What the store's wall clock and calendar say; for deadlines and call windows.
/// # Errors
/// `NotFound` for a store of another group.
pub async fn of(q: &mut impl Sql, group: GroupId, id: StoreId) -> Result<Arc<WorkCalendar>> {
    let (tz, edition) = store::edition(q, group, id).await?;
    let key = [group.raw(), id.raw(), 0];
    if let Some(built) = q.kept::<Built>(key)
        && built.edition == edition
        && built.tz == tz
    {
        return Ok(built.calendar.clone());
    }
    let week = week(q, group, id).await?;
    let rows = store::days(q, group, Some(id), "2000-01-01", "2200-12-31").await?;
    let calendar = Arc::new(build(&tz, week, &rows));
    Ok(q.keep(key, Built { tz, edition, calendar }).calendar.clone())
}

/// A calendar, and what it was built of.
struct Built {
    tz: String,
    edition: i64,
    calendar: Arc<WorkCalendar>,
}

/// The weekly hours.
/// # Errors
/// As the database answers.
pub async fn week(q: &mut impl Sql, group: GroupId, id: StoreId) -> Result<Week> {
    let mut week = Week::default();
    for row in store::hours(q, group, id).await? {
        let minute = |m: i64| u16::try_from(m).ok();
        let day = usize::try_from(row.weekday - 1).ok().and_then(|i| week.get_mut(i));
        if let (Some(day), Some(from), Some(to)) = (day, minute(row.from_min), minute(row.to_min)) {
            day.extend(Span::new(from, to));
        }
    }
    Ok(week)
}

/// Rows come with the group's before the store's own of the same day, so that the store's wins.
pub fn build(tz: &str, week: Week, rows: &[DayRow]) -> WorkCalendar {
    // As on a usual working day: of the first weekday that is open at all.
    let usual = week.iter().find(|spans| !spans.is_empty()).cloned().unwrap_or_default();
    let mut days = BTreeMap::new();
    for row in rows {
        let name = row.name.clone();
        let own = || row.spans.as_ref().map(read_spans).filter(|s| !s.is_empty());
        let day = match row.kind {
            DayKind::Holiday | DayKind::Closed => Day::Closed { name },
            DayKind::Workday => {
                // A make-up Sunday of a store that is open on Sundays keeps its Sunday hours.
                let weekday = &week[row.day.weekday_index()];
                let hours = if weekday.is_empty() { &usual } else { weekday };
                Day::Open { spans: own().unwrap_or_else(|| hours.clone()), name }
            }
            DayKind::Hours => Day::Open { spans: own().unwrap_or_else(|| usual.clone()), name },
        };
        days.insert(row.day, day);
    }
    WorkCalendar { tz: TimeZone::get(tz).unwrap_or(TimeZone::UTC), week, days }
}

/// `[[from, to], …]` in minutes of the day.
fn read_spans(json: &Value) -> Vec<Span> {
    let minute = |v: &Value| v.as_u64().and_then(|m| u16::try_from(m).ok());
    let pairs = json.as_array().map(Vec::as_slice).unwrap_or_default();
    pairs.iter().filter_map(|p| Span::new(minute(p.get(0)?)?, minute(p.get(1)?)?)).collect()
}

/// `08:30-12:00 13:00-18:00`; empty = closed.
/// # Errors
/// `spans.form` where it does not read, `spans.overlap`.
pub fn parse_spans(text: &str) -> std::result::Result<Vec<Span>, &'static str> {
    let narrow: String = text.replace(['：'], ":").replace(['～', '~', '–', '—', '－', '至'], "-");
    let parts = narrow.split([' ', '\u{3000}', '、', '，', ',', '；', ';']).filter(|p| !p.is_empty());
    let mut spans = parts.map(|p| Span::parse(p).ok_or("spans.form")).collect::<std::result::Result<Vec<_>, _>>()?;
    spans.sort_by_key(|s| s.from());
    if spans.windows(2).any(|pair| pair[1].from() < pair[0].to()) {
        return Err("spans.overlap");
    }
    if spans.len() > 6 { Err("spans.form") } else { Ok(spans) }
}

/// `08:30-12:00 13:00-18:00`
pub fn show_spans(spans: &[Span]) -> String {
    let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
    spans.iter().map(|s| format!("{}-{}", clock(s.from()), clock(s.to()))).collect::<Vec<_>>().join(" ")
}

/// Days of the group and the store within a year, the store's own in place of the group's.
/// # Errors
/// As the database answers.
pub async fn days_of_year(q: &mut impl Sql, group: GroupId, id: StoreId, year: i16) -> Result<Vec<DayRow>> {
    let (from, to) = (format!("{year:04}-01-01"), format!("{year:04}-12-31"));
    let mut days: BTreeMap<StoreDate, DayRow> = BTreeMap::new();
    for row in store::days(q, group, Some(id), &from, &to).await? {
        days.insert(row.day, row);
    }
    Ok(days.into_values().collect())
}

/// The year whose official days nobody has entered yet: this one, or from 1 November on the next.
/// # Errors
/// As the database answers.
pub async fn missing_year(q: &mut impl Sql, group: GroupId, today: StoreDate) -> Result<Option<i16>> {
    if !store::year_known(q, group, today.year()).await? {
        return Ok(Some(today.year()));
    }
    let next = today.year() + 1;
    if today.month() >= 11 && !store::year_known(q, group, next).await? {
        return Ok(Some(next));
    }
    Ok(None)
}

fn need_rules(scope: &Scope, id: StoreId) -> Result<()> {
    match scope.reach_in(Cap::RuleEdit, id) {
        Some(reach) if reach >= Reach::Store => Ok(()),
        Some(_) | None => Err(Problem::Forbidden),
    }
}

/// Weekly hours as typed, one text per weekday, Monday first.
/// # Errors
/// `Forbidden`; `Invalid` naming `day-1` … `day-7`; `week` when the store would never open.
pub async fn save_hours(tx: &mut Tx, id: StoreId, typed: &[String; 7]) -> Result<()> {
    need_rules(tx.scope(), id)?;
    let group = tx.scope().group;
    org::store_card(tx, group, id).await?;
    let mut errors = FieldErrors::default();
    let mut rows = Vec::new();
    for (i, text) in typed.iter().enumerate() {
        match parse_spans(text) {
            Ok(spans) => {
                let day = i64::try_from(i).unwrap_or(0) + 1;
                rows.extend(spans.iter().map(|s| (day, i64::from(s.from()), i64::from(s.to()))));
            }
            Err(code) => errors.add(format!("day-{}", i + 1), code),
        }
    }
    if rows.is_empty() && errors.is_empty() {
        errors.add("day-1", "week.closed");
    }
    errors.into_result()?;
    let before = week(tx, group, id).await?;
    store::set_hours(tx, id, &rows).await?;
    let after = week(tx, group, id).await?;
    if before != after {
        let shown = |w: &Week| json!({ "hours": w.iter().map(|s| show_spans(s)).collect::<Vec<_>>() });
        audit::note(tx, "calendar.hours", "store", id.raw(), &shown(&before), &shown(&after)).await?;
        tx.record(&CalendarChanged { store: Some(id), from: None }).await?;
    }
    settings::set(tx, Some(id), CONFIRMED, "1").await
}

/// Set once somebody has looked at the hours of a store.
const CONFIRMED: &str = "calendar.confirmed";

/// Whether somebody has looked at the hours of this store.
/// # Errors
/// As the database answers.
pub async fn is_confirmed(q: &mut impl Sql, group: GroupId, id: StoreId) -> Result<bool> {
    Ok(settings::get(q, group, Some(id), CONFIRMED).await?.is_some())
}

/// The stores whose opening hours somebody has looked at.
/// # Errors
/// As the database answers.
pub async fn confirmed(q: &mut impl Sql, group: GroupId) -> Result<Vec<StoreId>> {
    settings::stores_with(q, group, CONFIRMED).await
}

/// What the calendar page sent for one day.
#[derive(Clone, Debug)]
pub struct DayForm {
    pub day: String,
    pub kind: String,
    pub name: String,
    /// As [`parse_spans`] reads; empty = as on a usual working day.
    pub spans: String,
}

impl DayForm {
    fn check(&self) -> Result<DayRow> {
        let mut errors = FieldErrors::default();
        let day = errors.take("day", self.day.trim().parse::<StoreDate>().map_err(|_| "date.form"));
        let kind = errors.take("kind", DayKind::parse(self.kind.trim()).ok_or("choice"));
        let spans = errors.take("spans", parse_spans(&self.spans)).unwrap_or_default();
        let name = self.name.trim();
        if name.chars().count() > 40 {
            errors.add("name", "too-long");
        }
        if kind == Some(DayKind::Hours) && spans.is_empty() {
            errors.add("spans", "required");
        }
        errors.into_result()?;
        let (Some(day), Some(kind)) = (day, kind) else { return Err(Problem::invalid("day", "date.form")) };
        let open = matches!(kind, DayKind::Workday | DayKind::Hours) && !spans.is_empty();
        let spans = open.then(|| json!(spans.iter().map(|s| [s.from(), s.to()]).collect::<Vec<_>>()));
        // No source: entered by hand.
        Ok(DayRow { store_id: 0, day, kind, name: name.to_owned(), spans, source: String::new() })
    }
}

/// Enters or changes a day: of one store (its supervisor), or of the whole group (an administrator).
/// # Errors
/// `Forbidden`; `Invalid` with all faults.
pub async fn save_day(tx: &mut Tx, of: Option<StoreId>, form: &DayForm) -> Result<StoreDate> {
    need_for(tx.scope(), of)?;
    let group = tx.scope().group;
    if let Some(id) = of {
        org::store_card(tx, group, id).await?;
    }
    let row = form.check()?;
    let before = own_day(tx, of, row.day).await?;
    store::set_day(tx, of, &row).await?;
    let before = before.as_ref().map_or(Value::Null, values);
    let entity = of.map_or(0, kernel::Id::raw);
    audit::note(tx, "calendar.day", "store", entity, &before, &values(&row)).await?;
    tx.record(&CalendarChanged { store: of, from: Some(row.day) }).await?;
    Ok(row.day)
}

/// Takes a day back: the store's own gives way to the group's, the group's to the weekly hours.
/// # Errors
/// `Forbidden`, `NotFound`.
pub async fn drop_day(tx: &mut Tx, of: Option<StoreId>, day: StoreDate) -> Result<()> {
    need_for(tx.scope(), of)?;
    let before = own_day(tx, of, day).await?.ok_or(Problem::NotFound)?;
    store::drop_day(tx, of, day).await?;
    let entity = of.map_or(0, kernel::Id::raw);
    audit::note(tx, "calendar.day-dropped", "store", entity, &values(&before), &Value::Null).await?;
    tx.record(&CalendarChanged { store: of, from: Some(day) }).await
}

fn need_for(scope: &Scope, of: Option<StoreId>) -> Result<()> {
    let whole = (Cap::RuleEdit, Reach::Group);
    match of {
        Some(id) => need_rules(scope, id),
        None if scope.posts.iter().flat_map(|p| &p.grants).any(|g| *g == whole) => Ok(()),
        None => Err(Problem::Forbidden),
    }
}

async fn own_day(tx: &mut Tx, of: Option<StoreId>, day: StoreDate) -> Result<Option<DayRow>> {
    let group = tx.scope().group;
    let owner = of.map_or(0, kernel::Id::raw);
    let on = day.to_string();
    Ok(store::days(tx, group, of, &on, &on).await?.into_iter().find(|r| r.store_id == owner))
}

fn values(row: &DayRow) -> Value {
    json!({ "day": row.day.to_string(), "kind": row.kind, "name": row.name, "spans": row.spans })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 营业时段_怎么写都认() {
        for (typed, want) in [
            ("08:30-12:00 13:00-18:00", Ok("08:30-12:00 13:00-18:00")),
            ("13:00-18:00，8:30～12:00", Ok("08:30-12:00 13:00-18:00")),
            ("9：00至17：30", Ok("09:00-17:30")),
            ("", Ok("")),
            ("00:00-24:00", Ok("00:00-24:00")),
            ("09:00", Err("spans.form")),
            ("18:00-09:00", Err("spans.form")),
            ("09:00-12:00 11:00-15:00", Err("spans.overlap")),
        ] {
            assert_eq!(parse_spans(typed).map(|s| show_spans(&s)), want.map(str::to_owned), "{typed}");
        }
    }
}
