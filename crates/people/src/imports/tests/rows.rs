use crate::imports::testsheet::sheet;
use crate::imports::*;
use kernel::StoreDate;
use kernel::loose::Epoch;

pub(super) fn today() -> StoreDate {
    "2026-11-21".parse().expect("today")
}

fn read(text: &str) -> Vec<Outcome> {
    let rows = sheet(text);
    let layout = Layout::detect(&rows, None).expect("header");
    let mut survey = Survey::new(&layout, today());
    rows.iter().for_each(|row| survey.see(row));
    let mut reader = Reader::new(layout, survey.decide(), today(), Epoch::E1900);
    rows.iter().map(|row| reader.read(row)).filter(|outcome| *outcome != Outcome::Above).collect()
}

/// `ok`, `ok: notes`, `no: faults`, `skip`, `same 2`, `ok 2: …` where row 2 is replaced.
fn show(outcome: &Outcome) -> String {
    let note = |field: &Field, code: &str| format!("{}/{code}", field.code());
    match outcome {
        Outcome::Above => "above".into(),
        Outcome::Skipped(_) => "skip".into(),
        Outcome::Same { of } => format!("same {of}"),
        Outcome::Rejected(faults) => {
            format!("no: {}", faults.iter().map(|f| note(&f.field, &f.code)).collect::<Vec<_>>().join(" "))
        }
        Outcome::Accepted { notes, replaces, .. } => {
            let notes: Vec<String> = notes.iter().map(|n| note(&n.field, &n.code)).collect();
            let replaces = replaces.map_or(String::new(), |row| format!(" {row}"));
            format!("ok{replaces}: {}", notes.join(" ")).trim_end_matches(": ").to_owned()
        }
    }
}

fn check(head: &str, rows: &[(&str, &str)]) {
    let text: Vec<&str> = std::iter::once(head).chain(rows.iter().map(|(row, _)| *row)).collect();
    let got: Vec<String> = read(&text.join("\n")).iter().map(show).collect();
    let want: Vec<&str> = rows.iter().map(|(_, want)| *want).collect();
    assert_eq!(got, want);
}

const ORDERS: &str = "工单号|开单时间|结算时间|客户名称|送修人|联系电话|车牌号|底盘号|行驶里程|应收金额|是否预约|状态";

#[test]
fn 工单_收下_提醒_退回() {
    check(
        ORDERS,
        &[
            (
                "R01|2026-11-15 08:41|2026-11-16|白思|白思|n:15834406193|川GD26215|LSVNV2182E2100001|61,457|n:613|N|",
                "ok: vin/vin.check_digit",
            ),
            // 手机少 3 位: rejected, so that it can be mended.
            ("R02|2026-11-07|2026-11-07|邱思远|邱思远|13902588|川A5D19K||1|1||", "no: phone/phone.too_short"),
            ("R03|2026-11-07|2026-11-07|邱思远|邱思远|1.390258E+10|川A5D19K||1|1||", "no: phone/phone.scientific_loss"),
            ("R04|2026-11-07|2026-11-07|邱思远|||川A5D19K||1|1||", "ok: phone/phone.empty"),
            ("R05|2026-11-07|2026-11-07|邱思远||13800138000/13902588|川A5D19K||1|1||", "ok: phone/phone.too_short"),
            ("R06|2026-11-07|2026-11-07|||13800138000|川A5D19K||1|1||", "no: owner/name.empty"),
            // A short VIN is dropped where a plate identifies the car.
            ("R07|2026-11-07|2026-11-07|邱思远||13800138000|川A5D19K|TG859693|1|1||", "ok: vin/vin.wrong_length"),
            ("R08|2026-11-07|2026-11-07|邱思远||13800138000|未上牌|TG859693|1|1||", "no: vin/vin.wrong_length"),
            ("R09|2026-11-07|2026-11-07|邱思远||13800138000|||1|1||", "no: vin/vin.empty"),
            ("R10|2026-11-07|2026-11-07|邱思远||13800138000|A5D19K||1|1||", "no: plate/plate.no_province"),
            (
                "R11|2026-11-07|待定|邱思远||13800138000|川A5D19K||1|1||",
                "ok: settled_at/date.not_a_date settled_at/date.opening_counts",
            ),
            (
                "R12|2026-02-30|待定|邱思远||13800138000|川A5D19K||1|1||",
                "no: opened_at/date.no_such_day settled_at/date.not_a_date",
            ),
            ("R13|||邱思远||13800138000|川A5D19K||1|1||", "no: settled_at/date.empty"),
            (
                "R14|2026-11-09|2026-11-07|邱思远||13800138000|川A5D19K||很多|免费|也许|",
                "ok: settled_at/date.settled_before_opened mileage/number.not_a_number amount/number.not_a_number appointment/flag.unknown",
            ),
            ("R15|2026-12-09|2026-12-09|邱思远||13800138000|川A5D19K|||||", "ok: settled_at/date.future"),
            // Everything at once.
            ("R16||||||||||是|", "no: owner/name.empty vin/vin.empty settled_at/date.empty"),
            ("小计|||||||||n:1854||", "skip"),
            (
                "R17|e:#REF!|2026-11-07|邱思远||13800138000|川A5D19K||e:#N/A|1||",
                "ok: opened_at/date.not_a_date mileage/number.not_a_number",
            ),
        ],
    );
}

