//! Two files become one and two again, on both databases.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kernel::{Cap, CustomerId, Id, MergeId, PersonName, Phone, Plate, Problem, Reach, Result, Scope, StoreId, Vin};
use platform::db::Sql as _;
use platform::{args, stmt, transact};
use testkit::{World, on_both};

use super::{
    AT_ONCE, Choice, Stay, merge, merge_safe, merges, moved, part, safe_pairs, set_apart, sides, suggest_again,
    went_into,
};
use crate::customers::store::Shown;
use crate::customers::{self, SightWhy, Whose, store};
use crate::intake::input::{CarIn, OwnerIn};
use crate::intake::tests::{import, undo};
use crate::intake::{DeliveryIn, Recording, RepairOrderIn, apply};
use crate::{search, timeline};

// Everything that belongs to customers, as text; what a merge leaves behind in any case (versions, its own lines) left
// out.
stmt!(
    SNAP,
    "SELECT 'file' AS k, CAST(id AS TEXT)||'|'||kind||'|'||name||'|'||name_key||'|'||COALESCE(birthday,'-')||'|'||COALESCE(birthday_kind,'-') \
      ||'|'||COALESCE(region,'-')||'|'||COALESCE(note,'-')||'|'||COALESCE(CAST(merged_into AS TEXT),'-')||'|'||COALESCE(CAST(opted_out_at AS TEXT),'-') \
      AS v FROM customer \
     UNION ALL SELECT 'phone', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT)||'|'||digits||'|'||COALESCE(contact_name,'-')||'|'||status||'|' \
      ||CAST(rank AS TEXT)||'|'||COALESCE(CAST(ended_at AS TEXT),'-') FROM customer_phone \
     UNION ALL SELECT 'span', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT)||'|'||CAST(vehicle_id AS TEXT)||'|'||from_day||'|' \
      ||COALESCE(until_day,'-')||'|'||why FROM ownership \
     UNION ALL SELECT 'code', CAST(store_id AS TEXT)||'|'||code||'|'||CAST(customer_id AS TEXT) FROM customer_code \
     UNION ALL SELECT 'sight', CAST(customer_id AS TEXT)||'|'||CAST(store_id AS TEXT)||'|'||why||'|'||CAST(since AS TEXT) FROM customer_store \
     UNION ALL SELECT 'block', CAST(customer_id AS TEXT)||'|'||CAST(store_id AS TEXT)||'|'||reason||'|'||CAST(subject AS TEXT) FROM contact_block \
     UNION ALL SELECT 'pair', CAST(a AS TEXT)||'|'||CAST(b AS TEXT)||'|'||why||'|'||COALESCE(CAST(apart_at AS TEXT),'-') FROM possible_duplicate \
     UNION ALL SELECT 'line', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT) FROM timeline WHERE kind NOT IN ('merged','merge_parted') \
     UNION ALL SELECT 'order', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT) FROM repair_order \
     UNION ALL SELECT 'delivery', CAST(id AS TEXT)||'|'||CAST(customer_id AS TEXT) FROM delivery \
     ORDER BY 1, 2"
);
stmt!(T_FIELDS, "UPDATE customer SET birthday=$2, birthday_kind=$3, region=$4, note=$5, version=version+1 WHERE id=$1");
stmt!(T_ELSEWHERE, "UPDATE customer SET group_id=2 WHERE id=$1");
stmt!(T_PAIRS, "SELECT COUNT(*) AS v FROM possible_duplicate WHERE apart_at IS NULL");

async fn snap(w: &World) -> Vec<(String, String)> {
    w.db.reads().all(&SNAP, args![]).await.expect("rows")
}

fn owner(who: &str, phones: &[&str]) -> OwnerIn {
    OwnerIn {
        name: Some(PersonName::parse(who).expect("name")),
        organisation: false,
        phones: phones.iter().map(|p| Phone::parse(p).expect("phone")).collect(),
    }
}

const VIN: &str = "LSVNV2182E2000001";
const OTHER_VIN: &str = "LSVNV2182E2000002";

fn order(number: &str, who: &str, phones: &[&str], car: (&str, &str)) -> RepairOrderIn {
    RepairOrderIn {
        number: Some(number.into()),
        opened: Some(kernel::StoreDateTime { date: "2026-11-18".parse().expect("day"), time: None }),
        customer_code: Some(format!("C-{number}")),
        owner: owner(who, phones),
        car: CarIn { vin: Vin::parse(car.0).ok(), plate: Plate::parse(car.1).ok(), ..CarIn::default() },
        ..RepairOrderIn::default()
    }
}

