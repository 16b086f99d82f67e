//! A shop at work through the product's own verbs, in random order: after every step the reports' counted days, with
//! what has changed since, are what the tasks and calls themselves say.

use contact::followup::{self, AnswerIn, Direction, Effect, Mark, NewAttempt, RemarkIn, attempts, distribute, numbers};
use insight::reports::figures;
use kernel::{
    AttemptId, Cap, ContactId, Millis, PersonName, Phone, Post, Reach, Scope, StoreDate, StoreDateTime, StoreTime,
    Stores, UserId, Vin,
};
use people::intake::input::{CarIn, OwnerIn};
use people::intake::{self, DeliveryIn, Recording, RepairOrderIn};
use platform::db::Sql as _;
use platform::{args, row, stmt, transact};
use testkit::World;

stmt!(FIG_CONTACTS, "SELECT id AS k, state AS v FROM contact WHERE state IN ('open','number_needed') ORDER BY id");
stmt!(FIG_TASKS, "SELECT contact_id AS k, id AS v FROM task WHERE contact_id=$1 AND state='open' ORDER BY id");
stmt!(
    FIG_ROLE,
    "INSERT INTO role (id, group_id, role_key, label_zh, grants, shipped) VALUES (50, $1, 'agent', '回访专员', '[[\"call.work\",\"own\"]]', 1) \
     ON CONFLICT DO NOTHING"
);
stmt!(
    FIG_POST,
    "INSERT INTO assignment (id, group_id, user_id, role_id, store_id, since) VALUES ($1, $2, $3, 50, $4, 0)"
);
stmt!(
    FIG_SHARE,
    "INSERT INTO agent_share (store_id, user_id, group_id, share) VALUES ($1,$2,$3,1) ON CONFLICT DO NOTHING"
);
row! {
    #[derive(Debug, PartialEq)]
    struct Said { question: String, option_key: String, n: i64 }
}
stmt!(
    FIG_SAID_PLAIN,
    "SELECT question, option_key, COUNT(*) AS n FROM (SELECT question, option_key FROM answer WHERE store_id=$1 AND revoked=0 \
     AND option_key IS NOT NULL UNION ALL SELECT '', mark FROM remark WHERE store_id=$1 AND revoked=0) x \
     GROUP BY question, option_key ORDER BY question, option_key"
);
// What is kept for the days that nobody has changed, and what the changed days hold now.
stmt!(
    FIG_CALLS_PLAIN,
    "SELECT agent_id AS k, COUNT(*) AS v FROM attempt WHERE store_id=$1 AND revoked_at IS NULL GROUP BY agent_id ORDER BY agent_id"
);

/// Small, seeded, good enough to wander about.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % (n as u64)).expect("small")
    }
    fn of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() { None } else { Some(all[self.roll(all.len())].clone()) }
    }
}

const AGENTS: [i64; 2] = [101, 102];
const OUTCOMES: [&str; 11] = [
    "complete",
    "complete",
    "complete",
    "partial",
    "no_answer",
    "switched_off",
    "wrong_number",
    "refused",
    "opted_out",
    "misdialled",
    "busy",
];

struct Shop<'w> {
    w: &'w World,
    dice: Dice,
    orders: u32,
    calls: u32,
    last: Option<AttemptId>,
    log: Vec<String>,
}

fn scope(w: &World, user: i64) -> Scope {
    let grants = Cap::ALL.iter().map(|c| (*c, Reach::Group)).collect();
    let post = Post { role: "test".into(), stores: Stores::All, department: None, grants };
    Scope { user: Some(UserId::new(user)), group: w.group, store: Some(w.store), posts: vec![post] }
}

