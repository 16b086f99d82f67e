//! Cases of a group that is filled in bulk.

use kernel::{Department, GroupId, Millis, Result, StoreId, TaskId, UserId};
use platform::db::Load;
use serde_json::Value;

use super::kinds::{Class, KindBook};
use super::model::StepKind;
use super::plan;
use super::ports::Point;
use super::store::{self, CaseRow, PointRow};

/// Rows that wait to be written: cases, their points and their course.
#[derive(Default)]
pub struct Batch {
    pub cases: Vec<CaseRow>,
    pub points: Vec<NewPoint>,
    pub steps: Vec<NewStep>,
}

pub struct NewPoint {
    pub id: i64,
    pub case: kernel::CaseId,
    pub store: StoreId,
    pub kind: String,
    pub department: Department,
    pub question: String,
    pub option: String,
}

pub struct NewStep {
    pub id: i64,
    pub case: kernel::CaseId,
    pub store: StoreId,
    pub at: Millis,
    pub actor: Option<UserId>,
    pub kind: StepKind,
    pub text: Option<String>,
    pub args: Value,
}

impl Batch {
    /// Writes everything out.
    /// # Errors
    /// As the database answers.
    pub async fn write(self, to: &mut Load, group: GroupId) -> Result<()> {
        store::load_cases(to, group, &self.cases).await?;
        let points: Vec<_> = self
            .points
            .into_iter()
            .map(|p| {
                let row = PointRow {
                    kind: p.kind,
                    department: p.department,
                    question: Some(p.question),
                    option_key: Some(p.option),
                    text: None,
                    remark_id: None,
                    round: 1,
                };
                (p.id, p.case, p.store, row)
            })
            .collect();
        store::load_points(to, group, &points).await?;
        store::load_steps(to, group, &self.steps).await
    }
}

/// What a bad answer becomes: class, kind and department.
pub fn becomes(
    book: &KindBook,
    question: &str,
    option: &str,
    case_kind: Option<&str>,
    department: Option<Department>,
) -> Option<(Class, String, Department)> {
    let point = Point {
        task: TaskId::new(0),
        question: Some(question.into()),
        option: Some(option.into()),
        case_kind: case_kind.map(Into::into),
        department,
        text: None,
        remark: None,
        remark_id: None,
    };
    plan::plan(book, &[point]).map(|p| (p.class, p.kind, p.department))
}