async fn record(w: &World, store: StoreId, rows: &[RepairOrderIn]) -> Vec<CustomerId> {
    let scope = Scope::system(w.group, Some(store));
    let done: Result<Vec<_>> = transact!(w.db, &scope, |tx| { apply(tx, &Recording::by_hand(store), rows).await });
    done.expect("recorded").iter().map(|v| v.customer.customer.expect("somebody")).collect()
}

/// Whoever may merge at the store worked in.
async fn supervisor(w: &World) -> Scope {
    let user = w.user(5, "沈雯").await;
    let grants = [Cap::CustomerRead, Cap::CustomerEdit, Cap::CustomerMerge].map(|cap| (cap, Reach::Store));
    w.scope(user, None, &grants)
}

async fn versions(w: &World, kept: CustomerId, gone: CustomerId) -> Choice {
    let rows = store::rows(&mut w.db.reads(), w.group, &[kept, gone]).await.expect("rows");
    let version = |id| rows.iter().find(|r| r.id == id).expect("there").version;
    Choice { kept_version: version(kept), gone_version: version(gone), ..Choice::default() }
}

/// 李雪 twice: the same number, the same car bought by the one and driven in by the other, visits and customer numbers
/// of both, and a third who resembles the second.
async fn two_of_one(w: &World) -> (CustomerId, CustomerId, CustomerId) {
    let first = record(w, w.store, &[order("1", "李雪", &["13800000001"], (VIN, ""))]).await[0];
    let rows = [
        order("2", "李小雪", &["13800000001", "13800000002"], (OTHER_VIN, "川A12345")),
        order("3", "王强", &["13800000003"], ("", "")),
    ];
    let more = record(w, w.store, &rows).await;
    let (second, third) = (more[0], more[1]);
    assert!(first != second && second != third, "two files");
    let done: Result<()> = transact!(w.db, &w.system(), |tx| {
        let sale = DeliveryIn {
            delivered_on: "2026-11-10".parse().expect("day"),
            customer_code: None,
            owner: owner("李小雪", &["13800000001"]),
            car: CarIn { vin: Vin::parse(OTHER_VIN).ok(), ..CarIn::default() },
            consultant: None,
            price: None,
            note: None,
            cancelled: false,
        };
        let at = apply(tx, &Recording::by_hand(w.store), &[sale]).await?;
        assert_eq!(at[0].customer.customer, Some(second));
        tx.exec(&T_FIELDS, args![second, "1988-08-08", "lunar", "成都武侯", "喜欢上午来"]).await?;
        tx.exec(&T_FIELDS, args![first, None::<String>, None::<String>, "成都锦江", "常来洗车"]).await?;
        store::insert_twins(tx, &[(second, third, "plate"), (first, second, "phone")], None).await?;
        customers::block(tx, second, w.store, "case", 77).await?;
        store::insert_sights(tx, Id::new(11), &[second], SightWhy::Moved, None).await
    });
    done.expect("made");
    (first, second, third)
}

