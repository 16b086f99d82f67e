//! A7.3: every kind's sentence, full and with fields missing.

use kernel::{PersonName, Phone, Plate, StoreDate, TaskId, Vin};
use platform::i18n::Locale;
use platform::rulebook::Rulebook as _;

use crate::cases::kinds::{Class, FieldType, KindBook, Values};
use crate::cases::plan::{self, Facts};
use crate::cases::ports::{Mark, Point};
use crate::cases::sentence::{Piece, sentence, title_from};
use crate::scripts::{Choice, Effect, Question, Script, ScriptBook};

fn today() -> StoreDate {
    StoreDate::new(2026, 11, 22).unwrap()
}

fn said(book: &KindBook, kind: &str, values: &Values, locale: Locale) -> String {
    let pieces = sentence(book, book.kind(kind).unwrap(), values, locale, today());
    pieces.iter().map(Piece::text).collect()
}

fn facts() -> Facts {
    Facts {
        name: Some(PersonName::parse("陈晓帆").unwrap()),
        phone: Some(Phone::parse("13812344417").unwrap()),
        region: Some("成都".into()),
        brand: Some("斯柯达".into()),
        series: Some("速派".into()),
        model: None,
        purchased_on: StoreDate::new(2023, 6, 30),
        vin: Some(Vin::parse("LSVAA4187E2000001").unwrap()),
        plate: Some(Plate::parse("川A7K3Q2").unwrap()),
        visits: Some(3),
        mileage_km: Some(41_260),
        visited_on: StoreDate::new(2026, 11, 19),
        items: Some("空调异响检查".into()),
        station: Some("城南店".into()),
        dealer: None,
        question: Some("一次修好".into()),
        remark: None,
    }
}

#[test]
fn the_shipped_book_is_sound() {
    let book = KindBook::seed();
    assert_eq!(book.check(), []);
    let complaints = book.kinds.iter().filter(|k| k.id.starts_with("A7.3.")).count();
    assert_eq!((book.kinds.len(), complaints), (20, 9));
}

/// What the policy names is known of the visit stands in the sentence; the rest is asked for.
#[test]
fn 抱怨九类_缺项照实写出() {
    let book = KindBook::seed();
    let given = Values::from([("degree".to_owned(), "strong".to_owned())]);
    let table = [
        (
            "A7.3.1",
            "成都的斯柯达车主，2023年6月30日购车，行驶41,260公里，11月19日因空调异响检查到城南店维修，〔待补：受到怎样的对待〕，对服务态度很不满意。",
        ),
        (
            "A7.3.2",
            "成都的斯柯达车主，2023年6月30日购车，行驶41,260公里，〔待补：求助日期〕请城南店上门救援，对方以〔待补：未能上门的原因〕为由没有出车，客户对此很不满意，要求〔待补：客户要求〕。",
        ),
        (
            "A7.3.3",
            "成都的斯柯达车主，2023年6月30日购车，行驶41,260公里，因空调异响检查到城南店修过3次，最近一次是11月19日，仍没有修好，对维修水平很不满意，要求〔待补：客户要求〕。",
        ),
        (
            "A7.3.4",
            "成都的客户，〔待补：订车日期〕在〔待补：经销店〕订购斯柯达速派，因〔待补：原因〕，对购车服务很不满意，要求〔待补：客户要求〕。",
        ),
        (
            "A7.3.5",
            "成都的斯柯达车主，2023年6月30日购车，行驶41,260公里，11月19日因空调异响检查到城南店维修，所需〔待补：配件〕一直没到货，客户对配件供应很不满意，要求〔待补：客户要求〕。",
        ),
        (
            "A7.3.6",
            "成都的斯柯达车主，2023年6月30日购车，行驶41,260公里，11月19日到城南店做首保，因〔待补：原因〕，认为首保没有按规定做，对此很不满意，要求〔待补：客户要求〕。",
        ),
        (
            "A7.3.7",
            "成都的斯柯达车主，2023年6月30日购车，行驶41,260公里，〔待补：联系日期〕因〔待补：故障原因〕联系城南店，希望〔待补：对服务站的要求〕，但〔待补：原因〕，认为保修没有按规定办，对此很不满意，要求我们〔待补：客户要求〕。",
        ),
        (
            "A7.3.8",
            "成都的斯柯达车主，2023年6月30日购车，行驶41,260公里，11月19日到城南店更换〔待补：配件〕，因〔待补：原因〕，认为配件服务没有按规定办，对此很不满意，要求〔待补：客户要求〕。",
        ),
        (
            "A7.3.9",
            "成都的斯柯达车主，2023年6月30日购车，行驶41,260公里，因空调异响检查先后3次到城南店，始终没有根除，对车辆质量很不满意，要求〔待补：客户要求〕。",
        ),
    ];
    for (kind, wanted) in table {
        let values = plan::prefill(&book, kind, &facts(), &given);
        let wanted = format!("{wanted}车架号LSV****000001，车牌{}。", Plate::parse("川A7K3Q2").unwrap().as_str());
        assert_eq!(said(&book, kind, &values, Locale::ZhCn), wanted, "{kind}");
        let missing = book.missing(book.kind(kind).unwrap(), &values).count();
        assert_eq!(wanted.matches('〔').count(), missing, "{kind}");
    }
}

