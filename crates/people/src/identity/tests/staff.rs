use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};

use kernel::{Cap, Department, Id, Problem, Reach, UserId};
use platform::db::Tx;
use platform::events::Wire;
use platform::transact;
use testkit::World;

use super::{PASSWORD, alive, assignment, enter, furnish, nobody, person, scope, told};
use crate::identity::post::{Assignment, Place};
use crate::identity::roles::{self, RoleForm, as_shipped};
use crate::identity::staff::{PersonForm, StaffLeft, add_person, deactivate, list, reactivate, set_assignments};
use crate::identity::{agents, holders, link, org, set_share};

/// giver · target · wanted roles → answer; nothing may change on a refusal.
#[tokio::test]
async fn 无人能扩大自己或他人的权限() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let here = Place::Store(w.store);
        let second = Place::Store(w.second);
        person(w, "guan", "administrator", Place::Group).await;
        person(w, "guan2", "administrator", Place::Group).await;
        person(w, "shenwen", "care_supervisor", here).await;
        person(w, "zhoulan", "agent", here).await;
        person(w, "elsewhere", "agent", second).await;
        person(w, "gaoyan", "service_manager", here).await;
        let id = async |login: &str| {
            let known = crate::identity::store::user::known(&mut w.db.reads(), login).await.unwrap();
            known.unwrap_or_else(|| panic!("{login}")).id
        };
        let a = async |key: &str, place: Place| assignment(w, key, place).await;
        let agent = a("agent", here).await;
        let cases: Vec<(&str, &str, Vec<Assignment>, &str)> = vec![
            ("shenwen", "shenwen", vec![a("care_supervisor", here).await, agent], "yourself"),
            ("shenwen", "shenwen", vec![a("administrator", Place::Group).await], "yourself"),
            (
                "guan",
                "guan",
                vec![a("administrator", Place::Group).await, a("head_office", Place::Group).await],
                "yourself",
            ),
            ("shenwen", "zhoulan", vec![agent, a("care_supervisor", here).await], "administrators-only"),
            ("shenwen", "zhoulan", vec![a("administrator", Place::Group).await], "administrators-only"),
            ("shenwen", "zhoulan", vec![agent, a("agent", second).await], "not-yours-to-give"),
            ("shenwen", "zhoulan", vec![agent, a("agent", Place::Group).await], "not-yours-to-give"),
            ("shenwen", "zhoulan", vec![agent, a("service_manager", here).await], "not-yours-to-give"),
            // What she did not give she cannot take.
            ("shenwen", "gaoyan", vec![agent], "not-yours-to-give"),
            ("shenwen", "elsewhere", vec![], "not found"),
            ("zhoulan", "gaoyan", vec![agent], "not found"),
            ("gaoyan", "zhoulan", vec![], "not found"),
            // An administrator's role is of the whole group, and departments must be named.
            ("guan", "zhoulan", vec![agent, a("administrator", here).await], "administrator.group"),
            ("guan", "zhoulan", vec![Assignment { department: None, ..a("service_manager", here).await }], "required"),
            ("guan", "zhoulan", vec![a("agent", Place::Store(w.stranger)).await], "not found"),
            ("guan", "zhoulan", vec![a("agent", Place::Region(Id::new(77))).await], "not found"),
            ("guan", "zhoulan", vec![Assignment { role: Id::new(1), ..agent }], "choice"),
        ];
        for (giver, target, wanted, want) in cases {
            let (giver_id, target_id) = (id(giver).await, id(target).await);
            let before = scope(w, target_id).await.posts;
            let outcome =
                transact!(w.db, &scope(w, giver_id).await, |tx| { set_assignments(tx, target_id, &wanted).await });
            assert_eq!(told(&outcome), want, "{giver} → {target}: {wanted:?}");
            assert_eq!(scope(w, target_id).await.posts, before, "{giver} → {target}: refused, but changed");
        }
        // What works.
        let (guan, shenwen, zhoulan) = (id("guan").await, id("shenwen").await, id("zhoulan").await);
        transact!(w.db, &scope(w, guan).await, |tx| {
            set_assignments(tx, zhoulan, &[agent, a("agent", second).await]).await
        })
        .unwrap();
        // Now the account reaches another store: no longer the supervisor's to hand out links for.
        let link = transact!(w.db, &scope(w, shenwen).await, |tx| { link::password_link(tx, zhoulan).await });
        assert_eq!(told(&link), "not-yours-to-give");
        // Yet her own store's part she may take.
        let rest = [a("agent", second).await];
        transact!(w.db, &scope(w, shenwen).await, |tx| { set_assignments(tx, zhoulan, &rest).await }).unwrap();
        assert!(scope(w, zhoulan).await.reach_in(Cap::CallWork, w.store).is_none());
    })
    .await;
}

