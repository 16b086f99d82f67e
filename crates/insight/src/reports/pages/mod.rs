pub mod chart;
pub mod list;
pub mod part;
pub mod report;
pub mod weekly;

use std::fmt::Write as _;

use kernel::{Cap, Problem, Reach, Result, Scope, StoreDate, StoreId, UserId};
use platform::http::{Desk, Fields};

use super::jobs;
use super::period::{Period, Span};
use super::store::{self, Question};

/// The stores this reader may read reports of, by name: the one worked in, or a region's or group's.
async fn stores(desk: &Desk) -> Result<Vec<(StoreId, String)>> {
    let scope = desk.scope();
    let all = store::stores(&mut desk.reads(), scope.group).await?;
    Ok(all
        .into_iter()
        .filter(|(id, _)| match scope.reach_in(Cap::ReportRead, *id) {
            Some(Reach::Region | Reach::Group) => true,
            Some(Reach::Own | Reach::Department | Reach::Store) => scope.store == Some(*id),
            None => false,
        })
        .collect())
}

/// Whether agents are named: only where the reader may see their names in each of these stores.
fn names_agents(scope: &Scope, stores: &[StoreId]) -> bool {
    !stores.is_empty() && stores.iter().all(|id| scope.reach_in(Cap::ReportAgents, *id).is_some())
}

/// What the address asks for, and what may be chosen instead.
pub struct Asked {
    pub span: Span,
    pub ask: Question,
    /// All that the reader may choose from.
    pub stores: Vec<(StoreId, String)>,
    pub store: Option<StoreId>,
    pub named: bool,
}

/// Reads `period` with `on`, or `from`/`to`; `store`, `agent`, `kind`, `class`, `brand` (`-` = not known).
async fn asked(desk: &Desk, fields: &Fields) -> Result<Asked> {
    let scope = desk.scope();
    let stores = stores(desk).await?;
    let home = scope.store.or_else(|| stores.first().map(|s| s.0)).ok_or(Problem::Refused("no-store"))?;
    let today = desk.ui().today().ok_or_else(|| Problem::internal("no today"))?;
    let (span, period) =
        Period::chosen(fields.get("period"), fields.get("on"), fields.get("from"), fields.get("to"), today);
    let store = fields.parsed::<StoreId>("store");
    let chosen = match store {
        Some(id) if stores.iter().any(|s| s.0 == id) => vec![id],
        Some(_) => return Err(Problem::NotFound),
        None => stores.iter().map(|s| s.0).collect(),
    };
    let named = names_agents(scope, &chosen);
    let mut ask = jobs::ask(&mut desk.reads(), scope.group, chosen, home, period, desk.now()).await?;
    ask.agent = fields.parsed::<UserId>("agent").filter(|_| named);
    // Agents told apart are many times the rows.
    ask.by_agent = named;
    ask.kind = fields.get("kind").to_owned();
    ask.class = fields.get("class").to_owned();
    ask.brand = fields.opt("brand").map(|b| if b == "-" { String::new() } else { b.to_owned() });
    ask.departments = departments(scope, &ask.stores);
    Ok(Asked { span, ask, stores, store, named })
}

/// Whose cases a reader may see: everybody's, or those of their own departments.
fn departments(scope: &Scope, stores: &[StoreId]) -> Option<Vec<kernel::Department>> {
    let everywhere = stores.iter().all(|s| scope.reach_in(Cap::CaseRead, *s) >= Some(Reach::Store));
    if everywhere { None } else { Some(scope.departments(Cap::CaseRead)) }
}

impl Asked {
    /// The same question as part of an address, with its filters.
    fn query(&self) -> String {
        format!("from={}&to={}{}", self.ask.period.from, self.ask.period.to, self.filters())
    }

    /// Its filters alone, each with `&` in front.
    fn filters(&self) -> String {
        let mut out = String::new();
        let mut add = |name: &str, value: &str| {
            let _ = write!(out, "&{name}={}", encode(value));
        };
        if let Some(store) = self.store {
            add("store", &store.to_string());
        }
        if let Some(agent) = self.ask.agent {
            add("agent", &agent.to_string());
        }
        if !self.ask.kind.is_empty() {
            add("kind", &self.ask.kind);
        }
        if !self.ask.class.is_empty() {
            add("class", &self.ask.class);
        }
        if let Some(brand) = &self.ask.brand {
            add("brand", brand_key(brand));
        }
        out
    }
}

/// How a brand stands in an address.
pub fn brand_key(brand: &str) -> &str {
    if brand.is_empty() { "-" } else { brand }
}

/// For an address.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn parse_week(text: &str) -> Result<StoreDate> {
    text.parse::<StoreDate>().map(StoreDate::iso_week_monday).map_err(|_| Problem::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_an_address_reads_back() {
        for text in ["斯柯达", "a b&c=d", "-", "50%"] {
            let fields = Fields::parse(&format!("brand={}", encode(text)));
            assert_eq!(fields.get("brand"), text);
        }
    }
}
