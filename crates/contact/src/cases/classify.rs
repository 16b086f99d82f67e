//! A7: a case whose kind or department turned out to be another.

use kernel::{Cap, CaseId, Department, FieldErrors, Problem, Result, Scope};
use platform::db::{Db, Tx};
use platform::{rulebook, transact};
use serde_json::json;

use super::handle::{needed, open_only, to_act};
use super::kinds::{Kind, KindBook, Values};
use super::model::StepKind;
use super::record::{self, Line};
use super::store::CaseRow;
use super::{open, ports};

/// What the form says.
#[derive(Clone, Debug, Default)]
pub struct ClassForm {
    pub kind: String,
    /// Empty: as the kind says.
    pub department: String,
    pub why: String,
}

/// Puts a case under another kind or department, by the kinds that are in force now. Fields that the new kind has too
/// stay; what else it needs is filled from visit, vehicle and person or asked for. Who has to act now is told, the
/// clock goes on from where it was.
/// # Errors
/// As [`super::take`]; `Invalid` naming what is missing; `Refused` when nothing would change.
pub async fn reclassify(db: &Db, scope: &Scope, id: CaseId, seen: i64, form: &ClassForm) -> Result<()> {
    let why = needed("why", &form.why)?;
    transact!(db, scope, |tx| {
        let case = to_act(tx, Cap::CaseHandle, id, seen).await?;
        open_only(&case)?;
        let group = tx.scope().group;
        let book = rulebook::current::<KindBook>(tx, group, case.store_id).await?;
        let mut errors = FieldErrors::default();
        let kind = errors.take("kind", book.body.kind(&form.kind).ok_or("case-kind-unknown"));
        let department = match form.department.as_str() {
            "" => None,
            key => errors.take("department", Department::parse(key).ok_or("case-required")),
        };
        errors.into_result()?;
        let Some(kind) = kind else { return Err(Problem::NotFound) };
        // Left to the kind: another kind's department; the same kind stays where it is.
        let department = department.unwrap_or(if kind.id == case.kind { case.department } else { kind.department });
        if kind.id == case.kind && department == case.department {
            return Err(Problem::Refused("case-same-class"));
        }
        let mut after = case.clone();
        after.class = kind.class;
        after.kind.clone_from(&kind.id);
        after.department = department;
        after.kinds_version = book.version;
        after.fields = json!(values(tx, &case, &book.body, kind).await?);
        after.touched = true;
        let moved = department != case.department;
        let managers = open::managers(tx, case.store_id, department).await?;
        if moved {
            let handlers = ports::holders(tx, group, case.store_id, Cap::CaseHandle, Some(department)).await?;
            after.owner_id = case.owner_id.filter(|o| handlers.contains(o)).or(open::only(&handlers));
        }
        let args = json!({
            "kind": [case.kind, after.kind], "department": [case.department, after.department],
            "from": case.owner_id, "owner": after.owner_id,
        });
        record::keep(tx, &case, &after, Line::new(StepKind::Reclassified, Some(why)).with(args)).await?;
        if moved {
            record::notify(tx, &managers, "case_moved", &after).await?;
            let unmanaged = open::nobody_handles(tx, case.store_id, department).await?;
            open::tell_unmanaged(tx, &after, unmanaged).await?;
            let earlier: Vec<_> = case.owner_id.into_iter().filter(|o| after.owner_id != Some(*o)).collect();
            record::notify(tx, &earlier, "case_moved_away", &after).await?;
        }
        Ok(())
    })
}

/// What is known already and reads as the new kind wants it, then what visit, vehicle and person say. Values of the
/// old kind alone are kept aside: who corrects the correction finds them again.
async fn values(tx: &mut Tx, case: &CaseRow, book: &KindBook, kind: &Kind) -> Result<Values> {
    let old = case.values();
    let mut values = open::known(tx, case, book, &kind.id).await?;
    for (key, value) in old {
        let fits = match book.field(&key).filter(|_| kind.fields.contains(&key)) {
            Some(field) => field.read(&value).ok().flatten(),
            None => Some(value),
        };
        if let Some(value) = fits {
            values.insert(key, value);
        }
    }
    Ok(values)
}