#[tokio::test]
async fn 主管只能新增回访专员() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let here = Place::Store(w.store);
        let shenwen = person(w, "shenwen", "care_supervisor", here).await;
        let boss = scope(w, shenwen).await;
        let form = |login: &str| PersonForm { name: "新人".into(), login: login.into(), ..PersonForm::default() };
        for (login, key, want) in [
            ("neu1", "agent", "yes"),
            ("neu1", "agent", "login.taken"),
            ("neu2", "care_supervisor", "administrators-only"),
            ("neu3", "service_manager", "not-yours-to-give"),
            ("x", "agent", "login.short"),
        ] {
            let held = assignment(w, key, here).await;
            let outcome = transact!(w.db, &boss, |tx| { add_person(tx, &form(login), &[held]).await });
            assert_eq!(told(&outcome), want, "{login} {key}");
        }
        let nothing = transact!(w.db, &boss, |tx| { add_person(tx, &form("neu4"), &[]).await });
        assert_eq!(told(&nothing), "required");
        // A refusal leaves no account behind.
        let people = list(&mut w.db.reads(), &boss, false, Id::new(0)).await.unwrap();
        let mut logins: Vec<&str> = people.iter().map(|p| p.login.as_str()).collect();
        logins.sort_unstable();
        assert_eq!(logins, ["neu1", "shenwen"]);
        for login in ["neu2", "neu3"] {
            assert!(crate::identity::store::user::known(&mut w.db.reads(), login).await.unwrap().is_none(), "{login}");
        }
    })
    .await;
}

/// The rest of a supervisor's week: another group's people do not exist.
#[tokio::test]
async fn 集团之间互不可见() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let zhoulan = person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        let stranger = kernel::Scope::system(w.other_group, Some(w.stranger));
        let outcome = transact!(w.db, &stranger, |tx| { link::password_link(tx, zhoulan).await });
        assert!(matches!(outcome, Err(Problem::NotFound)));
        let outcome = transact!(w.db, &stranger, |tx| { deactivate(tx, zhoulan, &HashMap::new()).await });
        assert!(matches!(outcome, Err(Problem::NotFound)));
        assert!(org::store_card(&mut w.db.reads(), w.other_group, w.store).await.is_err());
        assert!(crate::identity::calendar::of(&mut w.db.reads(), w.other_group, w.store).await.is_err());
        assert!(holders(&mut w.db.reads(), w.other_group, w.store, Cap::CallWork, None).await.unwrap().is_empty());
        assert!(crate::identity::user_names(&mut w.db.reads(), w.other_group, &[zhoulan]).await.unwrap().is_empty());
    })
    .await;
}

static HEARD: AtomicI64 = AtomicI64::new(0);

async fn on_left(_: &mut Tx, e: &StaffLeft) -> kernel::Result<()> {
    HEARD.fetch_add(e.store.raw() * 1000 + e.successor.map_or(0, |s| s.raw() % 1000), Ordering::SeqCst);
    Ok(())
}
fn wire() -> Wire {
    Wire::default().listen(|tx, e: &StaffLeft| Box::pin(on_left(tx, e)))
}

