//! Cases as lines of a list, the same everywhere.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use kernel::{Cap, Millis, Reach, Result, Scope};
use platform::db::Sql;
use platform::http::Ui;
use platform::i18n::{Label, Locale};
use platform::rulebook;

use crate::cases::kinds::KindBook;
use crate::cases::model::{Left, StateKey};
use crate::cases::ports;
use crate::cases::store::CaseRow;

/// What a list shows of a case.
pub struct CaseLine {
    pub id: String,
    pub number: i64,
    pub title: String,
    pub kind: String,
    pub customer: String,
    pub vehicle: String,
    pub department: &'static str,
    pub owner: Option<String>,
    /// The reader may become its named person by one key.
    pub may_take: bool,
    pub version: i64,
    pub state: StateKey,
    pub round: i64,
    pub opened_at: Millis,
    pub left: Option<Left>,
    pub due: Option<Millis>,
    pub escalated: bool,
}

impl CaseLine {
    /// The colour of its state.
    pub fn pill(&self) -> &'static str {
        tone(self.state, self.left)
    }
}

fn tone(state: StateKey, left: Option<Left>) -> &'static str {
    match (state, left) {
        (StateKey::Closed, _) => "ok",
        (_, Some(Left { over: true, .. })) => "bad",
        (StateKey::Waiting | StateKey::Undecided, _) => "warn",
        (StateKey::Contacted | StateKey::Recall, _) => "info",
    }
}

/// The colour of a case's state.
pub fn state_tone(case: &CaseRow, now: Millis) -> &'static str {
    if case.withdrawn_at.is_some() {
        return "";
    }
    tone(case.state, case.next_due_at.map(|due| Left::until(due, now)))
}

/// What each kind is called in the edition its case was made with.
async fn labels(q: &mut impl Sql, scope: &Scope, rows: &[CaseRow]) -> Result<HashMap<i64, HashMap<String, Label>>> {
    let mut books = HashMap::new();
    for c in rows {
        if let Entry::Vacant(place) = books.entry(c.kinds_version) {
            let book = rulebook::at_version::<KindBook>(q, scope.group, c.store_id, c.kinds_version).await?;
            place.insert(book.body.kinds.iter().map(|k| (k.id.clone(), k.label.clone())).collect());
        }
    }
    Ok(books)
}

/// Reads the names that the lines need, once for all.
pub async fn lines(
    q: &mut impl Sql,
    scope: &Scope,
    rows: Vec<CaseRow>,
    locale: Locale,
    now: Millis,
) -> Result<Vec<CaseLine>> {
    let group = scope.group;
    let ids = |of: fn(&CaseRow) -> Option<i64>| {
        let mut ids: Vec<i64> = rows.iter().filter_map(of).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let customers: Vec<_> = ids(|c| Some(c.customer_id.raw())).into_iter().map(kernel::Id::new).collect();
    let vehicles: Vec<_> = ids(|c| c.vehicle_id.map(kernel::Id::raw)).into_iter().map(kernel::Id::new).collect();
    let owners: Vec<_> = ids(|c| c.owner_id.map(kernel::Id::raw)).into_iter().map(kernel::Id::new).collect();
    let customers = ports::customer_names(q, group, &customers).await?;
    let vehicles = ports::vehicle_lines(q, group, &vehicles).await?;
    let owners = ports::user_names(q, group, &owners).await?;
    let books = labels(q, scope, &rows).await?;
    let handles = scope.reach(Cap::CaseHandle);
    let mine = scope.departments(Cap::CaseHandle);
    let may_take = |c: &CaseRow| match handles {
        Some(reach) if reach >= Reach::Store => true,
        Some(_) => mine.contains(&c.department),
        None => false,
    };
    let mut lines = Vec::with_capacity(rows.len());
    for c in rows {
        let label = books.get(&c.kinds_version).and_then(|b| b.get(&c.kind));
        let kind = label.map_or_else(|| c.kind.clone(), |l| l.in_locale(locale).into_owned());
        let escalated = c.is_escalated();
        let unowned = c.owner_id.is_none() && c.closed_at.is_none() && may_take(&c);
        lines.push(CaseLine {
            may_take: unowned,
            version: c.version,
            id: c.id.to_string(),
            number: c.number,
            title: if c.title.is_empty() { kind.clone() } else { c.title },
            kind,
            customer: customers.get(&c.customer_id).cloned().unwrap_or_default(),
            vehicle: c.vehicle_id.and_then(|v| vehicles.get(&v).cloned()).unwrap_or_default(),
            department: c.department.key(),
            owner: c.owner_id.and_then(|o| owners.get(&o).cloned()),
            state: c.state,
            round: c.round,
            opened_at: c.opened_at,
            left: c.next_due_at.map(|due| Left::until(due, now)),
            due: c.next_due_at,
            escalated,
        });
    }
    Ok(lines)
}

impl Left {
    /// `0:42`, from two days on `2 天 20 小时`.
    pub fn words(&self, ui: &Ui) -> String {
        match self.hours {
            0..48 => ui.k("case-time").n("h", self.hours).s("m", format!("{:02}", self.minutes)),
            hours => ui.k("case-time-days").n("d", hours / 24).n("h", hours % 24),
        }
        .to_string()
    }
    /// What stands beside a deadline: how long is left, or for how long it is missed.
    pub fn told(&self, ui: &Ui) -> String {
        ui.k(if self.over { "case-over" } else { "case-left" }).s("time", self.words(ui)).to_string()
    }
}
