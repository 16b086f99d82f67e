//! From the points of a call to one case: its kind, its department, and the fields that are already known. Pure.

use kernel::{Department, PersonName, Phone, Plate, StoreDate, TaskId, Vin};

use super::kinds::{Class, KindBook, Source, Values};
use super::ports::{Mark, Point};

/// One thing that the case is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPoint {
    /// `None` for a case that was opened by hand.
    pub task: Option<TaskId>,
    pub kind: String,
    pub department: Department,
    pub question: Option<String>,
    pub option: Option<String>,
    pub text: Option<String>,
    pub remark: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub class: Class,
    pub kind: String,
    pub department: Department,
    /// The main point first; the case is about its vehicle.
    pub points: Vec<PlannedPoint>,
    /// What the answers themselves say.
    pub given: Values,
}

/// What is known of the customer, the vehicle and the visit when the case is made.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub name: Option<PersonName>,
    pub phone: Option<Phone>,
    pub region: Option<String>,
    pub brand: Option<String>,
    pub series: Option<String>,
    pub model: Option<String>,
    pub purchased_on: Option<StoreDate>,
    pub vin: Option<Vin>,
    pub plate: Option<Plate>,
    pub visits: Option<i64>,
    pub mileage_km: Option<i64>,
    pub visited_on: Option<StoreDate>,
    pub items: Option<String>,
    pub station: Option<String>,
    pub dealer: Option<String>,
    /// What the main answer was about, in the store's words.
    pub question: Option<String>,
    pub remark: Option<String>,
}

/// `None`: nothing in these points makes a case.
pub fn plan(book: &KindBook, points: &[Point]) -> Option<Planned> {
    let mut planned: Vec<(u8, PlannedPoint)> = points.iter().filter_map(|p| point(book, p)).collect();
    // The gravest leads; among equals the first one said. A sort keeps the order of equals.
    planned.sort_by_key(|(weight, _)| *weight);
    let (_, main) = planned.first()?;
    let kind = book.kind(&main.kind)?;
    let (class, kind, department) = (kind.class, kind.id.clone(), main.department);
    let mut given = Values::new();
    for p in &planned {
        let (Some(question), option) = (&p.1.question, p.1.option.as_deref().unwrap_or("")) else { continue };
        for rule in book.rule_for(question, option) {
            for (key, value) in &rule.fields {
                given.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    Some(Planned { class, kind, department, points: planned.into_iter().map(|(_, p)| p).collect(), given })
}

fn point(book: &KindBook, point: &Point) -> Option<(u8, PlannedPoint)> {
    let by_mark = match point.remark {
        None => None,
        Some(Mark::Praise) => return None,
        Some(Mark::Complaint) => Some(book.remarks.complaint.as_str()),
        Some(Mark::Question) => Some(book.remarks.question.as_str()),
        Some(Mark::Suggestion) => Some(book.remarks.suggestion.as_str()),
    };
    let question = point.question.as_deref().unwrap_or("");
    let option = point.option.as_deref().unwrap_or("");
    let mapped = || book.rule_for(question, option).filter(|_| !question.is_empty());
    let id = mapped()
        .find_map(|r| r.kind.as_deref())
        .or(point.case_kind.as_deref())
        .filter(|id| book.kind(id).is_some())
        .or(by_mark)
        .unwrap_or(&book.remarks.complaint);
    let kind = book.kind(id)?;
    let department = mapped().find_map(|r| r.department).or(point.department).unwrap_or(kind.department);
    let general = id == book.remarks.complaint || id == book.remarks.question || id == book.remarks.suggestion;
    let weight = match (kind.class, general) {
        (Class::Rescue, _) => 0,
        (Class::Complaint, false) => 1,
        (Class::Complaint, true) => 2,
        (Class::Inquiry, false) => 3,
        (Class::Inquiry, true) => 4,
    };
    let planned = PlannedPoint {
        task: Some(point.task),
        kind: id.to_owned(),
        department,
        question: point.question.clone(),
        remark: point.remark_id,
        option: point.option.clone(),
        text: point.text.clone(),
    };
    Some((weight, planned))
}

/// The values of a kind's fields that are known; the rest is asked for.
pub fn prefill(book: &KindBook, kind: &str, facts: &Facts, given: &Values) -> Values {
    let Some(kind) = book.kind(kind) else { return Values::new() };
    let mut values = Values::new();
    for field in book.fields_of(kind) {
        let source = kind.prefill.get(&field.key).copied().or(field.prefill);
        let found = given.get(&field.key).cloned().or_else(|| source.and_then(|s| facts.get(s)));
        // A value that does not read as its type is as good as none.
        if let Some(value) = found.and_then(|v| field.read(&v).ok().flatten()) {
            values.insert(field.key.clone(), value);
        }
    }
    values
}

impl Facts {
    fn get(&self, source: Source) -> Option<String> {
        let found = match source {
            Source::CustomerName => self.name.as_ref().map(|n| n.expose().to_owned()),
            Source::CustomerPhone => self.phone.as_ref().map(|p| p.expose().to_owned()),
            Source::CustomerRegion => self.region.clone(),
            Source::VehicleBrand => self.brand.clone(),
            Source::VehicleSeries => self.series.clone(),
            Source::VehicleModel => self.model.clone().or_else(|| self.series.clone()),
            Source::VehiclePurchase => self.purchased_on.map(|d| d.to_string()),
            Source::VehicleVin => self.vin.as_ref().map(|v| v.expose().to_owned()),
            Source::VehiclePlate => self.plate.as_ref().map(|p| p.as_str().to_owned()),
            Source::VehicleVisits => self.visits.filter(|n| *n > 0).map(|n| n.to_string()),
            Source::VisitMileage => self.mileage_km.map(|n| n.to_string()),
            Source::VisitDate => self.visited_on.map(|d| d.to_string()),
            Source::VisitStation => self.station.clone(),
            Source::VisitItems => self.items.clone(),
            Source::DeliveryStore => self.dealer.clone(),
            Source::PointQuestion => self.question.clone(),
            Source::RemarkText => self.remark.clone(),
        };
        // Long texts of an import are cut, or the whole value would be refused.
        found.map(|v| v.chars().take(500).collect()).filter(|v: &String| !v.trim().is_empty())
    }
}
