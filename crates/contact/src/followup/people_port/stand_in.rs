//! Until people offers these verbs on the main branch.

use std::collections::BTreeMap;

use kernel::{
    CustomerId, Day, GroupId, Millis, PersonName, Phone, PhoneLineId, Result, Span, StoreDate, StoreId, VehicleId,
    WorkCalendar,
};
use platform::db::{One, Sql, Tx};
use platform::{args, row, stmt};
use serde_json::Value;

use super::super::model::SubjectKind;
use super::super::plan::EventFacts;
use super::{Agent, Block, CustomerName, CustomerOptedOut, PhoneLine, PhoneStatus, VehicleName};

row! {
    struct Facts {
        id: i64, customer_id: CustomerId, kind: String, name: String, vehicle_id: Option<VehicleId>,
        phone_line_id: Option<PhoneLineId>, visitor: Option<String>, settled_on: Option<StoreDate>, opened_on: StoreDate,
        delivered_on: Option<StoreDate>, opted_out_at: Option<Millis>,
    }
}
stmt!(
    ORDER_FACTS,
    "SELECT r.id, r.customer_id, c.kind, c.name, r.vehicle_id, r.phone_line_id, r.visitor_name AS visitor, r.settled_on, \
     r.opened_on, (SELECT MAX(d.delivered_on) FROM delivery d WHERE d.vehicle_id=r.vehicle_id) AS delivered_on, \
     c.opted_out_at FROM repair_order r JOIN customer c ON c.id=r.customer_id \
     WHERE r.id IN {{ids:$2}} AND r.group_id=$1 ORDER BY r.id"
);
stmt!(
    DELIVERY_FACTS,
    "SELECT r.id, r.customer_id, c.kind, c.name, r.vehicle_id, r.phone_line_id, CAST(NULL AS TEXT) AS visitor, \
     CAST(NULL AS TEXT) AS settled_on, r.delivered_on AS opened_on, r.delivered_on, c.opted_out_at \
     FROM delivery r JOIN customer c ON c.id=r.customer_id WHERE r.id IN {{ids:$2}} AND r.group_id=$1 ORDER BY r.id"
);
stmt!(
    ORDERS_SINCE,
    "SELECT id AS v FROM repair_order WHERE store_id=$1 AND opened_on>=$2 AND state='active' AND id>$3 ORDER BY id LIMIT $4"
);
stmt!(
    DELIVERIES_SINCE,
    "SELECT id AS v FROM delivery WHERE store_id=$1 AND delivered_on>=$2 AND state='active' AND id>$3 ORDER BY id LIMIT $4"
);
stmt!(
    LINES_OF,
    "SELECT id, customer_id, digits AS phone, contact_name, status, rank, best_time FROM customer_phone \
     WHERE customer_id IN {{ids:$2}} AND group_id=$1 AND ended_at IS NULL ORDER BY rank, id"
);
stmt!(
    NAMES,
    "SELECT id, kind, name, best_time, opted_out_at FROM customer WHERE id IN {{ids:$2}} AND group_id=$1"
);
stmt!(CARS, "SELECT id, plate, series, mileage_km FROM vehicle WHERE id IN {{ids:$2}} AND group_id=$1");
stmt!(
    BLOCKS,
    "SELECT customer_id, reason, subject, since FROM contact_block WHERE customer_id IN {{ids:$3}} AND store_id=$2 AND group_id=$1"
);
stmt!(TZ, "SELECT tz AS v FROM store WHERE id=$1 AND group_id=$2");
stmt!(STORES, "SELECT group_id AS k, id AS v FROM store WHERE closed_at IS NULL ORDER BY id LIMIT 5000");
row! { struct HoursRow { weekday: i64, from_min: i64, to_min: i64 } }
stmt!(HOURS, "SELECT weekday, from_min, to_min FROM store_hours WHERE store_id=$1 ORDER BY weekday, from_min");
row! { struct DayRow { day: StoreDate, kind: String, name: String, spans: Option<String> } }
stmt!(
    DAYS,
    "SELECT day, kind, name, spans FROM calendar_day WHERE group_id=$1 AND store_id IN (0,$2) ORDER BY store_id"
);
row! { struct AgentRow { user_id: kernel::UserId, share: i64, absent_from: Option<StoreDate>, absent_until: Option<StoreDate> } }
stmt!(
    AGENTS,
    "SELECT user_id, share, absent_from, absent_until FROM agent_share WHERE group_id=$1 AND store_id=$2 ORDER BY user_id"
);
stmt!(
    TIMELINE,
    "INSERT INTO timeline (id, group_id, store_id, customer_id, at, kind, subject, args, actor) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)"
);
stmt!(MARK, "UPDATE customer_phone SET status=$3 WHERE id=$2 AND group_id=$1");
stmt!(
    ADD_LINE,
    "INSERT INTO customer_phone (id, group_id, customer_id, digits, contact_name, status, rank, created_at) \
     VALUES ($1,$2,$3,$4,$5,'unknown',$6,$7)"
);
stmt!(END_LINE, "UPDATE customer_phone SET ended_at=$3 WHERE id=$2 AND group_id=$1");
stmt!(OPT, "UPDATE customer SET opted_out_at=$3 WHERE id=$2 AND group_id=$1");
stmt!(BEST, "UPDATE customer SET best_time=$3 WHERE id=$2 AND group_id=$1");
stmt!(
    SOLD,
    "UPDATE ownership SET until_day=$4, why=$5 WHERE vehicle_id=$2 AND customer_id=$3 AND group_id=$1 AND until_day IS NULL"
);
stmt!(
    UNSOLD,
    "UPDATE ownership SET until_day=NULL, why='sale' WHERE vehicle_id=$2 AND customer_id=$3 AND group_id=$1 AND why=$4"
);