impl Shop<'_> {
    fn now(&self) -> Millis {
        self.w.db.clock().now()
    }
    fn today(&self) -> StoreDate {
        let stamp = jiff::Timestamp::from_millisecond(self.now().0).expect("a moment");
        StoreDate::from(stamp.to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").expect("a zone")).date())
    }

    fn order(&self, n: u32, settled: StoreDate, cancelled: bool) -> RepairOrderIn {
        let customer = n % 9;
        let at = |hour| StoreDateTime { date: settled, time: StoreTime::new(hour, 0) };
        let digits = format!("1390000{:04}", 1_000 + customer);
        // Two customers have no number.
        let phones = if customer < 2 { Vec::new() } else { Phone::parse(&digits).into_iter().collect() };
        RepairOrderIn {
            number: Some(format!("RO{n}")),
            opened: Some(at(9)),
            settled: Some(at(17)),
            customer_code: Some(format!("C{customer}")),
            owner: OwnerIn {
                name: PersonName::parse(&format!("客户{customer}")).ok(),
                organisation: customer == 8,
                phones,
            },
            car: CarIn {
                vin: Vin::parse(&format!("LSVAA4182E21{:05}", 10_000 + n % 14)).ok(),
                brand: [Some("斯柯达"), Some("大众"), None][usize::try_from(n % 3).expect("small")].map(str::to_owned),
                ..CarIn::default()
            },
            cancelled,
            ..RepairOrderIn::default()
        }
    }

    async fn visits(&mut self) {
        let settled = self.today().days_after(-i32::try_from(self.dice.roll(4)).expect("small"));
        let rows: Vec<RepairOrderIn> = (0..=self.dice.roll(3))
            .map(|_| {
                self.orders += 1;
                self.order(self.orders, settled, false)
            })
            .collect();
        self.record(&rows).await;
    }

    async fn record(&mut self, rows: &[RepairOrderIn]) {
        let how = Recording::by_hand(self.w.store);
        let scope = scope(self.w, 100);
        transact!(self.w.db, &scope, |tx| { intake::apply(tx, &how, rows).await }).expect("visits are recorded");
    }

    async fn delivery(&mut self) {
        self.orders += 1;
        let (n, today) = (self.orders, self.today());
        let order = self.order(n, today, false);
        let row = DeliveryIn {
            delivered_on: today.days_after(-2),
            customer_code: order.customer_code,
            owner: order.owner,
            car: order.car,
            consultant: None,
            price: None,
            note: None,
            cancelled: false,
        };
        let how = Recording::by_hand(self.w.store);
        let scope = scope(self.w, 100);
        transact!(self.w.db, &scope, |tx| { intake::apply(tx, &how, std::slice::from_ref(&row)).await })
            .expect("a delivery");
    }

    async fn contacts(&self, state: &str) -> Vec<ContactId> {
        let found: Vec<(ContactId, String)> = self.w.db.reads().all(&FIG_CONTACTS, args![]).await.expect("contacts");
        found.into_iter().filter(|c| c.1 == state).map(|c| c.0).collect()
    }

    async fn call(&mut self) {
        let Some(contact) = self.dice.of(&self.contacts("open").await) else { return };
        let tasks: Vec<(ContactId, kernel::TaskId)> =
            self.w.db.reads().all(&FIG_TASKS, args![contact]).await.expect("tasks");
        let outcome = self.dice.of(&OUTCOMES).expect("an outcome");
        let spoken = matches!(outcome, "complete" | "partial");
        let effect = self.dice.of(&[Effect::Good, Effect::Good, Effect::Improve, Effect::Bad]).expect("an effect");
        let answer = |(_, task): &(ContactId, kernel::TaskId)| AnswerIn {
            task: Some(*task),
            question: "overall".into(),
            option: Some(effect.key().into()),
            effect,
            text: None,
            case_kind: None,
            department: None,
        };
        let remark = RemarkIn {
            task: None,
            mark: self.dice.of(&[Mark::Praise, Mark::Suggestion]).expect("a mark"),
            text: "很耐心".into(),
            person: None,
            wants_answer: false,
            case_kind: None,
            department: None,
        };
        self.calls += 1;
        let new = NewAttempt {
            client_id: format!("call-{}", self.calls),
            contact,
            started_at: self.now(),
            seconds: 90,
            direction: Direction::Out,
            outcome: outcome.into(),
            answers: if spoken { tasks.iter().map(answer).collect() } else { Vec::new() },
            remarks: if spoken && self.dice.roll(3) == 0 { vec![remark] } else { Vec::new() },
            phone_line: None,
            agreed_at: None,
            who_when: None,
            new_phone: None,
            best_time: None,
            sold_car: Vec::new(),
            note: None,
            script_version: None,
            tasks: None,
            booking: None,
            case_fields: Vec::new(),
            confirmed: true,
        };
        self.w.clock.set(self.now().plus(90_000));
        let scope = scope(self.w, AGENTS[self.dice.roll(2)]);
        match transact!(self.w.db, &scope, |tx| { attempts::save(tx, &new).await }) {
            Ok(saved) => self.last = Some(saved.attempt),
            Err(problem) => self.log.push(format!("{outcome}: {problem}")),
        }
    }

    async fn take_back(&mut self) {
        let Some(last) = self.last.take() else { return };
        let scope = scope(self.w, AGENTS[0]);
        if let Err(problem) = transact!(self.w.db, &scope, |tx| { attempts::revoke(tx, last).await }) {
            self.log.push(format!("revoke: {problem}"));
        }
    }

    async fn step(&mut self) -> &'static str {
        match self.dice.roll(14) {
            0 | 1 => {
                self.visits().await;
                "visits"
            }
            2 => {
                self.delivery().await;
                "delivery"
            }
            3..=6 => {
                self.call().await;
                "call"
            }
            7 => {
                self.take_back().await;
                "take back"
            }
            8 => {
                let hours = [1, 5, 26, 50][self.dice.roll(4)];
                self.w.clock.set(self.now().plus(hours * Millis::HOUR));
                "time"
            }
            9 => {
                followup::expiry::expire_all(&self.w.db).await.expect("what is over ends");
                "expiry"
            }
            10 => {
                let Some(contact) = self.dice.of(&self.contacts("number_needed").await) else { return "nothing" };
                let phone = Phone::parse(&format!("1380000{:04}", 2_000 + self.calls)).expect("a number");
                let scope = scope(self.w, AGENTS[0]);
                transact!(self.w.db, &scope, |tx| { numbers::supply(tx, contact, &phone).await })
                    .expect("a number found");
                "number"
            }
            11 => {
                let open = self.contacts("open").await;
                let to = UserId::new(AGENTS[self.dice.roll(2)]);
                let scope = scope(self.w, 100);
                transact!(self.w.db, &scope, |tx| { distribute::reassign(tx, &open, Some(to)).await })
                    .expect("reassigned");
                "reassign"
            }
            12 if self.orders > 0 => {
                let n = 1 + u32::try_from(self.dice.roll(usize::try_from(self.orders).expect("small"))).expect("small");
                let row = self.order(n, self.today(), true);
                self.record(&[row]).await;
                "order withdrawn"
            }
            _ => {
                figures::settle(&self.w.db, self.now()).await.expect("days are counted");
                "counting"
            }
        }
    }
}

