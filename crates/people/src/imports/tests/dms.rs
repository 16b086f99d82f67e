//! The five layouts of real exports. The expected numbers are those that `xtask/oracle/dms_counts.py`
//! prints, which counts by rules of its own with Python's standard library (and xlrd for the .xls);
//! `python3 xtask/oracle/dms_counts.py` prints them again.

use super::files::{folder, sheets};
use super::rows::today;
use crate::imports::*;
use std::collections::BTreeMap;

/// File, sheet, kind, header rows, and [read, accepted, same, replaced, rejected, skipped].
type Expected = (&'static str, &'static str, Kind, (u32, u32), [u64; 6]);

#[rustfmt::skip]
const EXPECTED: [Expected; 6] = [
    ("维修结算明细_城南店_2026-11.xlsx", "结算明细", Kind::RepairOrders, (3, 4), [3200, 3119, 0, 0, 81, 10]),
    ("售后流水_高新店.xls", "Sheet1", Kind::RepairOrders, (1, 1), [800, 780, 0, 0, 20, 0]),
    ("repair_orders_group.tsv", "", Kind::RepairOrders, (1, 1), [1000, 1000, 0, 0, 0, 0]),
    ("交车明细_2026-11.csv", "", Kind::Deliveries, (1, 1), [420, 410, 0, 0, 10, 0]),
    ("客户档案.xlsx", "个人", Kind::Customers, (1, 1), [1598, 1462, 0, 93, 43, 0]),
    ("客户档案.xlsx", "单位", Kind::Customers, (1, 1), [6, 6, 0, 0, 0, 0]),
];

struct Read {
    layout: Layout,
    orders: DateOrders,
    counts: Counts,
    drafts: Vec<Draft>,
    faults: BTreeMap<String, u64>,
    notes: BTreeMap<String, u64>,
}

fn read(file: &str, sheet: &str) -> Read {
    let (_, epoch, rows) = sheets(file).into_iter().find(|(name, ..)| name == sheet).expect("sheet");
    let layout = Layout::detect(&rows, None).expect("header");
    let mut survey = Survey::new(&layout, today());
    rows.iter().for_each(|row| survey.see(row));
    let orders = survey.decide();
    let mut reader = Reader::new(layout.clone(), orders.clone(), today(), epoch);
    let (mut drafts, mut faults, mut seen) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    for row in &rows {
        match reader.read(row) {
            Outcome::Accepted { draft, notes, .. } => {
                drafts.push(draft);
                notes.iter().for_each(|n| *seen.entry(format!("{}/{}", n.field.code(), n.code)).or_default() += 1);
            }
            Outcome::Rejected(found) => {
                found.iter().for_each(|f| *faults.entry(format!("{}/{}", f.field.code(), f.code)).or_default() += 1);
            }
            Outcome::Above | Outcome::Skipped(_) | Outcome::Same { .. } => {}
        }
    }
    Read { layout, orders, counts: reader.counts().clone(), drafts, faults, notes: seen }
}

#[test]
fn 五种版式_行数与独立计数一致() {
    if folder().is_none() {
        return;
    }
    for (file, sheet, kind, header, want) in EXPECTED {
        let got = read(file, sheet);
        let c = &got.counts;
        let counts = [c.read, c.accepted, c.same, c.replaced, c.rejected, c.skipped_total()];
        assert_eq!(
            (got.layout.kind, got.layout.header_rows, counts),
            (kind, header, want),
            "{file} {sheet} {:?}",
            got.faults
        );
        assert_eq!(c.read, c.accepted + c.same + c.replaced + c.rejected);
        assert!(got.layout.missing().is_empty(), "{file}");
        assert!(got.orders.ask.is_empty(), "{file}: {:?}", got.orders.ask);
        let doubtful: Vec<&Column> = got.layout.columns.iter().filter(|c| c.certainty == Certainty::Confirm).collect();
        assert!(doubtful.is_empty(), "{file}: {doubtful:?}");
        eprintln!("{file} {sheet}: faults {:?}, notes {:?}", got.faults, got.notes);
    }
}

fn repair_order(draft: &Draft) -> &RepairOrderDraft {
    match draft {
        Draft::RepairOrder(draft) => draft,
        Draft::Delivery(_) | Draft::Customer(_) => panic!("not a repair order"),
    }
}

/// The number carries the day: `RO261115…` was opened on 2026-11-15. So the dates are right in every
/// shape that these files know, also those counted from 1904.
#[test]
fn 工单日期_与单号所含日期一致() {
    if folder().is_none() {
        return;
    }
    for (file, sheet, kind, ..) in EXPECTED {
        if kind != Kind::RepairOrders {
            continue;
        }
        let got = read(file, sheet);
        for draft in &got.drafts {
            let draft = repair_order(draft);
            let number = draft.number.as_deref().expect("number");
            let want = format!("20{}-{}-{}", &number[2..4], &number[4..6], &number[6..8]);
            assert_eq!(draft.opened_at.expect("opened").date.to_string(), want, "{file} {number}");
            let settled = draft.settled_at.expect("settled").date;
            let days = draft.opened_at.expect("opened").date.days_until(settled);
            assert!((0..=3).contains(&days), "{file} {number}: settled {days} days later");
        }
    }
}

#[test]
fn 抽查_值与原文一致() {
    if folder().is_none() {
        return;
    }
    let south = read("维修结算明细_城南店_2026-11.xlsx", "结算明细");
    let find = |number: &str| {
        let found = south.drafts.iter().map(repair_order).find(|draft| draft.number.as_deref() == Some(number));
        found.unwrap_or_else(|| panic!("{number}"))
    };
    let first = find("RO26111500000");
    assert_eq!(first.car.plate.as_ref().map(|p| p.to_string()).as_deref(), Some("川G·D26215"));
    assert_eq!(
        (first.mileage_km, first.amount, first.appointment),
        (Some(61_457), Some(kernel::Fen(61_300)), Some(false))
    );
    assert_eq!(first.owner.phones[0].expose(), "15834406193");
    assert_eq!(first.settled_at.map(|at| at.to_string()).as_deref(), Some("2026-11-16 10:41"));
    let fleet = find("RO26103000001");
    assert!(fleet.owner.organisation && fleet.owner.phones.is_empty());
    assert_eq!(
        fleet.visitor.as_ref().map(|v| (v.name.expose(), v.phones[0].expose())),
        Some(("陶英刚", "15197853725"))
    );
    assert_eq!(fleet.items, ["更换蓄电池", "召回升级", "4万公里保养"]);
    assert_eq!(find("RO26111903199").mileage_km, Some(150_000));
    let delivered = read("交车明细_2026-11.csv", "");
    let Draft::Delivery(first) = &delivered.drafts[0] else { panic!("delivery") };
    assert_eq!((first.delivered_on.to_string().as_str(), first.price), ("2026-10-28", Some(kernel::Fen(9_160_000))));
    assert_eq!(first.owner.phones[0].expose(), "13090363335");
    let files = read("客户档案.xlsx", "个人");
    let Draft::Customer(first) = &files.drafts[0] else { panic!("customer") };
    assert_eq!(first.birthday.map(|b| (b.date.to_string(), b.lunar)), Some(("1958-11-02".into(), true)));
    let companies = read("客户档案.xlsx", "单位");
    let Draft::Customer(first) = &companies.drafts[0] else { panic!("customer") };
    assert!(first.owner.organisation && first.fleet_size == Some(58) && first.contact.is_some());
}
