//! The main job's first half with everything wired as in the product: the real export goes in, follow-ups come out. How
//! many there must be is counted here from the cells, by rules of this file alone: neither the importer nor the planner
//! is asked.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader as _, open_workbook_auto};
use contact::followup::queue::{self, Filter};
use contact::followup::{Direction, NewAttempt, attempts};
use jiff::civil::Date;
use kernel::{Cap, Id, ImportId, Millis, PersonName, Phone, Reach, Scope, StoreDate, UserId};
use people::customers;
use people::imports::{self, CliImport, NewFile, Pace, State, Workshop};
use people::intake::{self, Recording};
use platform::db::Sql as _;
use platform::i18n::Locale;
use platform::{args, stmt, transact};
use testkit::World;

const FILE: &str = "维修结算明细_城南店_2026-11.xlsx";
/// Saturday 2026-11-21 10:00 in Shanghai.
const NOW: Millis = Millis(testkit::START.0 + 2 * Millis::DAY);
const TODAY: Date = jiff::civil::date(2026, 11, 21);

stmt!(
    T_ROLE,
    "INSERT INTO role (id, group_id, role_key, label_zh, grants, shipped) VALUES (50,1,'agent','回访专员','[[\"call.work\",\"own\"]]',1)"
);
stmt!(T_POST, "INSERT INTO assignment (id, group_id, user_id, role_id, store_id, since) VALUES ($1,1,$2,50,$3,0)");
stmt!(T_SHARE, "INSERT INTO agent_share (store_id, user_id, group_id, share) VALUES ($1,$2,1,1)");
stmt!(
    T_TASKS,
    "SELECT state AS k, COUNT(*) AS v FROM task WHERE group_id=1 AND import_id=$1 GROUP BY state ORDER BY state"
);
stmt!(T_ATTEMPTS, "SELECT COUNT(*) AS v FROM attempt WHERE group_id=1");
stmt!(T_ORDERS, "SELECT COUNT(*) AS v FROM repair_order WHERE group_id=1 AND import_id=$1");

fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("ZHIYIN_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    let found = root.join("dms");
    if found.is_dir() {
        return Some(found);
    }
    assert!(std::env::var_os("ZHIYIN_REQUIRE_DATA").is_none_or(|v| v != "1"), "test data dms required");
    eprintln!("notice: {} not found, test skipped", found.display());
    None
}

/// A line of the file that holds an order which can be read.
#[derive(Clone, Debug)]
struct Line {
    number: String,
    owner: String,
    visitor: String,
    phone: Option<String>,
    vin: Option<String>,
    /// Settlement, else opening.
    day: Date,
}

fn narrow(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    text.chars().map(half).collect::<String>().trim().to_owned()
}

fn said(cell: Option<&Data>) -> String {
    match cell {
        None | Some(Data::Empty) => String::new(),
        Some(Data::Float(n)) if n.fract() == 0.0 => format!("{n:.0}"),
        Some(other) => narrow(&other.to_string()),
    }
}

