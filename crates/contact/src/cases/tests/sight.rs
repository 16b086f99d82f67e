//! Who sees and may do what.

use kernel::{Cap, Department, Problem, Reach, Scope, UserId};
use testkit::on_both_wired;

use super::world::*;
use crate::cases::{Filter, contact, dial, heaps, page, read};

fn outcome<T>(result: Result<T, Problem>) -> &'static str {
    match result {
        Ok(_) => "✔",
        Err(Problem::NotFound) => "not found",
        Err(Problem::Forbidden) => "forbidden",
        Err(Problem::Refused(code)) => code,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn each_role_sees_its_own() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        record(w, &staff.agent, &call(700, w.store, vec![bad("repeat_repair", "yes", "A7.3.3")])).await.unwrap();
        record(w, &staff.other_agent, &call(701, w.store, vec![bad("overall", "dissatisfied", "A7.3.4")]))
            .await
            .unwrap();
        // Both departments: the showroom leads, the service manager sees it all the same.
        let both = vec![bad("overall", "dissatisfied", "A7.3.4"), bad("repeat_repair", "yes", "A7.3.3")];
        record(w, &staff.agent, &call(702, w.store, both)).await.unwrap();
        let elsewhere: &[(Cap, Reach)] = &[(Cap::CaseRead, Reach::Store), (Cap::CaseHandle, Reach::Store)];
        let second = w.scope_at(w.group, w.second, UserId::new(9), None, elsewhere);
        let stranger = w.scope_at(w.other_group, w.store, UserId::new(9), None, elsewhere);
        let head = w.scope(UserId::new(9), None, &[(Cap::CaseRead, Reach::Region)]);
        let handler = w.scope(UserId::new(9), Some(Department::Care), elsewhere);
        let cases = [the_case(w, 700).await, the_case(w, 701).await, the_case(w, 702).await];
        let mut table = String::new();
        let readers: [(&str, &Scope); 11] = [
            ("agent", &staff.agent),
            ("other agent", &staff.other_agent),
            ("service", &staff.service),
            ("sales", &staff.sales),
            ("supervisor", &staff.supervisor),
            ("general", &staff.general),
            ("head office", &head),
            ("handler", &handler),
            ("admin", &staff.admin),
            ("other store", &second),
            ("other group", &stranger),
        ];
        for (name, scope) in readers {
            let mut q = w.db.reads();
            let listed = match page(&mut q, scope, Filter::Open, None, w.db.clock().now()).await {
                Ok((rows, _)) => {
                    let open = heaps(&mut q, scope, w.db.clock().now()).await.unwrap().open;
                    assert_eq!(open, i64::try_from(rows.len()).unwrap());
                    let mut numbers: Vec<_> = rows.iter().map(|r| r.number.to_string()).collect();
                    numbers.sort();
                    numbers.join(" ")
                }
                Err(p) => outcome::<()>(Err(p)).to_owned(),
            };
            let c = &cases[0];
            let read = outcome(read(&mut q, scope, c.id).await);
            let act = outcome(contact(&w.db, scope, c.id, 0, "x").await.or_else(|p| match p {
                // Allowed, only the version is old.
                Problem::Conflict(_) => Ok(()),
                other => Err(other),
            }));
            table.push_str(&format!("{name:11} | {listed:9} | {read:9} | {act}\n"));
        }
        assert_eq!(
            table,
            "\
agent       | 1 3       | ✔         | forbidden
other agent | 2         | not found | not found
service     | 1 3       | ✔         | ✔
sales       | 2 3       | not found | not found
supervisor  | 1 2 3     | ✔         | forbidden
general     | 1 2 3     | ✔         | forbidden
head office | 1 2 3     | ✔         | forbidden
handler     | 1 2 3     | ✔         | ✔
admin       | forbidden | forbidden | forbidden
other store |           | not found | not found
other group |           | not found | not found
"
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_owner_dials_and_not_without_end() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        let second = second_manager(w).await;
        record(w, &staff.agent, &call(700, w.store, vec![bad("repeat_repair", "yes", "A7.3.3")])).await.unwrap();
        let c = the_case(w, 700).await;
        assert_eq!(outcome(dial(&w.db, &staff.agent, c.id).await), "forbidden");
        assert_eq!(outcome(dial(&w.db, &staff.service, c.id).await), "case-not-owner");
        crate::cases::take(&w.db, &second, c.id, c.version).await.unwrap();
        let dialled = dial(&w.db, &second, c.id).await.unwrap();
        assert_eq!((dialled.digits.expose(), dialled.mode, dialled.seconds), ("13812344417", "tel", 30));
        for _ in 0..59 {
            dial(&w.db, &second, c.id).await.unwrap();
        }
        assert_eq!(outcome(dial(&w.db, &second, c.id).await), "dial-limit");
        minutes(w, 61);
        assert_eq!(outcome(dial(&w.db, &second, c.id).await), "✔");
        assert_eq!((audits(w, "dial").await, audits(w, "case.dialled").await), (61, 61));
        // The page beside the telephone is still the newest: dialling is no new version.
        let dialled = the_case(w, 700).await;
        assert_eq!((dialled.version, dialled.touched), (c.version + 1, true));
        contact(&w.db, &second, c.id, c.version + 1, "已致电").await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn pages_of_the_list_follow_each_other() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        for n in 0..120 {
            record(w, &staff.agent, &call(1000 + n, w.store, vec![bad("waiting", "dissatisfied", "other")]))
                .await
                .unwrap();
            minutes(w, 1);
        }
        let c = the_case(w, 1000).await;
        contact(&w.db, &staff.service, c.id, c.version, "已致电").await.unwrap();
        let (mut q, now) = (w.db.reads(), w.db.clock().now());
        let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let (rows, next) = page(&mut q, &staff.general, Filter::Open, after, now).await.unwrap();
            seen.extend(rows.iter().map(|r| r.number));
            pages += 1;
            match next {
                Some(next) => after = Some(crate::cases::After::parse(&next.to_string()).unwrap()),
                None => break,
            }
        }
        // Whoever was contacted has three working days for the result: behind those who still wait for a call.
        let wanted: Vec<i64> = (2..=120).chain([1]).collect();
        assert_eq!((seen, pages), (wanted, 3));
        let (over, _) = page(&mut q, &staff.general, Filter::Overdue, None, now.plus_hours(23)).await.unwrap();
        assert_eq!(over.len(), 50);
        let (waiting, _) = page(&mut q, &staff.general, Filter::Recall, None, now).await.unwrap();
        assert!(waiting.is_empty());
    })
    .await;
}
