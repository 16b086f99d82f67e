//! A plausible group of any size: three years of visits, deliveries, follow-ups and cases, made from a seed and written
//! in bulk. Memory does not grow with its size, except for two bytes per customer.
//!
//! It is a history: rows as the product would have left them, without the events and audit rows of their making.

mod calls;
mod days;
mod dice;
mod found;
mod trouble;
mod who;
mod words;

use std::collections::HashMap;

use contact::cases::{self, ClockBook, KindBook};
use contact::followup::plan::EventFacts;
use contact::followup::rules::{FollowupRules, usual_new_car_months};
use contact::followup::{self, SubjectKind};
use contact::scripts::ScriptBook;
use kernel::{Clock, DeliveryId, Fen, GroupId, Id, Millis, PersonName, RepairOrderId, Scope, StoreDate};
use people::bulk::noted;
use people::identity::calendar;
use people::vehicles::{DeliveryRow, OrderRow, VisitState};
use platform::config::Config;
use platform::db::{Db, Load, Target};
use platform::{counter, rulebook, transact};

use calls::{Books, Event, Memory, Teller};
use days::Days;
use dice::Dice;
use found::Group;
use who::{Folk, Profile};
use words::WORK;

/// How much of what.
#[derive(Copy, Clone, Debug)]
pub struct Size {
    pub customers: u64,
    pub visits: u64,
    pub seed: u64,
    /// Without it the visits stand there as if no rule had ever looked at them.
    pub follow_up: bool,
}

/// Ids of a day's visits, cars and lines have room for this many.
const MOST_CUSTOMERS: u64 = 20_000_000;
const MOST_VISITS: u64 = 100_000_000;
/// Rows that are written at once.
const CHUNK: usize = 60_000;

/// Rows of every capability that wait to be written.
#[derive(Default)]
pub struct Rows {
    pub people: people::bulk::Batch,
    pub followup: followup::bulk::Batch,
    pub cases: cases::bulk::Batch,
}

impl Rows {
    fn len(&self) -> usize {
        self.people.len() + self.followup.len()
    }
    async fn write(self, to: &mut Load, group: GroupId) -> kernel::Result<()> {
        self.people.write(to, group).await?;
        self.followup.write(to, group).await?;
        self.cases.write(to, group).await
    }
}

/// `zhiyin demo`: fills the configured database, which must be empty.
/// # Errors
/// A sentence that says what to do.
pub async fn command(config: &Config, size: Size) -> anyhow::Result<()> {
    anyhow::ensure!(size.customers <= MOST_CUSTOMERS, "--customers {}: at most {MOST_CUSTOMERS} fit", size.customers);
    anyhow::ensure!(size.visits <= MOST_VISITS, "--visits {}: at most {MOST_VISITS} fit", size.visits);
    anyhow::ensure!(
        size.visits == 0 || size.customers > 0,
        "--visits {}: somebody must come; give --customers too",
        size.visits
    );
    let began = std::time::Instant::now();
    // A demonstration may be told at a moment of one's choice.
    let now = crate::server::clock(true)?.now();
    let db = crate::server::open(config, Clock::manual(now)).await?;
    let rows = fill(db, crate::server::target(config), now, size, &mut |done, of| {
        eprint!("\r{} of {of} days", done);
    })
    .await?;
    eprintln!();
    // The rows came in past the verbs: the reports count their days once.
    let db = crate::server::open(config, Clock::manual(now)).await?;
    let counted = insight::reports::figures::rebuild(&db).await.map_err(anyhow::Error::new);
    let searched = people::search::made_now(&db).await.map_err(anyhow::Error::new);
    db.close().await;
    counted?;
    searched?;
    println!(
        "{} customers, {} visits, {rows} rows in {} s; start with: zhiyin serve",
        size.customers,
        size.visits,
        began.elapsed().as_secs()
    );
    Ok(())
}