fn day_of(cell: Option<&Data>) -> Option<Date> {
    let serial = |days: i64| Date::new(1899, 12, 30).ok()?.checked_add(jiff::Span::new().days(days)).ok();
    let text = match cell {
        #[expect(clippy::cast_possible_truncation, reason = "whole days")]
        Some(Data::DateTime(at)) => return serial(at.as_f64().floor() as i64),
        other => said(other),
    };
    let numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let number = |text: &str| text.parse::<i64>().ok();
    let (year, month, day) = match numbers.as_slice() {
        [y, m, d, ..] if y.len() == 4 => (number(y)?, number(m)?, number(d)?),
        [d, m, y, ..] if y.len() == 4 && d.len() == 2 => (number(y)?, number(m)?, number(d)?),
        [y, m, d, ..] if y.len() == 2 && text.contains('/') => (2000 + number(y)?, number(m)?, number(d)?),
        [one, ..] if one.len() == 8 => (number(&one[..4])?, number(&one[4..6])?, number(&one[6..])?),
        [one, ..] if one.len() == 5 => return serial(number(one)?),
        _ => return None,
    };
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// `Err`: something is written, but no number.
fn phone_of(text: &str) -> Result<Option<String>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    for part in text.split(['/', '、', ',', ';', '\n']) {
        let part = part.trim().trim_end_matches(".0").to_uppercase();
        let digits: String = match part.split_once("E+") {
            Some((mantissa, exponent)) => {
                let digits = mantissa.replace('.', "");
                if exponent.parse().ok() == Some(digits.len() - 1) { digits } else { String::new() }
            }
            None => part.chars().filter(|c| !matches!(c, ' ' | '-' | '+')).collect(),
        };
        let digits = if digits.len() == 13 { digits.trim_start_matches("86").to_owned() } else { digits };
        let second = digits.as_bytes().get(1).copied().unwrap_or(0);
        if digits.len() == 11 && digits.starts_with('1') && (b'3'..=b'9').contains(&second) {
            return Ok(Some(digits));
        }
    }
    Err(())
}

fn lines(path: &Path) -> Vec<Line> {
    let mut book = open_workbook_auto(path).expect("workbook");
    let range = book.worksheet_range("结算明细").expect("sheet");
    let mut found: HashMap<String, Line> = HashMap::new();
    for row in range.rows() {
        let number = said(row.first());
        if !(number.len() == 13 && number.starts_with("RO") && number[2..].bytes().all(|b| b.is_ascii_digit())) {
            continue;
        }
        let (owner, visitor, plate) = (said(row.get(4)), said(row.get(5)), said(row.get(7)));
        let vin = said(row.get(8)).to_uppercase();
        let good = |c: char| c.is_ascii_digit() || (c.is_ascii_uppercase() && !matches!(c, 'I' | 'O' | 'Q'));
        let vin = Some(vin).filter(|v| v.chars().count() == 17 && v.chars().all(good));
        let plate: String = plate.chars().filter(|c| !matches!(c, ' ' | '·' | '.' | '-')).collect();
        let (Ok(phone), Some(day)) = (phone_of(&said(row.get(6))), day_of(row.get(2)).or(day_of(row.get(1)))) else {
            continue;
        };
        if owner.is_empty() || (vin.is_none() && !(7..=8).contains(&plate.chars().count())) {
            continue;
        }
        let line = Line { number: number.clone(), owner, visitor, phone, vin, day };
        assert!(found.insert(number, line).is_none(), "no number stands twice among the good lines of this file");
    }
    found.into_values().collect()
}

/// 3DC: from the day after the settlement; expires with the end of day 7. The store is open every day of these weeks.
fn due(line: &Line, from: Date) -> bool {
    line.day >= from && line.day.checked_add(jiff::Span::new().days(7)).expect("a day") >= TODAY
}

fn count(lines: &[Line], from: Date) -> i64 {
    i64::try_from(lines.iter().filter(|line| due(line, from)).count()).expect("few")
}

/// In time, and nothing of it stands in another line.
fn loner<'a>(lines: &'a [Line], from: Date, but: &[&str]) -> &'a Line {
    let alone = |line: &&Line| {
        let alike = lines.iter().filter(|o| o.owner == line.owner || o.phone == line.phone || o.vin == line.vin);
        due(line, from)
            && line.owner == line.visitor
            && line.phone.is_some()
            && line.vin.is_some()
            && alike.count() == 1
            && !but.contains(&line.owner.as_str())
    };
    lines.iter().filter(alone).min_by_key(|line| &line.number).expect("somebody comes once")
}

struct Yard<'a> {
    w: &'a World,
    shop: Workshop,
    boss: Scope,
    agent: Scope,
    _folder: tempfile::TempDir,
}

