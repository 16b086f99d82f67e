//! The keys of the call, for whoever makes them their own: every action with the key it has.

use askama::Template;
use kernel::{Cap, Result};
use platform::http::{Desk, Ui};

use crate::followup::outcomes::Outcomes;

/// Keys of the call page beside those of the outcomes, with the word for what they do.
const ACTIONS: [(&str, &str); 13] = [
    ("d", "call-dial"),
    ("q", "call-back"),
    ("u", "call-take-back"),
    ("j", "queue-skip"),
    ("v", "call-take-over"),
    ("i", "call-inbound-open"),
    ("p", "call-mark-praise"),
    ("s", "call-mark-suggestion"),
    ("c", "call-mark-complaint"),
    ("g", "call-mark-question"),
    ("f", "call-within-24h"),
    ("m", "call-booking"),
    ("y", "call-opt-out-confirm"),
];

struct Row {
    key: String,
    own: String,
    label: String,
}

#[derive(Template)]
#[template(
    source = r#"{% for r in rows %}<tr><td>{{ r.label }}</td><td><kbd>{{ r.key|upper }}</kbd><input type="hidden" name="key" value="{{ r.key }}"></td><td><input class="short" name="own" value="{{ r.own }}" maxlength="1" autocomplete="off" aria-label="{{ r.label }}"></td></tr>{% endfor %}"#,
    ext = "html"
)]
struct Rows {
    rows: Vec<Row>,
}

/// Slot `me.keys`: rows of the table of keys.
/// # Errors
/// As the database answers.
pub async fn rows(desk: Desk, _: i64) -> Result<String> {
    let scope = desk.scope();
    let (Some(store_id), true) = (scope.store, scope.may(Cap::CallWork)) else { return Ok(String::new()) };
    let ui: Ui = desk.ui();
    let own: serde_json::Value = serde_json::from_str(&desk.who().key_map).unwrap_or_default();
    let outcomes = platform::rulebook::current::<Outcomes>(&mut desk.reads(), scope.group, store_id).await?;
    let outcomes = outcomes.body.outcomes.iter().map(|o| (o.keyboard.to_lowercase(), ui.label(&o.label)));
    let actions = ACTIONS.iter().map(|(key, word)| ((*key).to_owned(), ui.t(word).into_owned()));
    let rows = outcomes
        .chain(actions)
        .filter(|(key, _)| key.chars().count() == 1)
        .map(|(key, label)| {
            let own = own.get(&key).and_then(serde_json::Value::as_str).unwrap_or(&key).to_owned();
            Row { key, own, label }
        })
        .collect();
    Rows { rows }.render().map_err(kernel::Problem::internal)
}