/// Fills the database behind `db`, which it closes; answers how many rows it holds.
/// # Errors
/// When there is a group already, or as the database answers.
pub async fn fill(
    db: Db,
    target: Target,
    now: Millis,
    size: Size,
    told: &mut (dyn FnMut(usize, usize) + Send),
) -> anyhow::Result<u64> {
    let prepared = prepare(&db, now, size).await;
    db.close().await;
    let (group, books, days) = prepared?;
    let mut to = Load::begin(&target, now).await?;
    // Making and writing go on beside each other.
    let (hand, mut taken) = tokio::sync::mpsc::channel::<(usize, Rows)>(2);
    let (id, count) = (group.id, days.days.len());
    let numbers = group.shops.iter().map(|s| s.id).collect::<Vec<_>>();
    let maker = tokio::task::spawn_blocking(move || make(&group, &books, &days, now, size, &hand));
    while let Some((day, rows)) = taken.recv().await {
        rows.write(&mut to, id).await?;
        told(day, count);
    }
    let last = maker.await?;
    let given: Vec<_> = numbers.into_iter().zip(last).filter(|(_, n)| *n > 0).collect();
    counter::load(&mut to, id, "case", &given).await?;
    told(count, count);
    let rows = to.rows();
    people::bulk::tidy(&mut to).await?;
    to.end().await?;
    Ok(rows)
}

async fn prepare(db: &Db, now: Millis, size: Size) -> anyhow::Result<(Group, Books, Days)> {
    if !people::identity::groups(&mut db.reads()).await?.is_empty() {
        anyhow::bail!(
            "this database is not empty: give another data folder (ZHIYIN_DATA) or another DATABASE_URL to fill"
        );
    }
    let group = found::found(db, size.seed, size.customers, size.visits).await?;
    let first = group.shops[0].id;
    let mut reads = db.reads();
    let rules = rulebook::current::<FollowupRules>(&mut reads, group.id, first).await?;
    let kinds = rulebook::current::<KindBook>(&mut reads, group.id, first).await?;
    let books = Books {
        calendar: calendar::of(&mut reads, group.id, first).await?,
        rules: rules.body.clone(),
        rules_version: rules.version,
        scripts: rulebook::current::<ScriptBook>(&mut reads, group.id, first).await?.body.clone(),
        kinds: kinds.body.clone(),
        kinds_version: kinds.version,
        clocks: rulebook::current::<ClockBook>(&mut reads, group.id, first).await?.body.clone(),
    };
    let days = Days::new(size.seed, &books.calendar, now, size.customers, size.visits);
    for shop in &group.shops {
        let scope = Scope::system(group.id, Some(shop.id));
        transact!(db, &scope, |tx| { followup::bulk::plan_from(tx, shop.id, days.first()).await })?;
    }
    Ok((group, books, days))
}

/// Day after day; hands over whenever enough has come together. Answers the last case number of every store.
fn make(
    group: &Group,
    books: &Books,
    days: &Days,
    now: Millis,
    size: Size,
    hand: &tokio::sync::mpsc::Sender<(usize, Rows)>,
) -> Vec<i64> {
    let folk = Folk { seed: size.seed, days, shops: &group.shops };
    let customers = usize::try_from(size.customers).unwrap_or(0);
    let mut maker = Maker {
        group,
        folk: &folk,
        teller: Teller::new(books, now, size.seed),
        seed: size.seed,
        follow_up: size.follow_up,
        last_visit: vec![0; customers],
        memory: Memory {
            reached: vec![0; customers],
            case_until: HashMap::new(),
            serial: 0,
            numbers: vec![0; group.shops.len()],
        },
        rows: Rows::default(),
    };
    for number in 0..days.before {
        let who = folk.profile(number);
        maker.rows.people.customers.push(folk.file(&who, days.first()));
        if maker.rows.len() > CHUNK && hand.blocking_send((0, std::mem::take(&mut maker.rows))).is_err() {
            return Vec::new();
        }
    }
    for day in 0..days.days.len() {
        maker.day(day);
        if maker.rows.len() > CHUNK && hand.blocking_send((day, std::mem::take(&mut maker.rows))).is_err() {
            return Vec::new();
        }
    }
    // The other side has given up where it does not listen.
    let _ = hand.blocking_send((days.days.len(), std::mem::take(&mut maker.rows)));
    maker.memory.numbers
}