#[tokio::test]
async fn 离职_交接一步完成_账号即刻失效() {
    testkit::on_both_wired(wire, async |w| {
        furnish(w).await;
        let here = Place::Store(w.store);
        let shenwen = person(w, "shenwen", "care_supervisor", here).await;
        let zhoulan = person(w, "zhoulan", "agent", here).await;
        let linyue = person(w, "linyue", "agent", here).await;
        let gaoyan = person(w, "gaoyan", "service_manager", here).await;
        let boss = scope(w, shenwen).await;
        let token = enter(w, "zhoulan", PASSWORD, None).await.unwrap().token;
        HEARD.store(0, Ordering::SeqCst);

        // A manager works no queue; somebody unknown even less.
        for unfit in [gaoyan, zhoulan, nobody()] {
            let outcome =
                transact!(w.db, &boss, |tx| { deactivate(tx, zhoulan, &HashMap::from([(w.store, unfit)])).await });
            assert_eq!(told(&outcome), "successor.unfit");
        }
        assert!(alive(w, &token).await, "a refused deactivation changes nothing");

        transact!(w.db, &boss, |tx| { deactivate(tx, zhoulan, &HashMap::from([(w.store, linyue)])).await }).unwrap();
        // One event for the one store, with the successor (the unfit tries were heard and rolled back, or never sent).
        assert_eq!(HEARD.load(Ordering::SeqCst), w.store.raw() * 1000 + linyue.raw() % 1000);
        assert!(!alive(w, &token).await);
        assert_eq!(told(&enter(w, "zhoulan", PASSWORD, None).await), "sign-in.wrong");
        let agents = agents(&mut w.db.reads(), w.group, w.store).await.unwrap();
        assert!(!agents.iter().any(|a| a.id == zhoulan));

        let again = transact!(w.db, &boss, |tx| { deactivate(tx, zhoulan, &HashMap::new()).await });
        assert_eq!(told(&again), "has-left");
        transact!(w.db, &boss, |tx| { reactivate(tx, zhoulan).await }).unwrap();
        // Back, but the old password is gone.
        assert_eq!(told(&enter(w, "zhoulan", PASSWORD, None).await), "sign-in.wrong");
        let manager = transact!(w.db, &boss, |tx| { deactivate(tx, gaoyan, &HashMap::new()).await });
        assert_eq!(told(&manager), "not-yours-to-give");
    })
    .await;
}