#[test]
fn 工单_重复行() {
    check(
        ORDERS,
        &[
            ("R01|2026-11-15|2026-11-16|白思|白思|15834406193|川GD26215||61,457|613|否|", "ok"),
            // Written otherwise, meaning the same.
            ("R01|2026年11月15日|20261116|白思|白思|+86 158 3440 6193|川Ｇ·D26215||61457公里|¥613.00|N|", "same 2"),
            ("R01|2026-11-15|2026-11-16|白思|白思|15834406193|川GD26215||61,457|650|否|", "ok 2: number/row.replaces"),
            ("R01|2026-11-15|2026-11-16|白思|白思|15834406193|川GD26215||61,457|650|否|", "same 4"),
            // Without a number: car and opening time.
            ("|2026-11-15 09:00|2026-11-16|白思|白思|15834406193|川GD26215||61,457|613|否|", "ok: number/number.empty"),
            ("|2026-11-15 10:00|2026-11-16|白思|白思|15834406193|川GD26215||61,457|613|否|", "ok: number/number.empty"),
            ("|2026-11-15 10:00|2026-11-16|白思|白思|15834406193|川GD26215||61,457|613|否|", "same 7"),
            ("||2026-11-16|白思|白思|15834406193|川GD26215||61,457|613|否|", "no: number/number.empty"),
        ],
    );
}

#[test]
fn 工单_送修人与电话() {
    let outcomes = read(&format!(
        "{ORDERS}\nR1|2026-11-15|2026-11-16|锦江机电设备厂|陶英刚|15197853725|川BT4J5D||1|1||已作废\nR2|2026-11-15|2026-11-16|白思|白思|15834406193|川BT4J5D||1|1|√|未作废"
    ));
    let drafts: Vec<&RepairOrderDraft> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Accepted { draft: Draft::RepairOrder(draft), .. } => draft.as_ref(),
            other => panic!("{other:?}"),
        })
        .collect();
    // The phone beside the visitor is the visitor's.
    assert!(drafts[0].owner.organisation && drafts[0].owner.phones.is_empty() && drafts[0].cancelled);
    let visitor = drafts[0].visitor.as_ref().expect("visitor");
    assert_eq!((visitor.name.expose(), visitor.phones[0].expose()), ("陶英刚", "15197853725"));
    // Who came himself is the owner.
    assert!(!drafts[1].owner.organisation && drafts[1].visitor.is_none() && !drafts[1].cancelled);
    assert_eq!((drafts[1].owner.phones[0].expose(), drafts[1].appointment), ("15834406193", Some(true)));
}

#[test]
fn 交车_单位与车架号() {
    check(
        "序号|交车日期|车主姓名|身份|手机号码|车架号|车型|车牌号|销售顾问|成交价（万元）|备注",
        &[
            (
                "1|2026年10月28日|唐晨帆|个人|13090363335.0|LSVNV2182E2100001|汉EV||苏杭|9.16|=HYPERLINK(\"http://x\")",
                "ok: vin/vin.check_digit",
            ),
            ("2|2026年10月28日|唐晨帆|个人|13090363335|LSVNV2182|汉EV|川A5D19K|苏杭|9.16|", "no: vin/vin.wrong_length"),
            (
                "3||唐晨帆|个人|139|LSVNV2182E210000O|汉EV||苏杭|9.16|",
                "no: phone/phone.too_short vin/vin.forbidden_letter delivered_on/date.empty",
            ),
            ("合计|||||||||1854|", "skip"),
        ],
    );
    let outcome = read("交车日期|车主姓名|身份|手机|车架号|成交价（万元）|备注\n2026.10.28|天府快运|单位|13090363335|LSVNV2182E2100001|9.16|-勿扰").remove(0);
    let Outcome::Accepted { draft: Draft::Delivery(draft), .. } = outcome else { panic!("{outcome:?}") };
    assert!(draft.owner.organisation);
    assert_eq!((draft.price, draft.note.as_deref()), (Some(kernel::Fen(9_160_000)), Some("-勿扰")));
}

