//! The demonstration's story, as written in `seeds/demo`. Days are counted from the day of loading.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
pub struct Frame {
    pub programme_start_day: i32,
    pub group: Named,
    pub stores: Vec<Store>,
    pub regions: Vec<Region>,
    pub people: Vec<Person>,
    pub shares: Vec<Share>,
}

#[derive(Deserialize)]
pub struct Named {
    pub name: String,
}

#[derive(Deserialize)]
pub struct Store {
    pub key: String,
    pub code: String,
    pub name: String,
    pub region: String,
    pub brands: Vec<String>,
    pub service_phone: String,
    /// mon … sun
    pub week: BTreeMap<String, Vec<Hours>>,
}

#[derive(Deserialize)]
pub struct Hours {
    pub from: String,
    pub to: String,
}

#[derive(Deserialize)]
pub struct Region {
    pub name: String,
    pub stores: Vec<String>,
}

#[derive(Deserialize)]
pub struct Person {
    pub key: String,
    pub name: String,
    pub role: String,
    pub department: Option<String>,
    pub stores: Vec<String>,
    pub staff_no: String,
    /// Advisors and consultants appear by name only.
    pub signs_in: bool,
}

#[derive(Deserialize)]
pub struct Share {
    pub store: String,
    pub agent: String,
    pub share: i64,
}

#[derive(Deserialize)]
pub struct Customers {
    pub customers: Vec<Customer>,
}

#[derive(Deserialize)]
pub struct Customer {
    pub key: String,
    /// person | fleet
    pub kind: String,
    pub name: String,
    #[serde(default)]
    pub title: Option<String>,
    pub number: String,
    pub phones: Vec<PhoneText>,
    pub region: String,
    pub stores: Vec<String>,
    #[serde(default)]
    pub vehicles: Vec<Vehicle>,
    #[serde(default)]
    pub best_time: Option<String>,
    #[serde(default)]
    pub contacts: Vec<Contact>,
}

#[derive(Deserialize)]
pub struct PhoneText {
    pub number: String,
}

#[derive(Deserialize)]
pub struct Contact {
    pub key: String,
    pub name: String,
    pub phones: Vec<PhoneText>,
}

#[derive(Deserialize)]
pub struct Vehicle {
    pub key: String,
    pub plate: String,
    pub vin: String,
    pub brand: String,
    pub series: String,
    pub model: String,
    pub purchase_day: i32,
}

#[derive(Deserialize)]
pub struct Visits {
    pub visits: Vec<Visit>,
}

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct When {
    pub day: i32,
    /// Minute of the day.
    pub minute: u16,
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            day: i32,
            #[serde(default)]
            time: Option<String>,
        }
        let raw = Raw::deserialize(d)?;
        let time = raw.time.as_deref().unwrap_or("00:00");
        minute(time)
            .map(|minute| Self { day: raw.day, minute })
            .ok_or_else(|| serde::de::Error::custom(format!("not a time of day: {time}")))
    }
}

/// Minutes since midnight of `HH:MM`.
pub fn minute(text: &str) -> Option<u16> {
    let (h, m) = text.split_once(':')?;
    let (h, m): (u16, u16) = (h.parse().ok()?, m.parse().ok()?);
    (h < 24 && m < 60).then_some(h * 60 + m)
}

#[derive(Deserialize)]
pub struct Visit {
    pub key: String,
    pub store: String,
    pub number: String,
    pub customer: String,
    pub vehicle: String,
    pub opened: When,
    pub settled: When,
    pub mileage_km: i64,
    /// maintenance | first_maintenance | repair
    pub kind: String,
    pub items: Vec<String>,
    pub advisor: String,
    pub estimate_fen: i64,
    pub amount_fen: i64,
    pub appointment: bool,
    #[serde(default)]
    pub visitor: Option<Visitor>,
}

#[derive(Deserialize)]
pub struct Visitor {
    /// Key of a contact of the fleet, or a name with a phone.
    #[serde(default)]
    pub contact: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
}