#[tokio::test]
async fn 份额与请假_持有人按部门() {
    testkit::on_both(async |w| {
        furnish(w).await;
        let here = Place::Store(w.store);
        let shenwen = person(w, "shenwen", "care_supervisor", here).await;
        let zhoulan = person(w, "zhoulan", "agent", here).await;
        let gaoyan = person(w, "gaoyan", "service_manager", here).await;
        let regional = person(w, "regional", "general_manager", Place::Group).await;
        let q = &mut w.db.reads();
        let shares: Vec<(UserId, i64)> =
            agents(q, w.group, w.store).await.unwrap().iter().map(|a| (a.id, a.share)).collect();
        // The supervisor can call, but gets nothing unless somebody says so.
        assert_eq!(shares, [(shenwen, 0), (zhoulan, 100)]);
        let day = |t: &str| Some(t.parse::<kernel::StoreDate>().unwrap());
        let boss = scope(w, shenwen).await;
        transact!(w.db, &boss, |tx| { set_share(tx, zhoulan, 65, day("2026-11-20"), day("2026-11-22")).await })
            .unwrap();
        let outcome = transact!(w.db, &boss, |tx| { set_share(tx, gaoyan, 10, None, None).await });
        assert_eq!(told(&outcome), "not found");
        let outcome =
            transact!(w.db, &boss, |tx| { set_share(tx, zhoulan, 65, day("2026-11-22"), day("2026-11-20")).await });
        assert_eq!(told(&outcome), "date.order");
        let agents = agents(q, w.group, w.store).await.unwrap();
        let mine = agents.iter().find(|a| a.id == zhoulan).unwrap();
        assert_eq!((mine.share, mine.absent_from, mine.absent_until), (65, day("2026-11-20"), day("2026-11-22")));

        let service = Some(Department::Service);
        assert_eq!(holders(q, w.group, w.store, Cap::CaseHandle, service).await.unwrap(), [gaoyan]);
        assert_eq!(holders(q, w.group, w.store, Cap::CaseHandle, Some(Department::Care)).await.unwrap(), [shenwen]);
        assert_eq!(holders(q, w.group, w.store, Cap::CaseDecide, service).await.unwrap(), [regional]);
        assert_eq!(holders(q, w.group, w.second, Cap::CaseHandle, None).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn 改角色_持有人重新登录_自己的不能加() {
    testkit::on_both(async |w: &World| {
        furnish(w).await;
        let guan = person(w, "guan", "administrator", Place::Group).await;
        let zhoulan = person(w, "zhoulan", "agent", Place::Store(w.store)).await;
        let admin = scope(w, guan).await;
        let all = roles::list(&mut w.db.reads(), &admin).await.unwrap();
        let role = |key: &str| all.iter().find(|r| r.key == key).unwrap();
        let token = enter(w, "zhoulan", PASSWORD, None).await.unwrap().token;
        let mine = enter(w, "guan", PASSWORD, None).await.unwrap().token;

        let agent = role("agent");
        let mut form =
            RoleForm { zh: agent.zh.clone(), en: String::new(), grants: agent.grants.clone(), version: agent.version };
        form.grants.push((Cap::QueueSee, Reach::Store));
        let as_agent = transact!(w.db, &scope(w, zhoulan).await, |tx| { roles::save(tx, agent.id, &form).await });
        assert!(matches!(as_agent, Err(Problem::Forbidden)));
        transact!(w.db, &admin, |tx| { roles::save(tx, agent.id, &form).await }).unwrap();
        assert!(!alive(w, &token).await, "a role change ends sessions");
        assert!(alive(w, &mine).await, "of those who hold it");
        assert_eq!(scope(w, zhoulan).await.reach(Cap::QueueSee), Some(Reach::Store));
        let stale = transact!(w.db, &admin, |tx| { roles::save(tx, agent.id, &form).await });
        assert!(matches!(stale, Err(Problem::Conflict("role"))));

        let admin_role = role("administrator");
        let mut wider = as_shipped(admin_role).unwrap();
        wider.grants.push((Cap::CustomerRead, Reach::Group));
        let widened = transact!(w.db, &admin, |tx| { roles::save(tx, admin_role.id, &wider).await });
        assert_eq!(told(&widened), "yourself");
        let mut narrower = as_shipped(admin_role).unwrap();
        narrower.grants.retain(|(cap, _)| *cap != Cap::AdminManage);
        let lost = transact!(w.db, &admin, |tx| { roles::save(tx, admin_role.id, &narrower).await });
        assert_eq!(told(&lost), "last-administrator");
        let half =
            RoleForm { zh: "半个".into(), grants: vec![(Cap::AdminManage, Reach::Store)], ..RoleForm::default() };
        let half = transact!(w.db, &admin, |tx| { roles::add(tx, &half).await });
        assert_eq!(told(&half), "grants.group-only");
        let own = RoleForm { zh: "质检".into(), grants: vec![(Cap::CaseRead, Reach::Store)], ..RoleForm::default() };
        transact!(w.db, &admin, |tx| { roles::add(tx, &own).await }).unwrap();
    })
    .await;
}

/// A region grows: whoever holds a role there signs in again; one's own region nobody widens.
#[tokio::test]
async fn 大区变动() {
    testkit::on_both(async |w: &World| {
        furnish(w).await;
        let guan = person(w, "guan", "administrator", Place::Group).await;
        let admin = scope(w, guan).await;
        let region = transact!(w.db, &admin, |tx| { org::save_region(tx, None, "成都", &[w.store]).await }).unwrap();
        let office = person(w, "office", "head_office", Place::Region(region)).await;
        let token = enter(w, "office", PASSWORD, None).await.unwrap().token;
        assert_eq!(scope(w, office).await.reach_in(Cap::ReportRead, w.store), Some(Reach::Region));
        assert_eq!(scope(w, office).await.reach_in(Cap::ReportRead, w.second), None);
        let both = [w.store, w.second];
        transact!(w.db, &admin, |tx| { org::save_region(tx, Some(region), "成都", &both).await }).unwrap();
        assert!(!alive(w, &token).await);
        assert_eq!(scope(w, office).await.reach_in(Cap::ReportRead, w.second), Some(Reach::Region));
        let strange = transact!(w.db, &admin, |tx| { org::save_region(tx, None, "外", &[w.stranger]).await });
        assert!(matches!(strange, Err(Problem::NotFound)));
        // Somebody gives the administrator a role there: from then on the region is not theirs to change.
        let held = [
            assignment(w, "administrator", Place::Group).await,
            assignment(w, "head_office", Place::Region(region)).await,
        ];
        transact!(w.db, &w.system(), |tx| { set_assignments(tx, guan, &held).await }).unwrap();
        let admin = scope(w, guan).await;
        let own = transact!(w.db, &admin, |tx| { org::save_region(tx, Some(region), "成都", &[w.store]).await });
        assert_eq!(told(&own), "yourself");
    })
    .await;
}