#[tokio::test]
async fn 两份合一_什么都跟过来_拆回一样不少() {
    on_both(async |w| {
        let (kept, gone, third) = two_of_one(w).await;
        let scope = supervisor(w).await;
        let before = snap(w).await;
        let both = sides(&mut w.db.reads(), &scope, kept, gone).await.expect("seen");
        assert!(both.gone.hangs.contains(&("deliveries".into(), 1)), "{:?}", both.gone.hangs);
        w.clock.advance(Duration::from_secs(1));
        let choice = Choice { from_gone: vec!["name".into()], both_notes: true, ..versions(w, kept, gone).await };
        let id = merge(&w.db, &scope, kept, gone, &choice).await.expect("merged");

        let q = &mut w.db.reads();
        let card = customers::card(q, &scope, kept).await.expect("the one file");
        assert_eq!(card.file.name, "李小雪", "chosen");
        assert_eq!(card.file.birthday.map(|d| d.to_string()).as_deref(), Some("1988-08-08"), "filled in");
        assert_eq!(card.file.birthday_kind.map(|k| k.key()), Some("lunar"));
        assert_eq!(card.file.region.as_deref(), Some("成都锦江"), "what is there stays");
        assert_eq!(card.file.note.as_deref(), Some("常来洗车\n喜欢上午来"));
        let numbers: Vec<&str> = card.lines.iter().map(|l| l.phone.expose()).collect();
        assert_eq!(numbers, ["13800000001", "13800000002"], "a number that both had is there once");
        assert_eq!(card.blocks.len(), 1);
        let cars = crate::vehicles::of_customer(q, w.group, kept).await.expect("cars");
        assert_eq!(cars.len(), 2);
        let lines = timeline::of(q, &scope, kept, None, 20).await.expect("lines");
        let kinds: Vec<&str> = lines.iter().map(|l| l.kind.as_str()).collect();
        assert_eq!(kinds.iter().filter(|k| **k == "repair_order").count(), 2, "{kinds:?}");
        assert!(kinds.contains(&"merged") && kinds.contains(&"delivery"), "{kinds:?}");
        for text in ["13800000002", "川A12345", "李小雪", OTHER_VIN] {
            let hits = search::find(q, &scope, text, 5).await.expect("found");
            assert_eq!(hits.iter().map(|h| h.customer).collect::<Vec<_>>(), [kept], "{text}");
        }
        // The other leads to this one, for those who see it and nobody else.
        assert!(matches!(customers::card(q, &scope, gone).await, Err(Problem::NotFound)));
        assert!(matches!(customers::card(q, &w.system(), gone).await, Err(Problem::NotFound)));
        assert_eq!(went_into(q, w.group, gone).await.expect("asked"), Some(kept));
        // Whoever resembled the other resembles this one.
        let twins: Vec<_> = store::twins(q, &scope, kept).await.expect("twins").iter().map(|t| t.id).collect();
        assert_eq!(twins, [third]);
        // What comes in for the other's number or customer number finds the one.
        let next = [
            order("4", "李小雪", &["13800000002"], (OTHER_VIN, "")),
            RepairOrderIn { customer_code: Some("C-2".into()), ..order("5", "李小雪", &[], ("", "")) },
        ];
        let theirs = AtomicUsize::new(0);
        let only_to_see: Result<()> = transact!(w.db, &w.system(), |tx| {
            let made = apply(tx, &Recording::by_hand(w.store), &next).await?;
            theirs.store(made.iter().filter(|v| v.customer.customer == Some(kept)).count(), Ordering::Relaxed);
            Err(Problem::NotFound)
        });
        assert!(only_to_see.is_err());
        assert_eq!(theirs.into_inner(), 2);
        let what = moved(q, w.group, id).await.expect("moved");
        assert!(what.contains(&("orders".into(), 1)) && what.contains(&("phones".into(), 2)), "{what:?}");
        assert_eq!(merges(q, &scope, None, 10).await.expect("list")[0].gone_name, "李小雪");

        w.clock.advance(Duration::from_secs(1));
        let stays = part(&w.db, &scope, id).await.expect("parted");
        assert_eq!(stays, []);
        let after = snap(w).await;
        for (a, b) in before.iter().zip(&after) {
            assert_eq!(a, b);
        }
        assert_eq!(before.len(), after.len());
        let hits = search::find(&mut w.db.reads(), &scope, "13800000002", 5).await.expect("found");
        assert_eq!(hits.iter().map(|h| h.customer).collect::<Vec<_>>(), [gone]);
        // Once more, the other way round.
        let again = merge(&w.db, &scope, gone, kept, &versions(w, gone, kept).await).await.expect("merged");
        part(&w.db, &scope, again).await.expect("parted");
        assert_eq!(snap(w).await, before);
    })
    .await;
}

#[tokio::test]
async fn 同一辆车_归属合在一起_也能拆开() {
    on_both(async |w| {
        let (kept, gone, _) = two_of_one(w).await;
        let scope = supervisor(w).await;
        // Both are said to have had the first one's car, one after the other and at once.
        let cars = crate::vehicles::of_customer(&mut w.db.reads(), w.group, kept).await.expect("cars");
        let span = |id, customer, from: &str, until: Option<&str>| crate::vehicles::store::OwnershipRow {
            id,
            group_id: w.group,
            vehicle_id: cars[0].id,
            customer_id: customer,
            from_day: from.parse().expect("day"),
            until_day: until.map(|d| d.parse().expect("day")),
            why: crate::vehicles::OwnershipWhy::Entry,
            import_id: None,
        };
        let rows = [span(901, gone, "2026-01-05", None), span(902, gone, "2020-01-01", Some("2021-01-01"))];
        transact!(w.db, &scope, |tx| { crate::vehicles::store::put_ownerships(tx, &rows).await }).expect("put");
        let before = snap(w).await;
        let id = merge(&w.db, &scope, kept, gone, &versions(w, kept, gone).await).await.expect("merged");
        let all = crate::vehicles::store::spans_of_customer(&mut w.db.reads(), w.group, kept).await.expect("spans");
        let mut of_car: Vec<(String, bool)> = all
            .iter()
            .filter(|s| s.vehicle_id == cars[0].id)
            .map(|s| (s.from_day.to_string(), s.until_day.is_none()))
            .collect();
        of_car.sort();
        assert_eq!(of_car, [("2020-01-01".to_owned(), false), ("2026-01-05".to_owned(), true)]);
        assert_eq!(part(&w.db, &scope, id).await.expect("parted"), []);
        assert_eq!(snap(w).await, before);
    })
    .await;
}

