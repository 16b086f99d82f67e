//! Questions, answers, corrections by hand, and what is remembered; from which day a first import plans.

use super::world::Yard;
use crate::imports::store::{self, Which};
use crate::imports::*;
use crate::vehicles::RepairOrdersRecorded;
use kernel::loose::{DateOrder, Order};
use kernel::{Problem, StoreDate};
use platform::events::Wire;
use platform::transact;
use std::collections::BTreeMap;
use std::sync::Mutex;
use testkit::{on_both, on_both_wired};

const UNCLEAR: &str = "工单号,结算时间,客户名称,联系电话,车牌号\nRO1,03/11/2026,白思,13800000001,川A00001\nRO2,04/11/2026,马立新,13800000002,川A00002\n";

#[tokio::test]
async fn 日月顺序_看不出就问_答过就记住() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let path = yard.file("a.csv", UNCLEAR);
        let batch = yard.read(&path).await;
        let open = batch.mapping.questions();
        let Some(Question::DateOrder { sheet, field, candidates }) = open.first() else { panic!("{open:?}") };
        assert_eq!((batch.state, *field, candidates.len()), (State::Asking, Field::SettledAt, 2));
        assert_eq!(batch.counts.new, 2, "the rows are shown meanwhile");
        assert!(matches!(yard.confirm(batch.id).await, Err(Problem::Refused("import-questions"))));
        let month_first = DateOrder { year_last: Order::Mdy, short: Order::Ymd };
        let dates = BTreeMap::from([(*sheet, BTreeMap::from([(*field, month_first)]))]);
        yard.correct(&batch, &Correction { dates, ..Correction::default() }).await.expect("answered");
        let batch = yard.parse(batch.id).await;
        assert_eq!(batch.state, State::Previewed);
        let rows = yard.rows(batch.id, Which::All).await;
        let days: Vec<String> = rows.iter().filter_map(|row| row.event_on).map(|day| day.to_string()).collect();
        assert_eq!(days, ["2026-03-11", "2026-04-11"]);
        yard.confirm(batch.id).await.expect("confirmed");
        yard.apply(batch.id, 100).await;
        let again = yard.read(&path).await;
        assert_eq!((again.state, again.counts.same, again.mapping.sheets[0].remembered), (State::Previewed, 2, true));
    })
    .await;
}

const STRANGE: &str =
    "甲列,乙列,工单号,丙列,客户\nRO1,2026-11-18,说明,川A00001,白思\nRO2,2026-11-18,说明,川A00002,马立新\n";

#[tokio::test]
async fn 列名认不出_手工对应_记住() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let path = yard.file("a.csv", STRANGE);
        let id = yard.bring_as(&yard.scope, &path, Some(Kind::RepairOrders)).await;
        let batch = yard.parse(id).await;
        assert_eq!(batch.state, State::Asking);
        let missing = |plan: &Plan| plan.questions().iter().filter(|q| matches!(q, Question::Missing { .. })).count();
        assert_eq!(missing(&batch.mapping), 2, "{:?}", batch.mapping.questions());
        assert!(yard.rows(id, Which::All).await.is_empty());
        let columns = [
            (0, Some(Field::Number)),
            (1, Some(Field::OpenedAt)),
            (2, None),
            (3, Some(Field::Plate)),
            (4, Some(Field::Owner)),
        ];
        let mapping = BTreeMap::from([(0, columns.to_vec())]);
        yard.correct(&batch, &Correction { mapping, ..Correction::default() }).await.expect("corrected");
        let batch = yard.parse(id).await;
        assert_eq!((batch.state, batch.counts.new), (State::Previewed, 2));
        yard.confirm(id).await.expect("confirmed");
        yard.apply(id, 100).await;
        // The next file of this layout, without a word about its kind.
        let next = yard.read(&yard.file("b.csv", &STRANGE.replace("RO", "RP"))).await;
        assert_eq!((next.state, next.counts.new, next.mapping.sheets[0].remembered), (State::Previewed, 2, true));
    })
    .await;
}

#[tokio::test]
async fn 工作表_可以选() {
    let Some(folder) = super::files::folder() else { return };
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let batch = yard.read(&folder.join("客户档案.xlsx")).await;
        assert_eq!(batch.mapping.sheets.iter().filter(|s| s.chosen).count(), 2);
        let units = batch.mapping.sheet("单位").expect("sheet").index;
        let only = Correction { sheets: Some(vec![units]), ..Correction::default() };
        yard.correct(&batch, &only).await.expect("chosen");
        let batch = yard.parse(batch.id).await;
        assert_eq!((batch.counts.read, batch.counts.new), (6, 6));
        // Taken for something else, the columns are wanting.
        let other = Correction { kind: Some(Some(Kind::Deliveries)), ..Correction::default() };
        yard.correct(&batch, &other).await.expect("chosen");
        assert_eq!(yard.parse(batch.id).await.state, State::Asking);
    })
    .await;
}