#[derive(Deserialize)]
pub struct Deliveries {
    pub deliveries: Vec<Delivery>,
}

#[derive(Deserialize)]
pub struct Delivery {
    pub key: String,
    pub store: String,
    pub customer: String,
    pub vehicle: String,
    pub day: i32,
    pub consultant: String,
}

#[derive(Deserialize)]
pub struct Calls {
    pub calls: Vec<Call>,
}

#[derive(Deserialize)]
pub struct Call {
    pub key: String,
    pub by: String,
    #[serde(default)]
    pub day: Option<i32>,
    #[serde(default)]
    pub time: Option<String>,
    /// Before the moment of loading.
    #[serde(default)]
    pub minutes_ago: Option<i64>,
    pub seconds: i64,
    pub outcome: String,
    pub tasks: Vec<CallTask>,
    #[serde(default)]
    pub remark: Option<Remark>,
    #[serde(default)]
    pub note: Option<String>,
    #[serde(default)]
    pub agreed: Option<When>,
}

#[derive(Deserialize)]
pub struct CallTask {
    /// Key of a visit or delivery.
    pub event: String,
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    #[serde(default)]
    pub notes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub struct Remark {
    pub mark: String,
    pub text: String,
    #[serde(default)]
    pub praised: Option<String>,
    #[serde(default)]
    pub wants_answer: bool,
}

#[derive(Deserialize)]
pub struct Cases {
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
pub struct Case {
    pub key: String,
    pub call: String,
    /// `answers`: the options say what kind of case it is; `remark`: whoever took the call judged it by these words.
    pub source: String,
    pub kind: String,
    pub department: String,
    pub assignee: String,
    pub title: String,
    pub fields: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    pub degree: Option<String>,
    pub rounds: Vec<Round>,
}

#[derive(Deserialize)]
pub struct Round {
    #[serde(default)]
    pub cause: Option<String>,
    #[serde(default)]
    pub contact: Option<Act>,
    #[serde(default)]
    pub result: Option<Act>,
    #[serde(default)]
    pub recall: Option<Act>,
}

#[derive(Deserialize)]
pub struct Act {
    pub by: String,
    #[serde(flatten)]
    pub at: When,
    pub text: String,
    #[serde(default)]
    pub measures: Option<String>,
    /// satisfied | unsatisfied | refused
    #[serde(default)]
    pub verdict: Option<String>,
}

pub struct Story {
    pub frame: Frame,
    pub customers: Vec<Customer>,
    pub visits: Vec<Visit>,
    pub deliveries: Vec<Delivery>,
    pub calls: Vec<Call>,
    pub cases: Vec<Case>,
}

fn read<T: DeserializeOwned>(name: &str, text: &str) -> anyhow::Result<T> {
    serde_json::from_str(text).map_err(|e| anyhow::anyhow!("seeds/demo/{name}: {e}"))
}

impl Story {
    /// # Errors
    /// Names the file and the place that does not read.
    pub fn load() -> anyhow::Result<Self> {
        Ok(Self {
            frame: read("story.json", include_str!("../../seeds/demo/story.json"))?,
            customers: read::<Customers>("customers.json", include_str!("../../seeds/demo/customers.json"))?.customers,
            visits: read::<Visits>("visits.json", include_str!("../../seeds/demo/visits.json"))?.visits,
            deliveries: read::<Deliveries>("deliveries.json", include_str!("../../seeds/demo/deliveries.json"))?
                .deliveries,
            calls: read::<Calls>("calls.json", include_str!("../../seeds/demo/calls.json"))?.calls,
            cases: read::<Cases>("cases.json", include_str!("../../seeds/demo/cases.json"))?.cases,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_reads() {
        let story = Story::load().unwrap();
        assert!(story.visits.len() > 100 && story.calls.len() > 100 && story.cases.len() > 10);
    }
}