struct Maker<'a> {
    group: &'a Group,
    folk: &'a Folk<'a>,
    teller: Teller<'a>,
    seed: u64,
    follow_up: bool,
    /// Day of the last visit of every customer, counted from 1.
    last_visit: Vec<u16>,
    memory: Memory,
    rows: Rows,
}

/// Nobody comes again within so many days, where there are others.
const REST: u16 = 24;

impl Maker<'_> {
    fn day(&mut self, n: usize) {
        let days = self.folk.days;
        let day = days.days[n];
        let mut dice = Dice::of(self.seed, 11, u64::try_from(n).unwrap_or(0));
        self.memory.case_until.retain(|_, until| *until > day.told_at);
        let mut fresh = Vec::new();
        let mut place = 0_i64;
        let mut buyers = Vec::new();
        for number in days.customers_of(n) {
            let who = self.folk.profile(number);
            self.rows.people.customers.push(self.folk.file(&who, day.date));
            if who.bought.is_some() { buyers.push(who) } else { fresh.push(who) }
        }
        let mut fresh = fresh.into_iter();
        for _ in 0..days.visits_of(n) {
            let who = match fresh.next() {
                Some(who) => who,
                None => self.somebody(n, &mut dice),
            };
            self.visit(n, &who, place, &mut dice);
            place += 1;
        }
        for who in buyers {
            self.delivery(n, &who, place, &mut dice);
            place += 1;
        }
    }

    /// One of those who are known by then; some come more often than others.
    fn somebody(&self, n: usize, dice: &mut Dice) -> Profile {
        let known = usize::try_from(self.folk.days.days[n].customers).unwrap_or(0).max(1);
        let today = u16::try_from(n + 1).unwrap_or(u16::MAX);
        let mut number = 0;
        for _ in 0..8 {
            let any = dice.below(known);
            number = if dice.permille(550) { any } else { any / 3 * 3 };
            let last = self.last_visit[number];
            if last == 0 || today.saturating_sub(last) >= REST {
                break;
            }
        }
        self.folk.profile(u64::try_from(number).unwrap_or(0))
    }

    fn visit(&mut self, n: usize, who: &Profile, place: i64, dice: &mut Dice) {
        let day = self.folk.days.days[n];
        let (group, folk) = (self.group.id, self.folk);
        let store = match who.second {
            Some(second) if dice.permille(250) => second,
            _ => who.home,
        };
        let shop = &self.group.shops[store];
        let id = RepairOrderId::new(Id::<()>::floor(day.told_at).raw() + place);
        let car = dice.below(who.cars);
        let line =
            if who.visitors > 0 && (who.organisation || dice.permille(400)) { 1 + dice.below(who.visitors) } else { 0 };
        let visitor = folk.visitor(who, line);
        let over_night = dice.permille(140);
        let opened_on = if over_night { day.date.days_after(-1) } else { day.date };
        let (work, items, from, to) = *dice.weighted(WORK);
        let amount = dice.between(from, to) * 100;
        let labour = amount * dice.between(25, 60) / 100;
        let number = format!("WX{}{:05}", day.date.to_string().replace('-', ""), place + 1);
        let advisor = dice.pick(&shop.advisors).clone();
        let opened = dice.between(520, 1_020);
        let settled = if over_night { dice.between(560, 1_100) } else { (opened + dice.between(45, 380)).min(1_135) };
        let phone_line = folk.line_id(who, line);
        let vehicle = folk.car_id(who, car);
        self.rows.people.orders.push(OrderRow {
            id,
            group_id: group,
            store_id: shop.id,
            business_key: format!("n:{number}"),
            number: Some(number),
            customer_id: who.id,
            vehicle_id: Some(vehicle),
            visitor_name: visitor.clone(),
            phone_line_id: Some(phone_line),
            opened_on,
            opened_min: Some(opened),
            settled_on: Some(day.date),
            settled_min: Some(settled),
            work_type: Some(work.into()),
            items: Some((*dice.pick(items)).into()),
            mileage_km: Some(folk.mileage(who, car, opened_on)),
            estimate_fen: Some(Fen(amount * dice.between(90, 112) / 100)),
            amount_fen: Some(Fen(amount)),
            labour_fen: Some(Fen(labour)),
            parts_fen: Some(Fen(amount - labour)),
            advisor: Some(advisor.clone()),
            appointment: Some(dice.permille(310)),
            state: VisitState::Recorded,
            content_hash: String::new(),
            version: 1,
            created_at: day.told_at,
            updated_at: day.told_at,
            import_id: None,
        });
        let at = self.teller.books.calendar.at(opened_on, u16::try_from(opened).unwrap_or(540));
        self.rows.people.notes.push(noted(id.raw(), who.id, shop.id, at, "repair_order"));
        let bought = who.bought.filter(|_| car == 0).map(|b| folk.days.days[b].date);
        let facts = EventFacts {
            subject_kind: SubjectKind::RepairOrder,
            subject_id: id.raw(),
            visitor: visitor.and_then(|v| PersonName::parse(&v).ok()),
            vehicle_id: Some(vehicle),
            brand: folk.brand(who, car),
            phone_line_id: Some(phone_line),
            settled_on: Some(day.date),
            opened_on,
            delivered_on: bought,
            new_car_months: self.teller.books.rules.new_car_months,
            ..facts(who, day.date)
        };
        let usable = who.usable || line > 0;
        self.last_visit[usize::try_from(who.number).unwrap_or(0)] = u16::try_from(n + 1).unwrap_or(u16::MAX);
        self.follow(n, who, store, facts, usable, &advisor);
    }

    fn delivery(&mut self, n: usize, who: &Profile, place: i64, dice: &mut Dice) {
        let day = self.folk.days.days[n];
        let (group, folk) = (self.group.id, self.folk);
        let shop = &self.group.shops[who.home];
        let id = DeliveryId::new(Id::<()>::floor(day.told_at).raw() + place);
        let car = folk.car(who, 0, day.date);
        let consultant = dice.pick(&shop.consultants).clone();
        let line = folk.line_id(who, 0);
        self.rows.people.deliveries.push(DeliveryRow {
            id,
            group_id: group,
            store_id: shop.id,
            business_key: format!("{}|{}", car.vin.expose(), day.date),
            customer_id: who.id,
            vehicle_id: car.id,
            phone_line_id: Some(line),
            delivered_on: day.date,
            consultant: Some(consultant.clone()),
            price_fen: Some(Fen(dice.between(82, 318) * 100_000)),
            note: None,
            state: VisitState::Recorded,
            content_hash: String::new(),
            version: 1,
            created_at: day.told_at,
            updated_at: day.told_at,
            import_id: None,
        });
        let at = self.teller.books.calendar.at(day.date, 0);
        self.rows.people.notes.push(noted(id.raw(), who.id, shop.id, at, "delivery"));
        let facts = EventFacts {
            subject_kind: SubjectKind::Delivery,
            subject_id: id.raw(),
            vehicle_id: Some(car.id),
            brand: car.brand.to_owned(),
            phone_line_id: Some(line),
            delivered_on: Some(day.date),
            ..facts(who, day.date)
        };
        self.follow(n, who, who.home, facts, who.usable, &consultant);
    }

    fn follow(&mut self, n: usize, who: &Profile, store: usize, facts: EventFacts, usable: bool, staff: &str) {
        if !self.follow_up {
            return;
        }
        let event = Event {
            facts,
            shop: &self.group.shops[store],
            number: who.number,
            told_at: self.folk.days.days[n].told_at,
            day: u16::try_from(n).unwrap_or(0),
            store,
            usable,
            staff,
        };
        self.teller.follow(&event, &mut self.memory, &mut self.rows);
    }
}

fn facts(who: &Profile, on: StoreDate) -> EventFacts {
    EventFacts {
        subject_kind: SubjectKind::RepairOrder,
        subject_id: 0,
        customer_id: who.id,
        fleet: who.organisation,
        customer_name: PersonName::parse(&who.name).ok(),
        vehicle_id: None,
        brand: String::new(),
        phone_line_id: None,
        visitor: None,
        fleet_contact: None,
        settled_on: None,
        opened_on: on,
        delivered_on: None,
        new_car_months: usual_new_car_months(),
        opted_out: who.opted_out,
    }
}