#[tokio::test]
async fn 不是表格_没有表头_给出回答() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let batch = yard.read(&yard.file("a.csv", "你好,世界\n1,2\n")).await;
        assert_eq!((batch.state, batch.mapping.questions()), (State::Asking, vec![Question::NoSheet]));
        let batch = yard.read(&yard.file("b.xlsx", "PK\u{3}\u{4}broken")).await;
        assert_eq!(batch.state, State::Failed);
        assert!(batch.fault.as_deref().is_some_and(|f| f.starts_with("sheet.")), "{:?}", batch.fault);
        let again = transact!(w.db, &yard.scope, |tx| { retry(tx, batch.id).await });
        assert!(matches!(again, Err(Problem::Refused("import-no-retry"))));
        let batch = yard.read(&yard.file("c.csv", "")).await;
        assert_eq!((batch.state, batch.fault.as_deref()), (State::Failed, Some("sheet.empty")));
    })
    .await;
}

static PLANNED_FROM: Mutex<Vec<Option<StoreDate>>> = Mutex::new(Vec::new());

fn listening() -> Wire {
    Wire::default().listen(|_, e: &RepairOrdersRecorded| {
        Box::pin(async move {
            PLANNED_FROM.lock().expect("lock").push(e.plan_from);
            Ok(())
        })
    })
}

#[tokio::test]
async fn 第一次导入_从哪天起安排回访() {
    on_both_wired(listening, async |w| {
        PLANNED_FROM.lock().expect("lock").clear();
        let yard = Yard::new(w).await;
        let line = |n: u32, day: u32| format!("RO{n},2026-11-{day:02},客户,1380000{n:04},川A{n:05}\n");
        let head = "工单号,结算时间,客户名称,联系电话,车牌号\n";
        let text: String = std::iter::once(head.to_owned()).chain((15..=21).map(|day| line(day, day))).collect();
        let batch = yard.read(&yard.file("a.csv", &text)).await;
        // 2026-11-21 less three days.
        assert_eq!(batch.options.plan_from.map(|d| d.to_string()).as_deref(), Some("2026-11-18"));
        assert_eq!((batch.counts.to_plan(None), batch.counts.late), (7, 0));
        let day: StoreDate = "2026-11-20".parse().expect("day");
        assert_eq!((batch.counts.to_plan(Some(day)), batch.counts.before(Some(day))), (2, 5));
        let (id, version) = (batch.id, batch.version);
        transact!(w.db, &yard.scope, |tx| { confirm(tx, id, version, Some(day), false).await }).expect("confirmed");
        yard.apply(id, 3).await;
        assert_eq!(*PLANNED_FROM.lock().expect("lock"), [Some(day); 3]);
        // The second one does not ask.
        PLANNED_FROM.lock().expect("lock").clear();
        let next = yard.read(&yard.file("b.csv", &format!("{head}{}", line(99, 21)))).await;
        assert_eq!((next.options.plan_from, next.options.first_for.len()), (None, 0));
        yard.confirm(next.id).await.expect("confirmed");
        yard.apply(next.id, 3).await;
        assert_eq!(*PLANNED_FROM.lock().expect("lock"), [None]);
    })
    .await;
}

/// Nothing names the columns: somebody says in which row the header stands, or that there is none.
#[tokio::test]
async fn 认不出表头_手工指定行_或按字母对应() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let text = "某店本月\n,甲,乙,丙,丁\n1,RO1,2026-11-18,川A00001,白思\n2,RO2,2026-11-18,川A00002,马立新\n";
        let path = yard.file("a.csv", text);
        let batch = yard.read(&path).await;
        assert_eq!((batch.state, batch.mapping.questions()), (State::Asking, vec![Question::NoSheet]));
        let heads = store::heads(&mut w.db.reads(), w.group, batch.id).await.expect("heads");
        assert_eq!(heads.0[&0].iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 3, 4]);

        // The header stands in row 2; the columns are named by hand.
        let header = BTreeMap::from([(0, Some(2))]);
        yard.correct(&batch, &Correction { header: header.clone(), ..Correction::default() }).await.expect("said");
        let batch = yard.parse(batch.id).await;
        let layout = batch.mapping.sheets[0].layout.clone().expect("a layout");
        assert_eq!((layout.header_rows, layout.columns.len(), layout.columns[1].header.as_str()), ((2, 2), 5, "甲"));
        let fields =
            [(1, Some(Field::Number)), (2, Some(Field::OpenedAt)), (3, Some(Field::Plate)), (4, Some(Field::Owner))];
        let mapping = BTreeMap::from([(0, fields.to_vec())]);
        yard.correct(&batch, &Correction { mapping, ..Correction::default() }).await.expect("named");
        let batch = yard.parse(batch.id).await;
        assert_eq!((batch.state, batch.counts.new, batch.counts.rejected), (State::Previewed, 2, 0));
        yard.confirm(batch.id).await.expect("confirmed");
        yard.apply(batch.id, 100).await;
        // Next month it is known.
        let next = yard.read(&yard.file("b.csv", &text.replace("RO", "RP"))).await;
        assert_eq!((next.state, next.counts.new, next.mapping.sheets[0].header), (State::Previewed, 2, Some(2)));
        // Forgotten, it is asked again.
        transact!(w.db, &yard.scope, |tx| { forget(tx, next.id, next.version).await }).expect("forgotten");
        assert_eq!(yard.parse(next.id).await.mapping.questions(), [Question::NoSheet]);

        // No header at all: every row is data, and a column has but its letter.
        let bare: String = text.lines().skip(2).map(|line| format!("{line}\n")).collect();
        let batch = yard.read(&yard.file("c.csv", &bare.replace("RO", "RQ"))).await;
        assert_eq!(batch.mapping.questions(), [Question::NoSheet]);
        let header = BTreeMap::from([(0, Some(0))]);
        let mapping = BTreeMap::from([(0, fields.to_vec())]);
        yard.correct(&batch, &Correction { header, mapping, ..Correction::default() }).await.expect("said");
        let batch = yard.parse(batch.id).await;
        assert_eq!((batch.state, batch.counts.new, batch.counts.read), (State::Previewed, 2, 2));
        yard.confirm(batch.id).await.expect("confirmed");
        yard.apply(batch.id, 100).await;
        let next = yard.read(&yard.file("d.csv", &bare.replace("RO", "RS"))).await;
        assert_eq!((next.state, next.counts.new, next.mapping.sheets[0].header), (State::Previewed, 2, Some(0)));
    })
    .await;
}