#[tokio::test]
async fn 合并后的事_拆回时留下并列明() {
    on_both(async |w| {
        let (kept, gone, _) = two_of_one(w).await;
        let scope = supervisor(w).await;
        w.clock.advance(Duration::from_secs(5));
        let choice = Choice { from_gone: vec!["region".into()], ..versions(w, kept, gone).await };
        let id = merge(&w.db, &scope, kept, gone, &choice).await.expect("merged");
        w.clock.advance(Duration::from_secs(5));
        // A visit at the other store, a new number, and another region.
        record(w, Id::new(11), &[order("9", "李雪", &["13800000002"], (OTHER_VIN, ""))]).await;
        let done: Result<()> = transact!(w.db, &scope, |tx| {
            let phone = Phone::parse("13900000009").expect("phone");
            customers::add_phone(tx, kept, &phone, &Whose::default()).await?;
            tx.exec(&T_FIELDS, args![kept, "1988-08-08", "lunar", "成都高新", "常来洗车"]).await.map(|_| ())
        });
        done.expect("changed");
        let mut stays = part(&w.db, &scope, id).await.expect("parted");
        stays.sort_by(|a, b| a.part.cmp(&b.part));
        let told: Vec<(&str, &str)> = stays.iter().map(|s: &Stay| (s.part.as_str(), s.why.as_str())).collect();
        assert_eq!(told, [("fields", "changed"), ("orders", "new"), ("phones", "new")]);
        let q = &mut w.db.reads();
        let file = customers::card(q, &scope, kept).await.expect("kept");
        assert_eq!(file.file.region.as_deref(), Some("成都高新"));
        assert!(file.lines.iter().any(|l| l.phone.expose() == "13900000009"));
        let other = customers::card(q, &scope, gone).await.expect("back");
        assert_eq!(other.lines.len(), 2, "both numbers of theirs");
        // The other store has had to do with the kept one since.
        let stores = store::stores_of(q, w.group, &[kept]).await.expect("stores");
        assert!(stores.iter().any(|(_, s)| s.raw() == 11));
        assert!(matches!(part(&w.db, &scope, id).await, Err(Problem::Refused("merge-parted"))));
    })
    .await;
}

#[tokio::test]
async fn 不能合并的_说清楚_什么都不动() {
    on_both(async |w| {
        let (kept, gone, third) = two_of_one(w).await;
        let scope = supervisor(w).await;
        let before = snap(w).await;
        let choice = versions(w, kept, gone).await;
        let itself = merge(&w.db, &scope, kept, kept, &choice).await;
        assert!(matches!(itself, Err(Problem::Invalid(_))), "{itself:?}");
        let agent = w.scope(w.user(6, "林小雨").await, None, &[(Cap::CustomerEdit, Reach::Store)]);
        assert!(matches!(merge(&w.db, &agent, kept, gone, &choice).await, Err(Problem::Forbidden)));
        // Of the store next door, which does not see the first.
        let grants = [(Cap::CustomerRead, Reach::Store), (Cap::CustomerMerge, Reach::Store)];
        let neighbour = w.scope_at(w.group, Id::new(11), w.user(7, "周敏").await, None, &grants);
        assert!(matches!(merge(&w.db, &neighbour, kept, gone, &choice).await, Err(Problem::NotFound)));
        let stale = Choice { gone_version: choice.gone_version + 1, ..choice.clone() };
        assert!(matches!(merge(&w.db, &scope, kept, gone, &stale).await, Err(Problem::Conflict("customer-changed"))));
        // Across groups.
        transact!(w.db, &w.system(), |tx| { tx.exec(&T_ELSEWHERE, args![third]).await }).expect("moved");
        let across = versions(w, kept, gone).await;
        assert!(matches!(merge(&w.db, &scope, kept, third, &across).await, Err(Problem::NotFound)));
        assert_eq!(
            snap(w).await.iter().filter(|(_, v)| !v.starts_with(&third.to_string())).count(),
            before.iter().filter(|(_, v)| !v.starts_with(&third.to_string())).count()
        );

        // Two supervisors at once: one of them, and one only.
        let (kept_version, gone_version) = (choice.gone_version, choice.kept_version);
        let reverse = Choice { kept_version, gone_version, ..Choice::default() };
        let (one, other) =
            tokio::join!(merge(&w.db, &scope, kept, gone, &choice), merge(&w.db, &scope, gone, kept, &reverse));
        let (won, lost): (Vec<Result<MergeId>>, Vec<_>) = [one, other].into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 1));
        assert!(matches!(lost[0], Err(Problem::Conflict("customer-changed") | Problem::NotFound)), "{:?}", lost[0]);
    })
    .await;
}

