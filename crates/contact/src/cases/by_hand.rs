//! A7: what a customer brings up outside of a call: at the counter, in a message, on the phone of a department.

use kernel::{Cap, CaseId, CustomerId, Department, FieldErrors, Problem, Result, Scope};
use platform::db::Db;
use platform::{rulebook, transact};
use serde_json::json;

use super::handle::words;
use super::kinds::{KindBook, Values};
use super::model::StepKind;
use super::open::{self, Opening};
use super::plan::{Planned, PlannedPoint};
use super::ports::{self, About};
use super::record::Line;

/// What the form says.
#[derive(Clone, Debug, Default)]
pub struct NewCase {
    pub kind: String,
    /// Empty: as the kind says.
    pub department: String,
    /// Key of an [`ports::Occasion`], or empty.
    pub about: String,
    /// The customer's words.
    pub text: String,
}

/// Opens a case for a customer. Follow-ups that nobody has begun wait for it, as after a call.
/// # Errors
/// `Invalid` naming every fault; `NotFound` for a customer who is not for these eyes; `Forbidden`.
pub async fn open_by_hand(db: &Db, scope: &Scope, customer: CustomerId, form: &NewCase) -> Result<CaseId> {
    scope.need(Cap::CaseHandle)?;
    let store = scope.store()?;
    transact!(db, scope, |tx| {
        let group = tx.scope().group;
        let scope = tx.scope().clone();
        let occasions = ports::occasions(tx, &scope, customer).await?;
        let book = rulebook::current::<KindBook>(tx, group, store).await?;
        let mut errors = FieldErrors::default();
        let kind = errors.take("kind", book.body.kind(&form.kind).ok_or("case-required"));
        let text = words(&mut errors, "text", &form.text);
        let department = match form.department.as_str() {
            "" => None,
            key => errors.take("department", Department::parse(key).ok_or("case-required")),
        };
        let about = match form.about.as_str() {
            "" => None,
            key => errors
                .take("about", occasions.into_iter().find(|o| o.key == key).ok_or("case-field-choice"))
                .map(|o| o.about),
        };
        errors.into_result()?;
        let kind = kind.ok_or(Problem::invalid("kind", "case-required"))?;
        let department = department.unwrap_or(kind.department);
        let point = PlannedPoint {
            task: None,
            kind: kind.id.clone(),
            department,
            question: None,
            option: None,
            text: Some(text.to_owned()),
            remark: None,
        };
        let planned =
            Planned { class: kind.class, kind: kind.id.clone(), department, points: vec![point], given: Values::new() };
        let about = about.or_else(|| Some(About::default()));
        let opening = Opening { store, customer, attempt: None, about, planned, asked: &[] };
        let line = Line::new(StepKind::Opened, None).with(json!({ "by_hand": true }));
        let id = open::begin(tx, &book, opening, line).await?;
        ports::supersede(tx, store, customer).await?;
        Ok(id)
    })
}