/// What was decided by itself, or answered wrongly last time, can be put right in any later preview.
#[tokio::test]
async fn 日月顺序_已定的也能改() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        // A 13 settles it: day first.
        let text = "工单号,结算时间,客户名称,联系电话,车牌号\nRO1,13/11/2026,白思,13800000001,川A00001\nRO2,11/10/2026,马立新,13800000002,川A00002\n";
        let batch = yard.read(&yard.file("a.csv", text)).await;
        assert_eq!(batch.state, State::Previewed);
        let orders = &batch.mapping.sheets[0].orders;
        assert_eq!((orders.choices[&Field::SettledAt].len(), orders.decided[&Field::SettledAt].year_last), (2, Order::Dmy));
        let month_first = DateOrder { year_last: Order::Mdy, short: Order::Ymd };
        let with = |order| {
            let dates = BTreeMap::from([(0, BTreeMap::from([(Field::SettledAt, order)]))]);
            Correction { dates, ..Correction::default() }
        };
        yard.correct(&batch, &with(month_first)).await.expect("changed");
        let batch = yard.parse(batch.id).await;
        // There is no 13th month: that row says so instead of being guessed.
        assert_eq!((batch.counts.new, batch.counts.rejected), (1, 1));

        // A wrong answer is remembered, and put right with the next file.
        let first = yard.read(&yard.file("b.csv", UNCLEAR)).await;
        yard.correct(&first, &with(month_first)).await.expect("answered");
        let first = yard.parse(first.id).await;
        yard.confirm(first.id).await.expect("confirmed");
        yard.apply(first.id, 100).await;
        let next = yard.read(&yard.file("c.csv", &UNCLEAR.replace("RO", "RP"))).await;
        assert_eq!((next.state, next.mapping.sheets[0].orders.decided[&Field::SettledAt]), (State::Previewed, month_first));
        let day_first = DateOrder::default();
        yard.correct(&next, &with(day_first)).await.expect("put right");
        let next = yard.parse(next.id).await;
        yard.confirm(next.id).await.expect("confirmed");
        yard.apply(next.id, 100).await;
        let last = yard.read(&yard.file("d.csv", &UNCLEAR.replace("RO", "RQ"))).await;
        assert_eq!((last.state, last.mapping.sheets[0].orders.decided[&Field::SettledAt]), (State::Previewed, day_first));
    })
    .await;
}

/// A code that somebody took for the wrong store.
#[tokio::test]
async fn 门店代码_记错了能改() {
    on_both(async |w| {
        let yard = Yard::everywhere(w).await;
        let text = "工单号,门店代码,结算时间,客户名称,联系电话,车牌号\nRO1,甲,2026-11-18,白思,13800000001,川A00001\n";
        let say =
            |store| Correction { codes: BTreeMap::from([("甲".to_owned(), Some(store))]), ..Correction::default() };
        let batch = yard.read(&yard.file("a.csv", text)).await;
        yard.correct(&batch, &say(w.store)).await.expect("said");
        let batch = yard.parse(batch.id).await;
        yard.confirm(batch.id).await.expect("confirmed");
        yard.apply(batch.id, 10).await;
        let next = yard.read(&yard.file("b.csv", &text.replace("RO", "RP"))).await;
        assert_eq!((next.state, next.mapping.codes["甲"]), (State::Previewed, Some(w.store)));
        yard.correct(&next, &say(w.second)).await.expect("put right");
        let next = yard.parse(next.id).await;
        yard.confirm(next.id).await.expect("confirmed");
        yard.apply(next.id, 10).await;
        let last = yard.read(&yard.file("c.csv", &text.replace("RO", "RQ"))).await;
        assert_eq!(last.mapping.codes["甲"], Some(w.second));
    })
    .await;
}
