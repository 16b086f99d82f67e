//! Statements: written once, registered, prepared on both engines by a test and at start.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Engine {
    Lite,
    Pg,
}

/// One statement. `text` is the common subset; `lite`/`pg` stand where the engines truly differ.
pub struct Stmt {
    pub name: &'static str,
    pub module: &'static str,
    pub lite: &'static str,
    pub pg: &'static str,
    expanded: [OnceLock<&'static str>; 2],
    /// Microseconds it took of late, on SQLite.
    took: AtomicU32,
}

impl Stmt {
    pub const fn new(name: &'static str, module: &'static str, lite: &'static str, pg: &'static str) -> Self {
        Self { name, module, lite, pg, expanded: [OnceLock::new(), OnceLock::new()], took: AtomicU32::new(0) }
    }

    pub fn sql(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Lite => self.expanded[0].get_or_init(|| expand(self.lite, engine)),
            Engine::Pg => self.expanded[1].get_or_init(|| expand(self.pg, engine)),
        }
    }
}

impl Stmt {
    pub(super) fn took(&self) -> Duration {
        Duration::from_micros(self.took.load(Ordering::Relaxed).into())
    }

    /// Moves the mean a quarter of the way, so that one hiccup makes nothing slow.
    pub(super) fn ran(&self, took: Duration) {
        let now = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        let mean = self.took.load(Ordering::Relaxed);
        self.took.store(mean - mean / 4 + now / 4, Ordering::Relaxed);
    }
}

/// Unfolds `IN {{ids:$1}}` and `IN {{texts:$1}}` (a JSON list) to a subselect or an array, `{{each:$1}}` to a table. Leaks once per
/// statement.
fn expand(sql: &'static str, engine: Engine) -> &'static str {
    let numbered;
    let sql = match engine {
        Engine::Lite => {
            numbered = by_number(sql);
            numbered.as_str()
        }
        Engine::Pg if !sql.contains("{{") => return sql,
        Engine::Pg => sql,
    };
    let mut out = String::with_capacity(sql.len() + 80);
    let mut rest = sql;
    while let Some((before, tail)) = rest.split_once("{{") {
        out.push_str(before);
        let (token, after) = tail.split_once("}}").unwrap_or((tail, ""));
        match (token.split_once(':'), engine) {
            (Some(("ids" | "texts", arg)), Engine::Lite) => {
                out.push_str("(SELECT value FROM json_each(");
                out.push_str(arg);
                out.push_str("))");
            }
            // A list to join with; its column is `value`.
            (Some(("each", arg)), Engine::Lite) => {
                out.push_str("json_each(");
                out.push_str(arg);
                out.push(')');
            }
            (Some(("each", arg)), Engine::Pg) => {
                out.push_str("jsonb_array_elements_text(");
                out.push_str(arg);
                out.push_str("::text::jsonb) AS e(value)");
            }
            (Some((kind @ ("ids" | "texts"), arg)), Engine::Pg) => {
                let value = if kind == "ids" { "v::bigint" } else { "v" };
                any_of(&mut out, &format!("SELECT {value} FROM jsonb_array_elements_text({arg}::text::jsonb) AS j(v)"));
            }
            (Some(_) | None, _) => out.push_str(&format!("UNKNOWN TOKEN {token}")),
        }
        rest = after;
    }
    out.push_str(rest);
    Box::leak(out.into_boxed_str())
}

/// `… IN {{ids:$1}}` as `… = ANY(ARRAY(…))`: PostgreSQL reads the list first and looks each value up in an index.
/// As `IN (SELECT …)` it hashes the list and reads all that a store has.
fn any_of(out: &mut String, list: &str) {
    let (head, operator) = match out.strip_suffix("NOT IN ") {
        Some(head) => (head.len(), "<> ALL"),
        None => (out.strip_suffix("IN ").map_or(out.len(), str::len), "= ANY"),
    };
    out.truncate(head);
    out.push_str(operator);
    out.push_str("(ARRAY(");
    out.push_str(list);
    out.push_str("))");
}

/// For SQLite `$1` is a name and `?1` a number.
pub(super) fn by_number(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        let number = c == '$' && rest.peek().is_some_and(char::is_ascii_digit);
        out.push(if number { '?' } else { c });
    }
    out
}

inventory::collect!(&'static Stmt);

/// `stmt!(ONE, "SELECT …")` or `stmt!(ONE, lite: "…", pg: "…")`. Columns named, ordered, limited.
#[macro_export]
macro_rules! stmt {
    ($(#[$doc:meta])* $vis:vis $name:ident, lite: $lite:expr, pg: $pg:expr $(,)?) => {
        $(#[$doc])*
        $vis static $name: $crate::db::Stmt = $crate::db::Stmt::new(stringify!($name), module_path!(), $lite, $pg);
        $crate::inventory::submit! { &$name }
    };
    ($(#[$doc:meta])* $vis:vis $name:ident, $sql:expr $(,)?) => {
        $crate::stmt!($(#[$doc])* $vis $name, lite: $sql, pg: $sql);
    };
}