fn facts(rows: Vec<Facts>, kind: SubjectKind) -> Vec<EventFacts> {
    rows.into_iter()
        .map(|r| EventFacts {
            subject_kind: kind,
            subject_id: r.id,
            customer_id: r.customer_id,
            fleet: r.kind == "organisation",
            customer_name: PersonName::parse(&r.name).ok(),
            vehicle_id: r.vehicle_id,
            phone_line_id: r.phone_line_id,
            visitor: r.visitor.and_then(|v| PersonName::parse(&v).ok()),
            settled_on: r.settled_on,
            opened_on: r.opened_on,
            delivered_on: r.delivered_on,
            opted_out: r.opted_out_at.is_some(),
        })
        .collect()
}

pub(super) async fn order_facts(q: &mut impl Sql, group: GroupId, ids: &[i64]) -> Result<Vec<EventFacts>> {
    Ok(facts(q.all(&ORDER_FACTS, args![group, ids]).await?, SubjectKind::RepairOrder))
}
pub(super) async fn delivery_facts(q: &mut impl Sql, group: GroupId, ids: &[i64]) -> Result<Vec<EventFacts>> {
    Ok(facts(q.all(&DELIVERY_FACTS, args![group, ids]).await?, SubjectKind::Delivery))
}

/// Ids of events that happened since a day, after `after`.
/// # Errors
/// As the database answers.
pub async fn events_since(
    q: &mut impl Sql,
    store: StoreId,
    kind: SubjectKind,
    since: StoreDate,
    after: i64,
    limit: i64,
) -> Result<Vec<i64>> {
    let stmt = match kind {
        SubjectKind::RepairOrder => &ORDERS_SINCE,
        SubjectKind::Delivery => &DELIVERIES_SINCE,
        SubjectKind::Case => return Ok(Vec::new()),
    };
    let found: Vec<One<i64>> = q.all(stmt, args![store, since, after, limit]).await?;
    Ok(found.into_iter().map(|v| v.0).collect())
}

/// # Errors
/// As the database answers.
pub async fn lines_of(q: &mut impl Sql, group: GroupId, customers: &[CustomerId]) -> Result<Vec<PhoneLine>> {
    q.all(&LINES_OF, args![group, customers]).await
}
pub(super) async fn customer_names(
    q: &mut impl Sql,
    group: GroupId,
    customers: &[CustomerId],
) -> Result<Vec<CustomerName>> {
    q.all(&NAMES, args![group, customers]).await
}
pub(super) async fn vehicle_names(
    q: &mut impl Sql,
    group: GroupId,
    vehicles: &[VehicleId],
) -> Result<Vec<VehicleName>> {
    q.all(&CARS, args![group, vehicles]).await
}
/// # Errors
/// As the database answers.
pub async fn blocks(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    customers: &[CustomerId],
) -> Result<Vec<Block>> {
    q.all(&BLOCKS, args![group, store, customers]).await
}
/// Every open store of the installation with its group, for jobs.
/// # Errors
/// As the database answers.
pub async fn stores(q: &mut impl Sql) -> Result<Vec<(GroupId, StoreId)>> {
    q.all(&STORES, args![]).await
}

