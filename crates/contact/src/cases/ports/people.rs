//! What people and vehicles know.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use kernel::{
    Cap, CustomerId, Day, Department, GroupId, Id, PersonName, Phone, PhoneLineId, Plate, Reach, Result, Span,
    StoreDate, StoreId, TaskId, UserId, VehicleId, Vin, WorkCalendar,
};
use platform::db::{Sql, Tx};
use platform::events::DomainEvent;
use platform::{args, row, stmt};
use serde_json::Value;

use crate::cases::plan::Facts;

/// `people::identity::StaffLeft`: an account was deactivated; `successor` takes over what is open in the store.
#[derive(Clone, Debug)]
pub struct StaffLeft {
    pub user: UserId,
    pub successor: Option<UserId>,
    pub store: StoreId,
}

impl DomainEvent for StaffLeft {
    fn kind(&self) -> &'static str {
        "staff_left"
    }
    fn subject(&self) -> i64 {
        self.user.raw()
    }
    fn store(&self) -> Option<StoreId> {
        Some(self.store)
    }
}

row! { pub struct StoreCard { pub id: StoreId, pub name: String, pub tz: String, pub dial_mode: String } }
stmt!(STORE_CARD, "SELECT id, name, tz, dial_mode FROM store WHERE group_id=$1 AND id=$2");