#[test]
fn a_filled_record_has_nothing_missing_in_any_language() {
    let book = KindBook::seed();
    for kind in &book.kinds {
        let value = |f: &crate::cases::kinds::Field| match f.of {
            FieldType::Text => "甲".to_owned(),
            FieldType::Date => "2025-03-08".to_owned(),
            FieldType::Number => "1234".to_owned(),
            FieldType::Phone => "13812344417".to_owned(),
            FieldType::Choice => f.options[0].key.clone(),
        };
        let values: Values = book.fields_of(kind).map(|f| (f.key.clone(), value(f))).collect();
        for locale in [Locale::ZhCn, Locale::ZhTw, Locale::En] {
            let text = said(&book, &kind.id, &values, locale);
            assert!(!text.contains(['〔', '[', '{', '}']), "{} {text}", kind.id);
            assert!(!text.contains("13812344417"), "a number stays masked: {text}");
        }
    }
}

#[test]
fn each_reader_has_their_language() {
    let book = KindBook::seed();
    let values = plan::prefill(&book, "A7.3.3", &facts(), &Values::new());
    assert!(said(&book, "A7.3.3", &values, Locale::En).contains("[missing: Demand]"));
    assert!(said(&book, "A7.3.3", &values, Locale::En).contains("2026-11-19"));
    assert!(said(&book, "A7.3.3", &values, Locale::ZhTw).contains("〔待補：客戶要求〕"));
}

#[test]
fn a_book_with_faults_names_each_place() {
    let mut book = KindBook::seed();
    book.kinds[0].template.zh = "{region}的{nothing}".into();
    book.kinds[1].template.en = Some("{region".into());
    book.remarks.question = "A9".into();
    book.fields[0].question.zh.clear();
    let faults: Vec<String> = book.check().into_iter().map(|f| format!("{} {}", f.path, f.code)).collect();
    assert_eq!(
        faults,
        [
            "fields.0.question.zh case-label-missing",
            "kinds.0.template.zh case-field-unknown",
            "kinds.1.template.en case-braces",
            "remarks.question case-kind-unknown",
        ]
    );
}

fn answer(question: &str, option: &str, kind: Option<&str>) -> Point {
    Point {
        task: TaskId::new(500),
        question: Some(question.into()),
        option: Some(option.into()),
        case_kind: kind.map(str::to_owned),
        department: None,
        text: None,
        remark: None,
        remark_id: None,
    }
}
fn remark(mark: Mark, text: &str) -> Point {
    Point {
        task: TaskId::new(500),
        question: None,
        option: None,
        case_kind: None,
        department: None,
        text: Some(text.into()),
        remark: Some(mark),
        remark_id: Some(1),
    }
}

#[test]
fn the_gravest_point_gives_the_case_its_kind() {
    let book = KindBook::seed();
    let plan = |points: &[Point]| plan::plan(&book, points);
    let three = [
        remark(Mark::Question, "首保要多少钱"),
        answer("cleanliness", "dissatisfied", Some("other")),
        answer("repeat_repair", "yes", Some("A7.3.3")),
    ];
    let planned = plan(&three).unwrap();
    assert_eq!((planned.kind.as_str(), planned.class, planned.points.len()), ("A7.3.3", Class::Complaint, 3));
    assert_eq!(planned.given.get("degree").map(String::as_str), Some("plain"));
    assert_eq!(plan(&[remark(Mark::Complaint, "等太久")]).unwrap().kind, "other");
    assert_eq!(plan(&[remark(Mark::Suggestion, "上门取车")]).unwrap().kind, "other_inquiry");
    assert_eq!(plan(&[remark(Mark::Praise, "师傅很好")]), None);
    // A kind that the store has dropped from its book does not lose the case.
    assert_eq!(plan(&[answer("waiting", "dissatisfied", Some("A7.3.77"))]).unwrap().kind, "other");
}

/// A7.3: the point of a complaint is judged exactly. A kind of its own is missing for the price alone, and the call
/// about a handled case goes on with that case.
#[test]
fn shipped_answers_become_the_kind_that_fits() {
    let (book, scripts) = (KindBook::seed(), ScriptBook::seed());
    let bad = |s: &Script| -> Vec<(String, Choice)> {
        let options = s.questions.iter().flat_map(|q| q.options.iter().map(|o| (q.key.clone(), o.clone())));
        options.filter(|(_, o)| o.effect == Effect::Bad).collect()
    };
    let mut general = Vec::new();
    for (question, option) in scripts.scripts.iter().flat_map(bad) {
        let kind = option.case_kind.as_deref().and_then(|id| book.kind(id)).expect("a shipped kind");
        assert_eq!((kind.class, Some(kind.department)), (Class::Complaint, option.department), "{question}");
        if kind.id == book.remarks.complaint {
            general.push(question);
        }
    }
    assert_eq!(general, ["value_for_money", "result_satisfaction"]);
    for rule in &book.question_map {
        let asked = |q: &Question| {
            (rule.question == "*" || rule.question == q.key)
                && rule.option.as_deref().is_none_or(|key| q.option(key).is_some())
        };
        assert!(scripts.scripts.iter().any(|s| s.questions.iter().any(asked)), "{rule:?} is an answer to nothing");
    }
}

#[test]
fn a_store_may_map_its_questions_otherwise() {
    let mut book = KindBook::seed();
    let rule = crate::cases::kinds::QuestionRule {
        question: "waiting".into(),
        option: None,
        kind: Some("A7.3.2".into()),
        department: Some(kernel::Department::Care),
        fields: Values::new(),
    };
    book.question_map.insert(0, rule);
    let planned = plan::plan(&book, &[answer("waiting", "dissatisfied", Some("other"))]).unwrap();
    assert_eq!((planned.kind.as_str(), planned.department), ("A7.3.2", kernel::Department::Care));
}

#[test]
fn titles_are_short() {
    assert_eq!(title_from("空调异响三次没修好。第一次说是松了"), "空调异响三次没修好");
    assert_eq!(title_from(&"长".repeat(30)), format!("{}…", "长".repeat(24)));
    assert_eq!(title_from("  "), "");
}
