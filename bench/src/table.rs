//! What is printed.

use std::time::Duration;

use serde_json::{Value, json};

pub struct Table {
    customers: u64,
    engine: String,
    rows: Vec<Row>,
}

struct Row {
    engine: String,
    what: String,
    figures: Vec<(&'static str, String)>,
    floor: String,
    ratio: String,
}

impl Table {
    pub fn new(customers: u64) -> Self {
        Self { customers, engine: String::new(), rows: Vec::new() }
    }

    pub fn engine(&mut self, name: &str, note: &str) {
        self.engine = name.to_owned();
        self.add("filled", vec![("", note.to_owned())], String::new(), String::new());
    }

    pub fn add(&mut self, what: &str, figures: Vec<(&'static str, String)>, floor: String, ratio: String) {
        let line: Vec<&str> = figures.iter().map(|(_, v)| v.as_str()).collect();
        eprintln!("{} · {what}: {} | floor {floor} {ratio}", self.engine, line.join(" · "));
        self.rows.push(Row { engine: self.engine.clone(), what: what.into(), figures, floor, ratio });
    }

    pub fn print(&self, as_json: bool) -> anyhow::Result<()> {
        if as_json {
            let rows: Vec<Value> = self
                .rows
                .iter()
                .map(|r| {
                    let figures: serde_json::Map<String, Value> =
                        r.figures.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
                    json!({ "engine": r.engine, "what": r.what, "figures": figures, "floor": r.floor, "ratio": r.ratio })
                })
                .collect();
            println!("{}", serde_json::to_string_pretty(&json!({ "customers": self.customers, "rows": rows }))?);
            return Ok(());
        }
        println!("| engine | what | figures | floor | × floor |\n|---|---|---|---|---|");
        for r in &self.rows {
            let figures: Vec<String> = r.figures.iter().map(|(k, v)| format!("{k} {v}").trim().to_owned()).collect();
            println!("| {} | {} | {} | {} | {} |", r.engine, r.what, figures.join(" · "), r.floor, r.ratio);
        }
        Ok(())
    }
}

/// `1.24 ms`
pub fn ms(d: Duration) -> String {
    let hundredths = d.as_micros() / 10;
    format!("{}.{:02} ms", hundredths / 100, hundredths % 100)
}

/// `12.4 s`
pub fn seconds(d: Duration) -> String {
    format!("{}.{} s", d.as_millis() / 1_000, d.as_millis() / 100 % 10)
}

/// `1.7`
pub fn ratio(of: u128, to: u128) -> String {
    let tenths = of * 10 / to.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}
