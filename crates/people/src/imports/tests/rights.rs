//! Who may see and do what: another store's or group's import is not there; stores are opened one by one.

use super::world::Yard;
use crate::imports::store;
use crate::imports::*;
use kernel::{Cap, Problem, Reach, Scope};
use platform::transact;
use std::collections::BTreeMap;
use testkit::on_both;

const TEXT: &str = "工单号,门店代码,结算时间,客户名称,联系电话,车牌号\nRO1,SF01,2026-11-18,白思,13800000001,川A00001\nRO2,SF02,2026-11-18,马立新,13800000002,川A00002\nRO3,,2026-11-18,邱思远,13800000003,川A00003\n";

#[tokio::test]
async fn 别的门店_别的集团_没有权限() {
    on_both(async |w| {
        let yard = Yard::new(w).await;
        let one = "工单号,结算时间,客户名称,联系电话,车牌号\nRO1,2026-11-18,白思,13800000001,川A00001\n";
        let batch = yard.read(&yard.file("a.csv", one)).await;
        let user = w.user(78, "别店").await;
        let may = [(Cap::ImportRun, Reach::Store)];
        let strangers =
            [w.scope_at(w.group, w.second, user, None, &may), w.scope_at(w.other_group, w.stranger, user, None, &may)];
        for scope in &strangers {
            let mut q = w.db.reads();
            assert!(matches!(find(&mut q, scope, batch.id).await, Err(Problem::NotFound)));
            assert!(list(&mut q, scope, None).await.expect("list").is_empty());
            let version = batch.version;
            let done = transact!(w.db, scope, |tx| { confirm(tx, batch.id, version, None, false).await });
            assert!(matches!(done, Err(Problem::NotFound)));
            let done = transact!(w.db, scope, |tx| { cancel(tx, batch.id).await });
            assert!(matches!(done, Err(Problem::NotFound)));
            let done = transact!(w.db, scope, |tx| { undo(tx, batch.id, false).await });
            assert!(matches!(done, Err(Problem::NotFound)));
        }
        let agent = w.scope(user, None, &[(Cap::CallWork, Reach::Own)]);
        assert!(matches!(find(&mut w.db.reads(), &agent, batch.id).await, Err(Problem::Forbidden)));
        let file = NewFile { id: w.db.new_id(), name: "x".into(), hash: "x".into(), path: "x".into(), kind: None };
        let done = transact!(w.db, &agent, |tx| { bring(tx, &file, false).await });
        assert!(matches!(done, Err(Problem::Forbidden)));
        assert_eq!(list(&mut w.db.reads(), &yard.scope, None).await.expect("list").len(), 1);
        // Another preview than the one shown.
        let done = transact!(w.db, &yard.scope, |tx| { confirm(tx, batch.id, batch.version - 1, None, false).await });
        assert!(matches!(done, Err(Problem::Conflict("import-changed"))));
    })
    .await;
}

fn open_codes(plan: &Plan) -> Vec<String> {
    let code = |q: Question| match q {
        Question::StoreCode { code, .. } => Some(code),
        Question::NoSheet | Question::Missing { .. } | Question::DateOrder { .. } => None,
    };
    plan.questions().into_iter().filter_map(code).collect()
}

#[tokio::test]
async fn 门店列_逐个对应_每家店都要有权限() {
    on_both(async |w| {
        // With the right in one store only, the other's rows cannot be brought in.
        let yard = Yard::new(w).await;
        let path = yard.file("a.csv", TEXT);
        let batch = yard.read(&path).await;
        assert_eq!((batch.state, open_codes(&batch.mapping)), (State::Asking, vec!["SF02".to_owned()]));
        let foreign = Correction { codes: BTreeMap::from([("SF02".into(), Some(w.second))]), ..Correction::default() };
        assert!(matches!(yard.correct(&batch, &foreign).await, Err(Problem::Forbidden)));
        let without = Correction { codes: BTreeMap::from([("SF02".into(), None)]), ..Correction::default() };
        yard.correct(&batch, &without).await.expect("left out");
        let batch = yard.parse(batch.id).await;
        let t = &batch.counts;
        assert_eq!((batch.state, t.read, t.new, t.skipped), (State::Previewed, 2, 2, 1));
        assert_eq!(batch.mapping.stores, [w.store]);

        // With both rights each row goes to its store; the file belongs to none of them alone.
        let both = Yard { scope: everywhere(&yard.scope, w.store, w.second), ..yard };
        let batch = both.read(&path).await;
        assert_eq!((batch.state, batch.store_id, batch.counts.new), (State::Previewed, None, 3));
        both.confirm(batch.id).await.expect("confirmed");
        let batch = both.apply(batch.id, 100).await;
        assert_eq!(batch.counts.done.new, 3);
        let rows = both.rows(batch.id, store::Which::All).await;
        let stores: Vec<_> = rows.iter().map(|row| row.store_id.expect("store")).collect();
        assert_eq!(stores, [w.store, w.second, w.store]);
        // Who has one of the stores only does not see it, nor may take it back.
        let one = Scope {
            posts: w.scope(w.user(79, "一店").await, None, &[(Cap::ImportRun, Reach::Store)]).posts,
            ..both.scope.clone()
        };
        assert!(matches!(find(&mut w.db.reads(), &one, batch.id).await, Err(Problem::NotFound)));
        assert!(find(&mut w.db.reads(), &both.scope, batch.id).await.is_ok());
    })
    .await;
}

fn everywhere(scope: &Scope, a: kernel::StoreId, b: kernel::StoreId) -> Scope {
    let mut scope = scope.clone();
    scope.posts[0].stores = kernel::Stores::These(vec![a, b]);
    scope
}

#[tokio::test]
async fn 答过的门店代码_记住() {
    on_both(async |w| {
        let yard = Yard::everywhere(w).await;
        let text = TEXT.replace("SF01", "甲").replace("SF02", "乙");
        let path = yard.file("a.csv", &text);
        let batch = yard.read(&path).await;
        assert_eq!(open_codes(&batch.mapping), ["乙", "甲"]);
        let batch = yard.answer_codes(batch).await;
        yard.confirm(batch.id).await.expect("confirmed");
        yard.apply(batch.id, 100).await;
        assert_eq!(yard.read(&path).await.state, State::Previewed, "not asked again");
    })
    .await;
}
