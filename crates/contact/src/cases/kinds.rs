//! A7: which kinds of case there are, which fields each needs, and the sentence made from them. Kept as data.

use std::collections::BTreeMap;

use kernel::{Department, Phone, StoreDate};
use platform::i18n::Label;
use platform::keyed;
use platform::rulebook::{RuleFault, Rulebook};
use serde::{Deserialize, Serialize};

use super::sentence;

keyed! {
    /// A7.1, A7.2, A7.3.
    pub enum Class { Inquiry = "inquiry", Rescue = "rescue", Complaint = "complaint" }
}

keyed! {
    pub enum FieldType { Text = "text", Date = "date", Number = "number", Phone = "phone", Choice = "choice" }
}

keyed! {
    /// Where a field's value is found when the case is made.
    pub enum Source {
        CustomerName = "customer.name",
        CustomerPhone = "customer.phone",
        CustomerRegion = "customer.region",
        VehicleBrand = "vehicle.brand",
        VehicleSeries = "vehicle.series",
        VehicleModel = "vehicle.model",
        VehiclePurchase = "vehicle.purchase_date",
        VehicleVin = "vehicle.vin",
        VehiclePlate = "vehicle.plate",
        /// Visits of the vehicle to this store in the last 90 days.
        VehicleVisits = "vehicle.visits",
        VisitMileage = "visit.mileage_km",
        VisitDate = "visit.date",
        VisitStation = "visit.station",
        VisitItems = "visit.items",
        DeliveryStore = "delivery.store",
        /// What the bad answer was about.
        PointQuestion = "point.question",
        /// The customer's own words.
        RemarkText = "remark.text",
    }
}

/// Values by field key, in stored form: dates ISO, numbers in digits, choices by key.
pub type Values = BTreeMap<String, String>;

/// A7: kinds, fields, and what makes an answer a case of which kind; one document per store or group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KindBook {
    /// What stands in the sentence for a missing field; `{label}` is the field's name.
    pub missing: Label,
    /// The kind that a remark becomes by its mark.
    pub remarks: Remarks,
    /// Answers that become another kind than their option says; first hit wins.
    #[serde(default)]
    pub question_map: Vec<QuestionRule>,
    pub kinds: Vec<Kind>,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remarks {
    pub complaint: String,
    pub question: String,
    pub suggestion: String,
}

/// `question` `*` and `option` `None` stand for any. What is left out is as the script's option says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuestionRule {
    pub question: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Values that the answer itself gives, e.g. the degree of dissatisfaction.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Values,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// The clause, e.g. `A7.3.3`, or a name of one's own.
    pub id: String,
    #[serde(rename = "kind")]
    pub class: Class,
    pub department: Department,
    pub label: Label,
    pub fields: Vec<String>,
    /// Sources that differ from the fields' own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prefill: BTreeMap<String, Source>,
    pub template: Label,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub key: String,
    pub label: Label,
    /// How it is asked for.
    pub question: Label,
    #[serde(rename = "type")]
    pub of: FieldType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Label>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill: Option<Source>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<FieldOption>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldOption {
    pub key: String,
    pub label: Label,
}

const MOST_CHARS: usize = 500;

impl KindBook {
    pub fn kind(&self, id: &str) -> Option<&Kind> {
        self.kinds.iter().find(|k| k.id == id)
    }
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.key == key)
    }
    pub fn fields_of<'a>(&'a self, kind: &'a Kind) -> impl Iterator<Item = &'a Field> {
        kind.fields.iter().filter_map(|key| self.field(key))
    }
    /// The fields of a kind that have no value yet, in order: what still has to be asked.
    pub fn missing<'a>(&'a self, kind: &'a Kind, values: &'a Values) -> impl Iterator<Item = &'a Field> {
        self.fields_of(kind).filter(|f| !values.contains_key(&f.key))
    }
    pub fn rule_for(&self, question: &str, option: &str) -> impl Iterator<Item = &QuestionRule> {
        self.question_map
            .iter()
            .filter(move |r| r.question == question || r.question == "*")
            .filter(move |r| r.option.as_deref().is_none_or(|o| o == option))
    }
}

impl Field {
    /// A value as it is stored, from what was typed. `Ok(None)`: nothing was.
    ///
    /// # Errors
    /// The code of what is wrong.
    pub fn read(&self, raw: &str) -> Result<Option<String>, &'static str> {
        let text = raw.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.chars().count() > MOST_CHARS {
            return Err("case-field-long");
        }
        match self.of {
            FieldType::Text => Ok(Some(text.to_owned())),
            FieldType::Date => text.parse::<StoreDate>().map(|d| Some(d.to_string())).map_err(|_| "case-field-date"),
            FieldType::Number => {
                let digits: String = text.chars().filter(|c| !matches!(c, ',' | '，' | ' ')).collect();
                digits.parse::<u32>().map(|n| Some(n.to_string())).map_err(|_| "case-field-number")
            }
            FieldType::Phone => Phone::parse(text).map(|p| Some(p.expose().to_owned())).map_err(|_| "case-field-phone"),
            FieldType::Choice => match self.options.iter().any(|o| o.key == text) {
                true => Ok(Some(text.to_owned())),
                false => Err("case-field-choice"),
            },
        }
    }
}

