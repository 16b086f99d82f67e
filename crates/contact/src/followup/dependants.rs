//! What an undone import must leave in place: visits, people and numbers that were called.

use futures_util::future::BoxFuture;
use kernel::{DeliveryId, RepairOrderId, Result};
use people::intake::{DependantCheck, Reason, Subject};
use people::vehicles::{delivery_facts, visit_facts};
use platform::db::Tx;

use super::model::{SubjectKind, Task, TaskResult};
use super::store;

platform::inventory::submit! { DependantCheck { depends } }

fn depends(tx: &mut Tx, subject: Subject) -> BoxFuture<'_, Result<Option<Reason>>> {
    Box::pin(async move {
        let group = tx.scope().group;
        match subject {
            Subject::RepairOrder(id) => begun(tx, SubjectKind::RepairOrder, id.raw()).await,
            Subject::Delivery(id) => begun(tx, SubjectKind::Delivery, id.raw()).await,
            Subject::Customer(id) => Ok(store::was_called(tx, group, id).await?.then_some(Reason::Called)),
            Subject::PhoneLine(id) => Ok(store::was_dialled(tx, group, id).await?.then_some(Reason::Used)),
            // Its visits hold on to it.
            Subject::Vehicle(_) => Ok(None),
        }
    })
}

/// A follow-up of this event that was begun, settled, or is being worked on.
async fn begun(tx: &mut Tx, kind: SubjectKind, subject: i64) -> Result<Option<Reason>> {
    let (group, now) = (tx.scope().group, tx.now());
    let store_id = match kind {
        SubjectKind::RepairOrder => {
            visit_facts(tx, group, &[RepairOrderId::new(subject)]).await?.first().map(|v| v.store_id)
        }
        SubjectKind::Delivery => {
            delivery_facts(tx, group, &[DeliveryId::new(subject)]).await?.first().map(|d| d.store_id)
        }
        SubjectKind::Case => None,
    };
    let Some(store_id) = store_id else { return Ok(None) };
    let kinds = store::kinds_seen(tx, store_id).await?;
    let tasks = store::tasks_of_subjects(tx, group, store_id, kind, &[subject], &kinds).await?;
    if tasks.iter().any(touched) {
        return Ok(Some(Reason::Called));
    }
    let contacts: Vec<_> = tasks.iter().filter(|t| t.is_open()).filter_map(|t| t.contact_id).collect();
    let held = store::hold_all(tx, &contacts).await?.iter().any(|c| c.holder(now).is_some());
    Ok(held.then_some(Reason::Used))
}

fn touched(task: &Task) -> bool {
    task.attempts > 0
        || matches!(
            task.result,
            Some(TaskResult::Complete | TaskResult::Partial | TaskResult::Refused | TaskResult::Merged)
        )
}