impl Yard<'_> {
    async fn new(w: &World) -> Yard<'_> {
        zhiyin::wiring::import_hooks();
        w.clock.set(NOW);
        w.user(77, "沈雯").await;
        let agent: UserId = w.user(100, "周岚").await;
        transact!(w.db, &w.system(), |tx| {
            tx.exec(&T_ROLE, args![]).await?;
            tx.exec(&T_POST, args![5100, agent, w.store]).await?;
            tx.exec(&T_SHARE, args![w.store, agent]).await
        })
        .expect("an agent");
        let folder = tempfile::tempdir().expect("folder");
        let exe = env!("CARGO_BIN_EXE_zhiyin").into();
        let shop = Workshop { db: w.db.clone(), exe, data: folder.path().to_owned() };
        let boss = w.scope(Id::new(77), None, &[(Cap::ImportRun, Reach::Store)]);
        let agent = w.scope(agent, None, &[(Cap::CallWork, Reach::Own)]);
        Yard { w, shop, boss, agent, _folder: folder }
    }

    async fn dry_run(&self, file: &Path, from: Option<Date>) -> imports::CliReport {
        let asked = CliImport {
            kind: None,
            store: Some("示范店".into()),
            file: file.to_owned(),
            dry_run: true,
            json: true,
            locale: Locale::ZhCn,
            plan_from: from.map(StoreDate::from),
        };
        imports::cli(&self.shop, &asked, &mut |_| ()).await.unwrap_or_else(|e| panic!("{e:?}"))
    }

    /// Brought and read.
    async fn read(&self, file: &Path) -> ImportId {
        let id: ImportId = self.w.db.new_id();
        let ending = file.extension().map_or(String::new(), |e| format!(".{}", e.to_string_lossy()));
        let path = format!("imports/{id}{ending}");
        self.shop.make_folder().await.expect("folder");
        std::fs::copy(file, self.shop.data.join(&path)).expect("copied");
        let new = NewFile { id, name: "x".into(), hash: path.clone(), path, kind: None };
        transact!(self.w.db, &self.boss, |tx| { imports::bring(tx, &new, false).await }).expect("brought");
        let state = imports::parse(&self.shop, &self.boss, id).await.expect("read");
        assert_eq!(state, State::Previewed);
        id
    }

    async fn confirm(&self, id: ImportId, from: Option<Date>) {
        let version = imports::find(&mut self.w.db.reads(), &self.boss, id).await.expect("found").version;
        let from = from.map(StoreDate::from);
        transact!(self.w.db, &self.boss, |tx| { imports::confirm(tx, id, version, from, false).await })
            .expect("confirmed");
    }

    async fn step(&self, id: ImportId, pace: &mut Pace) -> State {
        imports::apply_next_chunk(&self.w.db, self.w.group, id, pace).await.expect("a chunk").state
    }

    async fn tasks(&self, id: ImportId) -> HashMap<String, i64> {
        let all: Vec<(String, i64)> = self.w.db.reads().all(&T_TASKS, args![id]).await.expect("tasks");
        all.into_iter().collect()
    }

    /// Rows of the agent's queue, all pages.
    async fn queue(&self) -> Vec<queue::Line> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let filter = Filter { cursor, ..Filter::default() };
            let page = queue::page(&mut self.w.db.reads(), &self.agent, &filter, NOW).await.expect("queue");
            all.extend(page.rows);
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
    }
}

