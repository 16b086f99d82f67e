//! With follow-up's own verbs: a call, its case, the re-call, and taking calls back.

use kernel::{AttemptId, ContactId, Department, Problem, Result, Scope, TaskId};
use platform::db::{One, Sql as _, Tx};
use platform::events::Wire;
use platform::{args, stmt, transact};
use testkit::{World, on_both_wired};

use super::world::*;
use crate::cases::model::StateKey;
use crate::cases::ports::CallRecorded;
use crate::cases::{contact, on_call};
use crate::followup::attempts;
use crate::followup::model::{AnswerIn, Direction, Effect, Mark, NewAttempt, RemarkIn};

stmt!(CONTACT_OF, "SELECT contact_id AS v FROM task WHERE id=$1");
stmt!(STATE_OF, "SELECT state AS v FROM task WHERE id=$1");
stmt!(ATTEMPTS, "SELECT COUNT(*) AS v FROM attempt WHERE group_id=$1");

fn new_call(
    w: &World,
    client: &str,
    contact: ContactId,
    task: TaskId,
    effect: Effect,
    kind: Option<&str>,
) -> NewAttempt {
    NewAttempt {
        client_id: format!("client-{client}"),
        contact,
        started_at: w.clock.now(),
        seconds: 0,
        direction: Direction::Out,
        outcome: "complete".into(),
        answers: vec![AnswerIn {
            task: Some(task),
            question: "repeat_repair".into(),
            option: Some("yes".into()),
            effect,
            text: None,
            case_kind: kind.map(str::to_owned),
            department: Some(Department::Service),
        }],
        remarks: vec![],
        phone_line: Some(LINE),
        agreed_at: None,
        who_when: None,
        new_phone: None,
        best_time: None,
        sold_car: vec![],
        note: None,
        booking: None,
        script_version: None,
        tasks: None,
        confirmed: false,
        case_fields: vec![("demand".into(), "更换压缩机".into())],
    }
}

async fn save(w: &World, scope: &Scope, new: &NewAttempt) -> Result<AttemptId> {
    transact!(w.db, scope, |tx| { attempts::save(tx, new).await }).map(|saved| saved.attempt)
}

async fn take_back(w: &World, scope: &Scope, attempt: AttemptId) -> Result<()> {
    transact!(w.db, scope, |tx| { attempts::revoke(tx, attempt).await })
}

async fn task_state(w: &World, task: TaskId) -> String {
    w.db.reads().get::<One<String>>(&STATE_OF, args![task]).await.expect("a task").0
}

#[tokio::test]
async fn from_a_bad_answer_to_a_satisfied_customer() {
    on_both_wired(wire, async |w| {
        let staff = furnish(w).await;
        let mut first = new_call(w, "00000001", CONTACT, TASK, Effect::Bad, Some("A7.3.3"));
        first.remarks.push(RemarkIn {
            task: Some(TASK),
            mark: Mark::Complaint,
            text: "空调异响三次没修好".into(),
            person: None,
            wants_answer: false,
            case_kind: None,
            department: None,
        });
        // Sent twice: stored once, one case.
        let attempt = save(w, &staff.agent, &first).await.unwrap();
        assert_eq!(save(w, &staff.agent, &first).await.unwrap(), attempt);
        assert_eq!((count(w, &CASES).await, count(w, &ATTEMPTS).await), (1, 1));
        let c = the_case(w, attempt.raw()).await;
        assert_eq!((c.kind.as_str(), c.title.as_str()), ("A7.3.3", "空调异响三次没修好"));
        assert_eq!(c.values().get("demand").map(String::as_str), Some("更换压缩机"));
        assert_eq!(task_state(w, TASK).await, "done");

        // Misheard: taken back, the untouched case with it, and the customer is in the queue again.
        take_back(w, &staff.agent, attempt).await.unwrap();
        assert_eq!((count(w, &CASES).await, count(w, &BLOCKS).await), (0, 0));
        assert_eq!(task_state(w, TASK).await, "open");

        let again = NewAttempt { client_id: "client-00000002".into(), ..first };
        let attempt = save(w, &staff.agent, &again).await.unwrap();
        let c = resolved(w, &staff, attempt.raw(), "没拧紧").await;
        let recall = c.recall_task_id.expect("planned");
        let line: One<ContactId> = w.db.reads().get(&CONTACT_OF, args![recall]).await.unwrap();
        minutes(w, 180);
        let unsatisfied = new_call(w, "00000003", line.0, recall, Effect::Bad, None);
        let second = save(w, &staff.agent, &unsatisfied).await.unwrap();
        let reopened = the_case(w, attempt.raw()).await;
        assert_eq!((reopened.state, reopened.round, count(w, &CASES).await), (StateKey::Waiting, 2, 1));
        assert_eq!(task_state(w, recall).await, "done");

        // Taken back: the case waits for the re-call again, and so does the queue.
        take_back(w, &staff.agent, second).await.unwrap();
        assert_eq!(
            (the_case(w, attempt.raw()).await.state, task_state(w, recall).await.as_str()),
            (StateKey::Recall, "open")
        );

        let third =
            save(w, &staff.agent, &NewAttempt { client_id: "client-00000004".into(), ..unsatisfied }).await.unwrap();
        let c = the_case(w, attempt.raw()).await;
        contact(&w.db, &staff.service, c.id, c.version, "再次致电").await.unwrap();
        // The manager has gone on from there: the call stays as it is.
        let late = take_back(w, &staff.agent, third).await;
        assert!(matches!(late, Err(Problem::Refused("case-touched"))), "{late:?}");
        assert_eq!(
            (the_case(w, attempt.raw()).await.state, task_state(w, recall).await.as_str()),
            (StateKey::Contacted, "done")
        );

        let c = the_case(w, attempt.raw()).await;
        let form =
            crate::cases::ResultForm {
                cause_kind: "product".into(), cause: "支架开裂".into(), text: "更换".into()
            };
        crate::cases::resolve(&w.db, &staff.service, c.id, c.version, &form).await.unwrap();
        let recall = the_case(w, attempt.raw()).await.recall_task_id.expect("planned again");
        let line: One<ContactId> = w.db.reads().get(&CONTACT_OF, args![recall]).await.unwrap();
        minutes(w, 60);
        save(w, &staff.agent, &new_call(w, "00000005", line.0, recall, Effect::Good, None)).await.unwrap();
        let closed = the_case(w, attempt.raw()).await;
        assert_eq!((closed.state, closed.round, count(w, &BLOCKS).await), (StateKey::Closed, 2, 0));
    })
    .await;
}

async fn trips(_: &mut Tx, _: &CallRecorded) -> Result<()> {
    Err(Problem::Refused("too-large"))
}

fn broken_wire() -> Wire {
    Wire::default()
        .listen(|tx, e: &CallRecorded| Box::pin(on_call(tx, e)))
        .listen(|tx, e: &CallRecorded| Box::pin(trips(tx, e)))
}

#[tokio::test]
async fn what_fails_leaves_neither_call_nor_case() {
    on_both_wired(broken_wire, async |w| {
        let staff = furnish(w).await;
        let call = new_call(w, "00000001", CONTACT, TASK, Effect::Bad, Some("A7.3.3"));
        assert!(save(w, &staff.agent, &call).await.is_err());
        let left = (count(w, &ATTEMPTS).await, count(w, &ANSWERS).await, count(w, &CASES).await);
        assert_eq!((left, task_state(w, TASK).await.as_str()), ((0, 0, 0), "open"));
    })
    .await;
}