#[test]
fn 客户_档案与单位() {
    check(
        "客户编号|姓名|性别|手机|备用电话|生日|生日类型|车牌|VIN|购车日期|备注",
        &[
            (
                "K1| 韦豪静　|男|n:13160267735||19581102|农历|京NF93739|LSVNV2182E2100001|2022-02-15|@重点",
                "ok: vin/vin.check_digit",
            ),
            ("K1|韦豪静|男|13160267735||19581102|农历|川A5D19K||2024-02-15|", "ok"),
            ("K2|范华俊||139025881||||||", "no: phone/phone.too_short"),
            ("K3|范华俊|先生||139025|n:23397|||||", "ok: other_phone/phone.too_short phone/phone.empty"),
            ("|范华俊|||||||||", "skip"),
            ("|范华俊|男||||||||", "no: phone/key.empty"),
            ("K4|||13160267735|||||||", "no: owner/name.empty"),
            ("K5|范华俊|不详|13160267735||2月|||TG859693||", "ok: vin/vin.wrong_length birthday/date.not_a_date"),
        ],
    );
    check(
        "单位名称|统一社会信用代码|联系人|职务|电话|台数",
        &[
            ("蜀远物流有限公司|95NN1QWK71L3XWQ68T|戴文淼|司机|19935887338|n:58", "ok"),
            ("蜀远物流有限公司|95NN1QWK71L3XWQ68T|戴文淼|司机|19935887338|n:59", "ok 2: code/row.replaces"),
        ],
    );
}

#[test]
fn 退回行_不泄露号码_暂存可还原() {
    let outcomes = read(&format!(
        "{ORDERS}\nR1|2026-11-15|2026-11-16|白思||139025881|川BT4J5D||1|1||\nR2|2026-11-15|2026-11-16|白思|陶英刚|15834406193|川BT4J5D|LSVNV2182E2100001|1|1||"
    ));
    let Outcome::Rejected(faults) = &outcomes[0] else { panic!("{:?}", outcomes[0]) };
    assert_eq!(
        (faults[0].shown.as_str(), faults[0].arg.as_deref(), faults[0].remedy),
        ("139****81", Some("2"), Remedy::RetypePhone)
    );
    let Outcome::Accepted { draft, .. } = &outcomes[1] else { panic!("{:?}", outcomes[1]) };
    let printed = format!("{draft:?}");
    for secret in ["15834406193", "白思", "陶英刚", "LSVNV2182E2100001"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    assert_eq!(Draft::from_staging(&draft.to_staging()).as_ref(), Some(draft));
}

#[test]
fn 日期顺序_按列决定_不定则问() {
    let head = "工单号|开单时间|结算时间|客户名称|手机|车牌号";
    let rows = sheet(&format!(
        "{head}\nR1|08/11/2026 13:00|13/11/2026|白思|15834406193|川BT4J5D\nR2|09/11/2026|10/11/2026|白思|15834406193|川BT4J5D"
    ));
    let layout = Layout::detect(&rows, None).expect("header");
    let mut survey = Survey::new(&layout, today());
    rows.iter().for_each(|row| survey.see(row));
    let orders = survey.decide();
    assert_eq!(orders.ask.keys().collect::<Vec<_>>(), [&Field::OpenedAt]);
    let mut reader = Reader::new(layout, orders, today(), Epoch::E1900);
    let dates: Vec<String> = rows
        .iter()
        .filter_map(|row| match reader.read(row) {
            Outcome::Accepted { draft: Draft::RepairOrder(draft), .. } => {
                draft.event_date().map(|date| date.to_string())
            }
            other => {
                assert_eq!(other, Outcome::Above);
                None
            }
        })
        .collect();
    assert_eq!(dates, ["2026-11-13", "2026-11-10"]);
}