#[tokio::test]
async fn the_real_export_becomes_follow_ups() {
    let Some(folder) = folder() else { return };
    let file = folder.join(FILE);
    let lines = lines(&file);
    assert_eq!(lines.len(), 3119, "as xtask/oracle/dms_counts.py counts them");
    let day = |d: i8| jiff::civil::date(2026, 11, d);
    testkit::on_both_wired(zhiyin::wiring::wire, async |w| {
        let yard = Yard::new(w).await;
        // The store's first import: what is planned depends on the day from which it plans.
        for from in [1, 13, 14, 17, 20] {
            let report = yard.dry_run(&file, Some(day(from))).await;
            assert_eq!((report.new, report.tasks_planned), (3119, count(&lines, day(from))), "from day {from}");
        }
        assert_eq!(yard.dry_run(&file, None).await.tasks_planned, count(&lines, day(18)), "three days back");

        // Something to call about, before the big file comes.
        let small = yard.shop.data.join("small.csv");
        let text = "工单号,结算时间,客户名称,联系电话,车牌号\nX1,2026-11-19,乔以南,13900000001,川A00001\n";
        std::fs::write(&small, text).expect("written");
        let first = yard.read(&small).await;
        yard.confirm(first, Some(day(16))).await;
        let mut pace = Pace::applying();
        while yard.step(first, &mut pace).await == State::Applying {}
        let waiting = yard.queue().await;
        assert_eq!(waiting.len(), 1);

        // Two people of the file are not to be called.
        let opted_out = loner(&lines, day(16), &[]);
        let in_case = loner(&lines, day(16), &[&opted_out.owner]);
        for (line, blocked) in [(opted_out, false), (in_case, true)] {
            let known = intake::CustomerIn {
                owner: intake::input::OwnerIn {
                    name: PersonName::parse(&line.owner).ok(),
                    organisation: false,
                    phones: line.phone.iter().filter_map(|p| Phone::parse(p).ok()).collect(),
                },
                ..intake::CustomerIn::default()
            };
            transact!(w.db, &w.system(), |tx| {
                let done = intake::apply(tx, &Recording::by_hand(w.store), std::slice::from_ref(&known)).await?;
                let id = done[0].customer.customer.expect("a customer");
                match blocked {
                    true => customers::block(tx, id, w.store, "case", 1).await,
                    false => customers::opt_out(tx, id).await,
                }
            })
            .expect("known");
        }
        let want = count(&lines, day(16)) - 2;
        assert_eq!(yard.dry_run(&file, None).await.tasks_planned, want, "the store plans from the 16th now");

        let id = yard.read(&file).await;
        let preview = imports::find(&mut w.db.reads(), &yard.boss, id).await.expect("found");
        assert_eq!((preview.counts.new, preview.counts.to_plan(None), preview.counts.held), (3119, want, 2));
        yard.confirm(id, None).await;
        let mut pace = Pace::new(400, 400);
        for _ in 0..3 {
            assert_eq!(yard.step(id, &mut pace).await, State::Applying);
        }
        // Half of it is written; nobody sees a task of it, and the agent goes on calling.
        let tasks = yard.tasks(id).await;
        assert!(tasks.get("hidden").is_some_and(|n| *n > 0) && tasks.len() == 1, "{tasks:?}");
        assert_eq!(yard.queue().await.iter().map(|line| line.id).collect::<Vec<_>>(), [waiting[0].id]);
        let call = NewAttempt {
            client_id: "between-two-chunks".into(),
            contact: waiting[0].id,
            started_at: NOW,
            seconds: 30,
            direction: Direction::Out,
            outcome: "no_answer".into(),
            answers: Vec::new(),
            remarks: Vec::new(),
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
            confirmed: false,
        };
        transact!(w.db, &yard.agent, |tx| { attempts::save(tx, &call).await }).expect("the call is saved");
        while yard.step(id, &mut pace).await == State::Applying {}

        let done = imports::find(&mut w.db.reads(), &yard.boss, id).await.expect("found");
        let planned = (done.state, done.tasks_planned, done.counts.done.new, done.counts.moved);
        assert_eq!(planned, (State::Applied, want, 3119, 0));
        assert_eq!(yard.tasks(id).await, HashMap::from([("open".to_owned(), want)]), "all shown, none hidden");
        assert_eq!(w.db.reads().count(&T_ORDERS, args![id]).await.expect("count"), 3119);
        assert_eq!(w.db.reads().count(&T_ATTEMPTS, args![]).await.expect("count"), 1);
        // Tasks of one person may share a call; nobody is called who is not to be.
        let queue = yard.queue().await;
        let most = usize::try_from(want).expect("few") + 1;
        assert!((most / 2..=most).contains(&queue.len()), "{} calls for {want} tasks", queue.len());
        assert!(queue.iter().all(|l| l.customer != opted_out.owner && l.customer != in_case.owner));

        // The same file again, and nothing changes.
        let again = yard.dry_run(&file, None).await;
        assert_eq!((again.new, again.changed, again.same, again.tasks_planned), (0, 0, 3119, 0));
    })
    .await;
}

