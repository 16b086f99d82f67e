//! Questions, answers, corrections by hand, and what is remembered; from which day a first import plans.

use super::world::Yard;
use crate::imports::store::Which;
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
        assert_eq!((batch.counts.in_time, batch.counts.late), (7, 0));
        let day: StoreDate = "2026-11-20".parse().expect("day");
        let since = store::since(&mut w.db.reads(), w.group, batch.id, day).await.expect("count");
        assert_eq!(since, 2);
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