/// Those who take calls at the store.
/// # Errors
/// As the database answers.
pub async fn agents(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Vec<Agent>> {
    let rows: Vec<AgentRow> = q.all(&AGENTS, args![group, store]).await?;
    Ok(rows
        .into_iter()
        .map(|r| Agent { id: r.user_id, share: r.share, absent_from: r.absent_from, absent_until: r.absent_until })
        .collect())
}

pub(super) async fn calendar_of(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<WorkCalendar> {
    let tz = q.get::<One<String>>(&TZ, args![store, group]).await?.0;
    let tz = jiff::tz::TimeZone::get(&tz).unwrap_or(jiff::tz::TimeZone::UTC);
    let mut week: [Vec<Span>; 7] = Default::default();
    for row in q.all::<HoursRow>(&HOURS, args![store]).await? {
        let span = Span::new(u16::try_from(row.from_min).unwrap_or(0), u16::try_from(row.to_min).unwrap_or(0));
        if let (Ok(day), Some(span)) = (usize::try_from(row.weekday - 1), span) {
            week[day % 7].push(span);
        }
    }
    let mut days = BTreeMap::new();
    for row in q.all::<DayRow>(&DAYS, args![group, store]).await? {
        let spans: Option<Vec<(u16, u16)>> = row.spans.as_deref().and_then(|s| serde_json::from_str(s).ok());
        let day = match (row.kind.as_str(), spans) {
            ("open", Some(list)) => {
                Day::Open { spans: list.into_iter().filter_map(|(f, t)| Span::new(f, t)).collect(), name: row.name }
            }
            ("open", None) => Day::Open { spans: week[0].clone(), name: row.name },
            (_, _) => Day::Closed { name: row.name },
        };
        days.insert(row.day, day);
    }
    Ok(WorkCalendar { tz, week, days })
}

pub(super) async fn timeline_add(
    tx: &mut Tx,
    customer: CustomerId,
    store: StoreId,
    kind: &'static str,
    subject: i64,
    args: &Value,
) -> Result<()> {
    let id = tx.new_id::<kernel::Event>();
    let (group, user, now) = (tx.scope().group, tx.scope().user, tx.now());
    tx.exec(&TIMELINE, args![id, group, store, customer, now, kind, subject, args, user]).await.map(|_| ())
}

/// # Errors
/// As the database answers.
pub async fn mark_phone(tx: &mut Tx, line: PhoneLineId, status: PhoneStatus) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&MARK, args![group, line, status]).await.map(|_| ())
}
/// # Errors
/// As the database answers.
pub async fn add_phone(tx: &mut Tx, customer: CustomerId, phone: &Phone, name: Option<&str>) -> Result<PhoneLineId> {
    let lines = lines_of(tx, tx_group(tx), &[customer]).await?;
    if let Some(line) = lines.iter().find(|l| l.phone == *phone) {
        return Ok(line.id);
    }
    let id = tx.new_id::<kernel::PhoneLine>();
    let rank = lines.iter().map(|l| l.rank).min().unwrap_or(1) - 1;
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&ADD_LINE, args![id, group, customer, phone.expose(), name, rank, now]).await?;
    Ok(id)
}
fn tx_group(tx: &Tx) -> GroupId {
    tx.scope().group
}
/// Takes a number back that was just added.
/// # Errors
/// As the database answers.
pub async fn drop_phone(tx: &mut Tx, line: PhoneLineId) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&END_LINE, args![group, line, now]).await.map(|_| ())
}
/// # Errors
/// As the database answers.
pub async fn opt_out(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&OPT, args![group, customer, now]).await?;
    tx.record(&CustomerOptedOut { customer, at: now }).await
}
/// # Errors
/// As the database answers.
pub async fn opt_in(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&OPT, args![group, customer, None::<Millis>]).await.map(|_| ())
}
/// # Errors
/// As the database answers.
pub async fn set_best_time(tx: &mut Tx, customer: CustomerId, best: Option<&str>) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&BEST, args![group, customer, best]).await.map(|_| ())
}
/// # Errors
/// As the database answers.
pub async fn end_ownership(tx: &mut Tx, vehicle: VehicleId, customer: CustomerId, day: StoreDate) -> Result<bool> {
    let group = tx.scope().group;
    Ok(tx.exec(&SOLD, args![group, vehicle, customer, day, "call"]).await? > 0)
}
/// Takes back what [`end_ownership`] did a moment ago.
/// # Errors
/// As the database answers.
pub async fn restore_ownership(tx: &mut Tx, vehicle: VehicleId, customer: CustomerId) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&UNSOLD, args![group, vehicle, customer, "call"]).await.map(|_| ())
}