/// A first import that began on the wrong day is undone, and the next one may begin on another.
#[tokio::test]
async fn an_undone_first_import_leaves_no_start_date() {
    testkit::on_both_wired(zhiyin::wiring::wire, async |w| {
        let yard = Yard::new(w).await;
        let start = async || {
            let found = platform::settings::get(&mut w.db.reads(), w.group, Some(w.store), "followup-plan-from").await;
            found.expect("read")
        };
        let file = yard.shop.data.join("one.csv");
        let text = "工单号,结算时间,客户名称,联系电话,车牌号\nX1,2026-11-18,乔以南,13900000001,川A00001\n";
        std::fs::write(&file, text).expect("written");
        for (from, tasks) in [("2026-11-19", 0), ("2026-11-17", 1)] {
            let id = yard.read(&file).await;
            yard.confirm(id, Some(from.parse::<Date>().expect("a day"))).await;
            let mut pace = Pace::applying();
            while yard.step(id, &mut pace).await == State::Applying {}
            assert_eq!(start().await.as_deref(), Some(from));
            assert_eq!(yard.tasks(id).await.values().sum::<i64>(), tasks, "from {from}");
            let undo: kernel::Result<()> = transact!(w.db, &yard.boss, |tx| { imports::undo(tx, id, false).await });
            undo.expect("may be undone");
            let mut pace = Pace::undoing();
            while imports::undo_next_chunk(&w.db, w.group, id, &mut pace).await.expect("undone").state == State::Undoing
            {
            }
            assert_eq!(start().await, None, "forgotten");
        }
    })
    .await;
}

/// Later imports say how many of their rows lie before the day from which the store plans: these are history, neither
/// late nor planned.
#[tokio::test]
async fn a_later_import_says_what_lies_before_the_start_date() {
    testkit::on_both_wired(zhiyin::wiring::wire, async |w| {
        let yard = Yard::new(w).await;
        let head = "工单号,结算时间,客户名称,联系电话,车牌号\n";
        let brought = async |name: &str, rows: &str| {
            let file = yard.shop.data.join(name);
            std::fs::write(&file, format!("{head}{rows}")).expect("written");
            let id = yard.read(&file).await;
            let counts = imports::find(&mut w.db.reads(), &yard.boss, id).await.expect("found").counts;
            let from = Some("2026-11-18".parse::<Date>().expect("a day"));
            yard.confirm(id, from).await;
            let mut pace = Pace::applying();
            while yard.step(id, &mut pace).await == State::Applying {}
            (counts, yard.tasks(id).await.values().sum::<i64>())
        };
        let first = brought("one.csv", "X1,2026-11-18,乔以南,13900000001,川A00001\n").await;
        assert_eq!((first.0.early, first.1), (0, 1));
        let later = "X2,2026-11-18,宋知远,13900000002,川A00002\nX3,2026-11-17,何一鸣,13900000003,川A00003\n\
                     X4,2026-06-01,唐小曼,13900000004,川A00004\n";
        let (counts, planned) = brought("two.csv", later).await;
        assert_eq!((counts.new, counts.early, counts.late, counts.plan, planned), (3, 2, 0, 1, 1));
        assert_eq!(counts.before(None), 2, "what the page says");
    })
    .await;
}
