//! C3: the named person. Somebody takes a case, or is given it.

use kernel::{Cap, CaseId, Problem, Reach, Result, Scope, UserId};
use platform::db::{Db, Sql, Tx};
use platform::transact;
use serde_json::json;

use super::handle::{open_only, read, to_act};
use super::list::Sight;
use super::model::StepKind;
use super::ports;
use super::record::{self, Line};
use super::store::{self, CaseRow};

/// Becomes the named person.
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`, `Refused`.
pub async fn take(db: &Db, scope: &Scope, id: CaseId, seen: i64) -> Result<()> {
    let me = scope.user()?;
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        open_only(&case)?;
        if case.owner_id == Some(me) {
            return Err(Problem::Refused("case-yours-already"));
        }
        let mut after = case.clone();
        after.owner_id = Some(me);
        after.touched = true;
        record::keep(tx, &case, &after, Line::new(StepKind::Taken, None)).await?;
        if let Some(earlier) = case.owner_id {
            record::notify(tx, &[earlier], "case_taken", &after).await?;
        }
        Ok(())
    })
}

/// Whether this reader may name the person: who handles it, and who distributes the store's work.
/// # Errors
/// As the database answers.
pub async fn may_assign(q: &mut impl Sql, scope: &Scope, id: CaseId) -> Result<bool> {
    if scope.reach(Cap::QueueAssign).is_some_and(|r| r >= Reach::Store) {
        return Ok(true);
    }
    let Ok(sight) = Sight::of(scope, Cap::CaseHandle) else { return Ok(false) };
    Ok(store::find(q, scope, &sight, id).await?.is_some())
}

/// Who may be named: the people who handle cases of its department.
/// # Errors
/// As the database answers.
pub async fn candidates(q: &mut impl Sql, scope: &Scope, case: &CaseRow) -> Result<Vec<UserId>> {
    ports::holders(q, scope.group, case.store_id, Cap::CaseHandle, Some(case.department)).await
}

/// Names the person; the one who had it and the one who has it now are told.
/// # Errors
/// As [`take`]; `Invalid` for somebody who does not handle cases of this department.
pub async fn assign(db: &Db, scope: &Scope, id: CaseId, seen: i64, to: Option<UserId>) -> Result<()> {
    let to = to.ok_or(Problem::invalid("user", "case-required"))?;
    transact!(db, scope, |tx| {
        let case = to_assign(tx, id, seen).await?;
        open_only(&case)?;
        if case.owner_id == Some(to) {
            return Ok(());
        }
        let scope = tx.scope().clone();
        if !candidates(tx, &scope, &case).await?.contains(&to) {
            return Err(Problem::invalid("user", "case-owner"));
        }
        let mut after = case.clone();
        after.owner_id = Some(to);
        after.touched = true;
        let args = json!({ "from": case.owner_id, "to": to });
        record::keep(tx, &case, &after, Line::new(StepKind::Assigned, None).with(args)).await?;
        record::notify(tx, &[to], "case_assigned", &after).await?;
        if let Some(earlier) = case.owner_id {
            record::notify(tx, &[earlier], "case_taken", &after).await?;
        }
        Ok(())
    })
}

async fn to_assign(tx: &mut Tx, id: CaseId, seen: i64) -> Result<CaseRow> {
    let scope = tx.scope().clone();
    let case = read(tx, &scope, id).await?;
    if !may_assign(tx, &scope, id).await? {
        return Err(Problem::Forbidden);
    }
    if case.version == seen { Ok(case) } else { Err(Problem::Conflict("case-changed")) }
}