#[tokio::test]
async fn 连续合并_先拆后面的() {
    on_both(async |w| {
        let (first, second, third) = two_of_one(w).await;
        let scope = supervisor(w).await;
        let one = merge(&w.db, &scope, first, second, &versions(w, first, second).await).await.expect("merged");
        let two = merge(&w.db, &scope, third, first, &versions(w, third, first).await).await.expect("merged");
        let q = &mut w.db.reads();
        assert_eq!(went_into(q, w.group, second).await.expect("asked"), Some(third));
        assert_eq!(went_into(q, w.group, third).await.expect("asked"), None);
        assert!(matches!(part(&w.db, &scope, one).await, Err(Problem::NotFound | Problem::Refused("merge-later"))));
        part(&w.db, &scope, two).await.expect("parted");
        part(&w.db, &scope, one).await.expect("parted");
        assert!(customers::card(&mut w.db.reads(), &scope, second).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn 一方拒访_合并后即拒访_拆回各归各() {
    on_both(async |w| {
        let (kept, gone, _) = two_of_one(w).await;
        let scope = supervisor(w).await;
        transact!(w.db, &scope, |tx| { customers::opt_out(tx, gone).await }).expect("opted out");
        let id = merge(&w.db, &scope, kept, gone, &versions(w, kept, gone).await).await.expect("merged");
        let out = async |id| {
            let found = customers::opted_out(&mut w.db.reads(), w.group, &[id]).await.expect("asked");
            found == [id]
        };
        assert!(out(kept).await);
        part(&w.db, &scope, id).await.expect("parted");
        assert!(!out(kept).await && out(gone).await);
        // Spoken to since: perhaps they said so themselves.
        let id = merge(&w.db, &scope, kept, gone, &versions(w, kept, gone).await).await.expect("merged");
        w.clock.advance(Duration::from_secs(60));
        transact!(w.db, &scope, |tx| {
            let (store, at) = (scope.store, tx.now());
            let args = serde_json::json!({});
            timeline::add(
                tx,
                timeline::Entry { customer: kept, store, at, kind: "call", subject: 1, args, import: None },
            )
            .await
        })
        .expect("called");
        let stays = part(&w.db, &scope, id).await.expect("parted");
        assert!(stays.iter().any(|s| s.part == "opted-out"), "{stays:?}");
        assert!(out(kept).await && out(gone).await);
    })
    .await;
}

#[tokio::test]
async fn 判定为两个人_记住_不再提示_可重新列入() {
    on_both(async |w| {
        let (first, second, third) = two_of_one(w).await;
        let scope = supervisor(w).await;
        let open = async || w.db.reads().count(&T_PAIRS, args![]).await.expect("count");
        let listed = open().await;
        set_apart(&w.db, &scope, second, first).await.expect("two");
        assert_eq!(open().await, listed - 1);
        assert!(store::twins(&mut w.db.reads(), &scope, first).await.expect("twins").is_empty());
        // Found again by an import, it stays decided.
        transact!(w.db, &scope, |tx| { store::insert_twins(tx, &[(first, second, "vin")], None).await }).expect("put");
        assert_eq!(open().await, listed - 1);
        let both = sides(&mut w.db.reads(), &scope, first, second).await.expect("seen");
        assert!(both.apart);
        // Nobody had suggested these.
        set_apart(&w.db, &scope, first, third).await.expect("two");
        suggest_again(&w.db, &scope, first, second).await.expect("again");
        assert_eq!(open().await, listed);
        let pairs = store::pairs(&mut w.db.reads(), &scope, Shown { apart: true, why: Some("hand") }, None, 10)
            .await
            .expect("pairs");
        assert_eq!(pairs.iter().map(|p| (p.a, p.b)).collect::<Vec<_>>(), [(first.min(third), first.max(third))]);
    })
    .await;
}

stmt!(T_NAME, "UPDATE customer SET name=$2 WHERE id=$1");

#[tokio::test]
async fn 同名同号_一并合并_生日矛盾的不合() {
    on_both(async |w| {
        let scope = supervisor(w).await;
        let mut ids = Vec::new();
        for (n, who) in ["李雪", "李小雪", "王强", "王大强", "赵敏", "赵小敏"].iter().enumerate() {
            let phone = format!("1380000000{}", n / 2);
            let number = format!("S{n}");
            ids.push(record(w, w.store, &[order(&number, who, &[&phone], ("", ""))]).await[0]);
        }
        // Corrected by hand since: one name each; the third pair was born on two days.
        let done: Result<()> = transact!(w.db, &scope, |tx| {
            for (id, name) in [(ids[1], "李雪"), (ids[3], "王强"), (ids[5], "赵敏")] {
                tx.exec(&T_NAME, args![id, name]).await?;
            }
            tx.exec(&T_FIELDS, args![ids[4], "1990-01-01", "solar", None::<String>, None::<String>]).await?;
            tx.exec(&T_FIELDS, args![ids[5], "1990-01-02", "solar", None::<String>, None::<String>]).await?;
            let pairs = [(ids[0], ids[1], "phone"), (ids[2], ids[3], "phone"), (ids[4], ids[5], "phone")];
            store::insert_twins(tx, &pairs, None).await.map(|_| ())
        });
        done.expect("corrected");
        let before = snap(w).await;
        let pairs = safe_pairs(&mut w.db.reads(), &scope, AT_ONCE).await.expect("pairs");
        assert_eq!(pairs.len(), 2);
        let report = merge_safe(&w.db, &scope).await.expect("merged");
        assert_eq!((report.merged.len(), report.left), (2, 0));
        assert!(safe_pairs(&mut w.db.reads(), &scope, AT_ONCE).await.expect("pairs").is_empty());
        let agent = w.scope(w.user(6, "林小雨").await, None, &[(Cap::CustomerEdit, Reach::Store)]);
        assert!(matches!(merge_safe(&w.db, &agent).await, Err(Problem::Forbidden)));
        for id in report.merged {
            assert_eq!(part(&w.db, &scope, id).await.expect("parted"), []);
        }
        assert_eq!(snap(w).await, before);
    })
    .await;
}

stmt!(T_CODES, "SELECT COUNT(*) AS v FROM customer_code WHERE code=$1");

/// What an import brought to a file has gone into another with it: undone, its visit and customer number go from there.
#[tokio::test]
async fn 合并之后撤销导入_只撤导入的() {
    on_both(async |w| {
        let kept = record(w, w.store, &[order("1", "李雪", &["13800000001"], (VIN, ""))]).await[0];
        let gone = record(w, w.store, &[order("2", "李小雪", &["13800000002"], (OTHER_VIN, ""))]).await[0];
        let row = order("3", "李小雪", &["13800000002"], (OTHER_VIN, ""));
        let brought = import(w, 7, 1, std::slice::from_ref(&row)).await;
        assert_eq!(brought[0].customer.customer, Some(gone));
        let scope = supervisor(w).await;
        w.clock.advance(Duration::from_secs(1));
        let id = merge(&w.db, &scope, kept, gone, &versions(w, kept, gone).await).await.expect("merged");
        let undone = undo(w, 7, 1).await;
        assert!(undone.is_clean(), "{undone:?}");
        let q = &mut w.db.reads();
        let visits = timeline::of_kinds(q, &scope, kept, &["repair_order"], None, 10).await.expect("visits");
        assert_eq!(visits.len(), 2, "those of before");
        for (code, n) in [("C-1", 1), ("C-2", 1), ("C-3", 0)] {
            assert_eq!(q.count(&T_CODES, args![code]).await.expect("count"), n, "{code}");
        }
        // What is no longer there is named, and the two are two again.
        let stays = part(&w.db, &scope, id).await.expect("parted");
        assert_eq!(
            stays.iter().map(|s| (s.part.as_str(), s.why.as_str())).collect::<Vec<_>>(),
            [("orders", "changed")]
        );
        let back = customers::card(&mut w.db.reads(), &scope, gone).await.expect("back");
        assert_eq!(back.lines.len(), 1);
    })
    .await;
}