async fn work(w: &World, seed: u64) {
    for (id, name) in [(100, "沈雯"), (AGENTS[0], "周岚"), (AGENTS[1], "林悦")] {
        w.user(id, name).await;
    }
    let admin = scope(w, 100);
    transact!(w.db, &admin, |tx| {
        tx.exec(&FIG_ROLE, args![w.group]).await?;
        for agent in AGENTS {
            tx.exec(&FIG_POST, args![agent + 5_000, w.group, agent, w.store]).await?;
            tx.exec(&FIG_SHARE, args![w.store, agent, w.group]).await?;
        }
        Ok(())
    })
    .expect("shares");
    let dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut shop = Shop { w, dice, orders: 0, calls: 0, last: None, log: Vec::new() };
    let mut did: Vec<&str> = Vec::new();
    for n in 0..60 {
        did.push(shop.step().await);
        let wrong = figures::compare(&w.db).await.expect("compared");
        assert!(wrong.is_empty(), "seed {seed}, step {n}: {did:?}\n{wrong:?}\n{:?}", shop.log);
        if n % 6 == 5 {
            calls_agree(w, seed, &did).await;
        }
    }
    assert!(shop.calls > 5, "seed {seed}: hardly a call was made");
}

/// Answers, remarks and calls of all days through the reports, against a plain count.
async fn calls_agree(w: &World, seed: u64, did: &[&str]) {
    let shown = figures::calls_of_store(&w.db, w.group, w.store).await.expect("reports");
    let mut q = w.db.reads();
    let plain: Vec<Said> = q.all(&FIG_SAID_PLAIN, args![w.store]).await.expect("answers");
    let said: Vec<Said> =
        shown.0.into_iter().map(|(question, option_key, n)| Said { question, option_key, n }).collect();
    assert_eq!(said, plain, "seed {seed}: {did:?}");
    let calls: Vec<(UserId, i64)> = q.all(&FIG_CALLS_PLAIN, args![w.store]).await.expect("calls");
    assert_eq!(shown.1, calls, "seed {seed}: {did:?}");
}

#[tokio::test]
async fn counted_days_agree_whatever_a_shop_does() {
    for seed in 1..=6 {
        testkit::on_both_wired(zhiyin::wiring::wire, async |w| work(w, seed).await).await;
    }
}