/// `identity::store_card`
pub async fn store_card(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<StoreCard> {
    q.get(&STORE_CARD, args![group, store]).await
}

row! { struct Hours { weekday: i64, from_min: u16, to_min: u16 } }
row! { struct DayRow { day: StoreDate, kind: String, name: String, spans: Option<Value> } }
stmt!(
    CASE_HOURS,
    "SELECT weekday, from_min, to_min FROM store_hours WHERE store_id=$1 AND group_id=$2 ORDER BY weekday, from_min LIMIT 200"
);
stmt!(
    CASE_DAYS,
    "SELECT day, kind, name, spans FROM calendar_day WHERE group_id=$1 AND store_id IN (0, $2) ORDER BY day, store_id LIMIT 4000"
);

/// `identity::calendar::of`
pub async fn calendar(q: &mut impl Sql, group: GroupId, store: StoreId) -> Result<Arc<WorkCalendar>> {
    let tz = TimeZone::get(&store_card(q, group, store).await?.tz).unwrap_or(TimeZone::UTC);
    let hours: Vec<Hours> = q.all(&CASE_HOURS, args![store, group]).await?;
    let mut week: [Vec<Span>; 7] = Default::default();
    for h in hours {
        let day = usize::try_from(h.weekday - 1).ok().filter(|d| *d < 7);
        if let (Some(day), Some(span)) = (day, Span::new(h.from_min, h.to_min)) {
            week[day].push(span);
        }
    }
    let usual = week.iter().find(|d| !d.is_empty()).cloned().unwrap_or_default();
    let rows: Vec<DayRow> = q.all(&CASE_DAYS, args![group, store]).await?;
    let mut days = BTreeMap::new();
    for row in rows {
        let own = row.spans.and_then(|v| serde_json::from_value::<Vec<(u16, u16)>>(v).ok());
        let day = match row.kind.as_str() {
            "workday" | "hours" => {
                let spans = own.map_or_else(|| usual.clone(), |s| s.iter().filter_map(|(a, b)| Span::new(*a, *b)).collect());
                Day::Open { spans, name: row.name }
            }
            _ => Day::Closed { name: row.name },
        };
        days.insert(row.day, day);
    }
    Ok(Arc::new(WorkCalendar { tz, week, days }))
}

row! {
    struct Holder { user_id: UserId, grants: Value, department: Option<Department> }
}
stmt!(
    HOLDERS,
    "SELECT a.user_id, r.grants, a.department FROM assignment a JOIN role r ON r.id=a.role_id \
     JOIN app_user u ON u.id=a.user_id AND u.left_at IS NULL \
     WHERE a.group_id=$1 AND (a.store_id=$2 OR (a.store_id IS NULL AND a.region_id IN \
     (SELECT s.region_id FROM region_store s WHERE s.store_id=$2 AND s.group_id=$1)) OR (a.store_id IS NULL AND a.region_id IS NULL)) \
     ORDER BY a.user_id LIMIT 2000"
);

/// `identity::holders`: people at this store who hold `cap`, in this department where one is given.
pub async fn holders(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    cap: Cap,
    department: Option<Department>,
) -> Result<Vec<UserId>> {
    let rows: Vec<Holder> = q.all(&HOLDERS, args![group, store]).await?;
    let mut people: Vec<UserId> = rows
        .into_iter()
        .filter(|h| department.is_none() || h.department == department)
        .filter(|h| {
            let grants: Vec<(Cap, Reach)> = serde_json::from_value(h.grants.clone()).unwrap_or_default();
            grants.iter().any(|(c, _)| *c == cap)
        })
        .map(|h| h.user_id)
        .collect();
    people.dedup();
    Ok(people)
}

/// Whether somebody may be given a case of this department: department managers of it, and whoever handles the store's.
pub async fn may_handle(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    department: Department,
    user: UserId,
) -> Result<bool> {
    let rows: Vec<Holder> = q.all(&HOLDERS, args![group, store]).await?;
    Ok(rows.into_iter().filter(|h| h.user_id == user).any(|h| {
        let grants: Vec<(Cap, Reach)> = serde_json::from_value(h.grants.clone()).unwrap_or_default();
        let reach = grants.iter().filter(|(c, _)| *c == Cap::CaseHandle).map(|(_, r)| *r).max();
        match reach {
            None | Some(Reach::Own) => false,
            Some(Reach::Department) => h.department == Some(department),
            Some(Reach::Store | Reach::Region | Reach::Group) => true,
        }
    }))
}

stmt!(USER_NAMES, "SELECT id AS k, name AS v FROM app_user WHERE group_id=$1 AND id IN {{ids:$2}} ORDER BY id LIMIT 1000");

/// `identity::user_names`
pub async fn user_names(q: &mut impl Sql, group: GroupId, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    let rows: Vec<(UserId, String)> = q.all(&USER_NAMES, args![group, ids]).await?;
    Ok(rows.into_iter().collect())
}

row! { struct Named { id: CustomerId, name: String } }
stmt!(CUSTOMER_NAMES, "SELECT id, name FROM customer WHERE group_id=$1 AND id IN {{ids:$2}} ORDER BY id LIMIT 1000");

/// `customers::names`
pub async fn customer_names(
    q: &mut impl Sql,
    group: GroupId,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, String>> {
    let rows: Vec<Named> = q.all(&CUSTOMER_NAMES, args![group, ids]).await?;
    Ok(rows.into_iter().map(|n| (n.id, n.name)).collect())
}

row! { struct Line { id: VehicleId, plate: Option<Plate>, brand: Option<String>, series: Option<String> } }
stmt!(VEHICLE_LINES, "SELECT id, plate, brand, series FROM vehicle WHERE group_id=$1 AND id IN {{ids:$2}} ORDER BY id LIMIT 1000");

/// `vehicles::lines`: plate and series, for a list.
pub async fn vehicle_lines(
    q: &mut impl Sql,
    group: GroupId,
    ids: &[VehicleId],
) -> Result<HashMap<VehicleId, String>> {
    let rows: Vec<Line> = q.all(&VEHICLE_LINES, args![group, ids]).await?;
    Ok(rows
        .into_iter()
        .map(|l| {
            let words = [l.plate.map(|p| p.to_string()), l.series.or(l.brand)];
            (l.id, words.into_iter().flatten().collect::<Vec<_>>().join(" "))
        })
        .collect())
}

/// The customer beside a case.
pub struct Person {
    pub name: String,
    /// Masked.
    pub phone: Option<String>,
}
row! { struct PersonRow { name: String, digits: Option<Phone> } }
stmt!(
    PERSON,
    "SELECT c.name, (SELECT p.digits FROM customer_phone p WHERE p.customer_id=c.id AND p.ended_at IS NULL \
     ORDER BY CASE WHEN p.id=$3 THEN 0 ELSE 1 END, p.rank, p.id LIMIT 1) AS digits FROM customer c WHERE c.group_id=$1 AND c.id=$2"
);

/// `customers::card`
pub async fn person(
    q: &mut impl Sql,
    group: GroupId,
    customer: CustomerId,
    line: Option<PhoneLineId>,
) -> Result<Person> {
    let row: PersonRow = q.get(&PERSON, args![group, customer, line]).await?;
    Ok(Person { name: row.name, phone: row.digits.map(|p| p.to_string()) })
}

/// What a task is about.
pub struct Subject {
    pub kind: String,
    pub id: i64,
    pub vehicle: Option<VehicleId>,
    pub phone_line: Option<PhoneLineId>,
}

row! {
    struct FactRow {
        subject_kind: String, subject_id: i64, vehicle_id: Option<VehicleId>, phone_line_id: Option<PhoneLineId>,
        name: String, region: Option<String>, digits: Option<Phone>, brand: Option<String>, series: Option<String>,
        model: Option<String>, purchased_on: Option<StoreDate>, vin: Option<Vin>, plate: Option<Plate>,
        mileage_km: Option<i64>, opened_on: Option<StoreDate>, items: Option<String>, delivered_on: Option<StoreDate>,
        store_name: String, visits: i64,
    }
}
stmt!(
    FACTS,
    "SELECT t.subject_kind, t.subject_id, t.vehicle_id, t.phone_line_id, c.name, c.region, p.digits, v.brand, v.series, v.model, \
     v.purchased_on, v.vin, v.plate, COALESCE(r.mileage_km, v.mileage_km) AS mileage_km, r.opened_on, r.items, d.delivered_on, \
     s.name AS store_name, \
     (SELECT COUNT(*) FROM repair_order o WHERE o.vehicle_id=t.vehicle_id AND o.store_id=t.store_id AND o.opened_on >= $4 AND o.state <> 'cancelled') AS visits \
     FROM task t JOIN customer c ON c.id=t.customer_id AND c.group_id=t.group_id JOIN store s ON s.id=t.store_id \
     LEFT JOIN customer_phone p ON p.id=t.phone_line_id AND p.group_id=t.group_id \
     LEFT JOIN vehicle v ON v.id=t.vehicle_id AND v.group_id=t.group_id \
     LEFT JOIN repair_order r ON r.id=t.subject_id AND t.subject_kind='repair_order' AND r.group_id=t.group_id \
     LEFT JOIN delivery d ON d.id=t.subject_id AND t.subject_kind='delivery' AND d.group_id=t.group_id \
     WHERE t.group_id=$1 AND t.store_id=$2 AND t.id=$3"
);

/// `vehicles::visit_facts` and `delivery_facts` with `customers::card`: what fills a record of the case.
pub async fn facts(
    q: &mut impl Sql,
    group: GroupId,
    store: StoreId,
    task: TaskId,
    since: StoreDate,
) -> Result<Option<(Subject, Facts)>> {
    let Some(row) = q.opt::<FactRow>(&FACTS, args![group, store, task, since]).await? else { return Ok(None) };
    let visited = row.opened_on.is_some();
    let facts = Facts {
        name: PersonName::parse(&row.name).ok(),
        phone: row.digits,
        region: row.region,
        brand: row.brand,
        series: row.series,
        model: row.model,
        purchased_on: row.purchased_on.or(row.delivered_on),
        vin: row.vin,
        plate: row.plate,
        visits: visited.then_some(row.visits),
        mileage_km: row.mileage_km,
        visited_on: row.opened_on,
        items: row.items,
        station: visited.then(|| row.store_name.clone()),
        dealer: row.delivered_on.map(|_| row.store_name),
        question: None,
        remark: None,
    };
    let subject = Subject {
        kind: row.subject_kind,
        id: row.subject_id,
        vehicle: row.vehicle_id,
        phone_line: row.phone_line_id,
    };
    Ok(Some((subject, facts)))
}

stmt!(
    BLOCK_SET,
    "INSERT INTO contact_block (customer_id, store_id, reason, subject, group_id, since) VALUES ($1,$2,'open_case',$3,$4,$5) \
     ON CONFLICT (customer_id, store_id, reason, subject) DO NOTHING"
);
stmt!(
    BLOCK_DROP,
    "DELETE FROM contact_block WHERE customer_id=$1 AND store_id=$2 AND reason='open_case' AND subject=$3 AND group_id=$4"
);

/// `customers::block`: do not call now, a case is open.
pub async fn block(tx: &mut Tx, customer: CustomerId, store: StoreId, case: i64) -> Result<()> {
    let (group, now) = (tx.scope().group, tx.now());
    tx.exec(&BLOCK_SET, args![customer, store, case, group, now]).await.map(|_| ())
}

/// `customers::unblock`
pub async fn unblock(tx: &mut Tx, customer: CustomerId, store: StoreId, case: i64) -> Result<()> {
    let group = tx.scope().group;
    tx.exec(&BLOCK_DROP, args![customer, store, case, group]).await.map(|_| ())
}

stmt!(
    TIMELINE_ADD,
    "INSERT INTO timeline (id, group_id, store_id, customer_id, at, kind, subject, args, actor) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)"
);

/// `timeline::add`
pub async fn timeline(
    tx: &mut Tx,
    store: StoreId,
    customer: CustomerId,
    kind: &str,
    subject: i64,
    words: &Value,
) -> Result<()> {
    let id: Id<kernel::Event> = tx.new_id();
    let (group, now, actor) = (tx.scope().group, tx.now(), tx.scope().user);
    tx.exec(&TIMELINE_ADD, args![id, group, store, customer, now, kind, subject, words, actor]).await.map(|_| ())
}