/// What may stand between braces and in forms' names.
fn good_key(key: &str) -> bool {
    (1..=40).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[derive(Deserialize)]
struct FieldsSeed {
    fields: Vec<Field>,
}

impl Rulebook for KindBook {
    const KIND: &'static str = "case_kinds";

    #[expect(clippy::expect_used, reason = "compiled in, and read by a test")]
    fn seed() -> Self {
        let mut book: serde_json::Value =
            serde_json::from_str(include_str!("../../seeds/case_kinds.json")).expect("compiled in, and read by a test");
        let fields: FieldsSeed = serde_json::from_str(include_str!("../../seeds/case_fields.json"))
            .expect("compiled in, and read by a test");
        book["fields"] = serde_json::to_value(fields.fields).expect("just read, so it can be written");
        serde_json::from_value(book).expect("compiled in, and read by a test")
    }

    fn check(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        let mut fault = |path: String, code: &'static str| faults.push(RuleFault { path, code });
        if !self.missing.zh.contains("{label}") {
            fault("missing.zh".into(), "case-missing-label");
        }
        for (i, field) in self.fields.iter().enumerate() {
            let at = format!("fields.{i}");
            if field.key.is_empty() || self.fields.iter().take(i).any(|f| f.key == field.key) {
                fault(format!("{at}.key"), "case-key-twice");
            }
            if !good_key(&field.key) {
                fault(format!("{at}.key"), "case-key");
            }
            for (name, label) in [("label", &field.label), ("question", &field.question)] {
                if label.zh.trim().is_empty() {
                    fault(format!("{at}.{name}.zh"), "case-label-missing");
                }
            }
            let keys = || field.options.iter().map(|o| &o.key);
            if keys().enumerate().any(|(i, k)| !good_key(k) || keys().take(i).any(|other| other == k)) {
                fault(format!("{at}.options"), "case-option-key");
            }
            if field.options.iter().any(|o| o.label.zh.trim().is_empty()) {
                fault(format!("{at}.options"), "case-label-missing");
            }
            if (field.of == FieldType::Choice) == field.options.is_empty() {
                fault(format!("{at}.options"), "case-options");
            }
        }
        for (i, kind) in self.kinds.iter().enumerate() {
            let at = format!("kinds.{i}");
            if kind.id.is_empty() || self.kinds.iter().take(i).any(|k| k.id == kind.id) {
                fault(format!("{at}.id"), "case-key-twice");
            }
            if kind.label.zh.trim().is_empty() {
                fault(format!("{at}.label.zh"), "case-label-missing");
            }
            if kind.fields.is_empty() {
                fault(format!("{at}.fields"), "case-no-fields");
            }
            for (j, key) in kind.fields.iter().enumerate() {
                if self.field(key).is_none() {
                    fault(format!("{at}.fields.{j}"), "case-field-unknown");
                }
            }
            let texts = [("zh", Some(&kind.template.zh)), ("en", kind.template.en.as_ref())];
            for (tongue, text) in texts.into_iter().filter_map(|(t, text)| text.map(|text| (t, text))) {
                if let Some(code) = sentence::fault(text, &kind.fields) {
                    fault(format!("{at}.template.{tongue}"), code);
                }
            }
            for key in kind.prefill.keys().filter(|key| !kind.fields.contains(key)) {
                fault(format!("{at}.prefill.{key}"), "case-field-unknown");
            }
        }
        let known = |id: &str| self.kinds.iter().any(|k| k.id == id);
        let marks = &self.remarks;
        for (mark, id) in
            [("complaint", &marks.complaint), ("question", &marks.question), ("suggestion", &marks.suggestion)]
        {
            if !known(id) {
                fault(format!("remarks.{mark}"), "case-kind-unknown");
            }
        }
        for (i, rule) in self.question_map.iter().enumerate() {
            if rule.kind.as_deref().is_some_and(|id| !known(id)) {
                fault(format!("question_map.{i}.kind"), "case-kind-unknown");
            }
            if rule.question.is_empty() {
                fault(format!("question_map.{i}.answer"), "case-answer-missing");
            }
            for (key, value) in &rule.fields {
                let good = self.field(key).is_some_and(|f| matches!(f.read(value), Ok(Some(_))));
                if !good {
                    fault(format!("question_map.{i}.fields.{key}"), "case-field-unknown");
                }
            }
        }
        faults
    }
}
