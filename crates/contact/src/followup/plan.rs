//! C6: what an event and a rule make: a window, a lateness, a skip. Pure.

use kernel::{CustomerId, Millis, PersonName, PhoneLineId, StoreDate, VehicleId, WorkCalendar};

use super::hours::CallHours;
use super::model::{Class, SkipReason, SubjectKind};
use super::rules::{Ask, ClosedDayEnd, DayKind, Rule};

/// When a task may be worked on. Instants are UTC; days are the store's.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub from_on: StoreDate,
    pub due_on: StoreDate,
    /// Opening of the call windows of `from_on`, or of the next day with calls.
    pub from_at: Millis,
    /// Closing of the call windows of `due_on`.
    pub due_at: Millis,
    /// The midnight that ends the last day.
    pub expires_at: Millis,
}

/// The window of an event. `None` where the store does not open within 400 days.
///
/// C6: the end on a closed day moves to the next open day; the expiry never lies before it.
pub fn window(rule: &Rule, event_on: StoreDate, cal: &WorkCalendar) -> Option<Window> {
    let hours = CallHours::new(cal, &rule.call_windows);
    let after = |days: u32| match rule.day_kind {
        DayKind::Calendar => Some(event_on.days_after(i32::try_from(days).unwrap_or(i32::MAX))),
        DayKind::Working => cal.nth_open_day(event_on, days),
    };
    let from_on = after(rule.days_from)?;
    let due_on = match rule.closed_day_end {
        ClosedDayEnd::NextOpenDay => cal.next_open_day(after(rule.days_to)?)?,
        ClosedDayEnd::Stay => after(rule.days_to)?,
    };
    let last_on = after(rule.expires_after_day)?.max(due_on);
    let due_at = hours.closing(due_on)?;
    let from_at = hours.opening(hours.next_day(from_on)?)?.min(due_at);
    Some(Window { from_on, due_on, from_at, due_at, expires_at: cal.at(last_on, 1440) })
}

/// An event as planning sees it, whatever it came from.
#[derive(Clone, Debug)]
pub struct EventFacts {
    pub subject_kind: SubjectKind,
    pub subject_id: i64,
    pub customer_id: CustomerId,
    pub fleet: bool,
    pub customer_name: Option<PersonName>,
    pub vehicle_id: Option<VehicleId>,
    /// '' where unknown.
    pub brand: String,
    pub phone_line_id: Option<PhoneLineId>,
    pub visitor: Option<PersonName>,
    /// Of an organisation: whom it named to be asked, with their number.
    pub fleet_contact: Option<(PersonName, PhoneLineId)>,
    pub settled_on: Option<StoreDate>,
    /// Opening date of a repair order, delivery date of a delivery.
    pub opened_on: StoreDate,
    /// When this vehicle was delivered, by any store of the group.
    pub delivered_on: Option<StoreDate>,
    /// How long its store calls it a new car.
    pub new_car_months: u32,
    pub opted_out: bool,
}

impl EventFacts {
    /// The date the rule counts from.
    pub fn event_on(&self, rule: &Rule) -> StoreDate {
        use super::rules::DateField;
        let of = |field: DateField| match field {
            DateField::SettledOn => self.settled_on,
            DateField::OpenedOn | DateField::DeliveredOn => Some(self.opened_on),
        };
        of(rule.event_date.field).or_else(|| rule.event_date.otherwise.and_then(of)).unwrap_or(self.opened_on)
    }

    /// A9.12: new car, repair of a new car (delivered within as many months as the rules say), other repair.
    pub fn class(&self, event_on: StoreDate) -> Class {
        match self.subject_kind {
            SubjectKind::Delivery => Class::NewCar,
            SubjectKind::RepairOrder => repair_class(self.delivered_on, event_on, self.new_car_months),
            SubjectKind::Case => Class::Recall,
        }
    }

    /// C6: 3DC asks the visitor, else the owner; a fleet's visitor, else its contact.
    pub fn person(&self, rule: &Rule) -> Person {
        let visitor = self.visitor.as_ref().filter(|v| self.customer_name.as_ref() != Some(*v));
        for ask in &rule.ask {
            match ask {
                Ask::Visitor => {
                    if let (Some(name), Some(line)) = (visitor, self.phone_line_id) {
                        return Person { key: format!("p{line}"), name: Some(name.clone()), line: Some(line) };
                    }
                }
                Ask::Owner => break,
            }
        }
        // A company does not answer the telephone: whoever it named does, in one call for all that they look after.
        if let Some((name, line)) = self.fleet_contact.as_ref().filter(|_| self.fleet) {
            return Person { key: format!("p{line}"), name: Some(name.clone()), line: Some(*line) };
        }
        // The number beside a visitor is the visitor's.
        let line = self.phone_line_id.filter(|_| visitor.is_none());
        Person { key: format!("c{}", self.customer_id), name: self.customer_name.clone(), line }
    }
}

/// A9.12: a repair of a car that was delivered within so many months before it, or any other.
pub fn repair_class(delivered_on: Option<StoreDate>, event_on: StoreDate, new_car_months: u32) -> Class {
    let months = i32::try_from(new_car_months).unwrap_or(i32::MAX);
    match delivered_on {
        Some(day) if day <= event_on && event_on <= months_after(day, months) => Class::NewCarRepair,
        Some(_) | None => Class::Repair,
    }
}

/// Whom to ask. Tasks with the same key in one store are asked in one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub key: String,
    pub name: Option<PersonName>,
    pub line: Option<PhoneLineId>,
}

/// The same day so many months later; 29 February becomes the 28th.
pub fn months_after(day: StoreDate, months: i32) -> StoreDate {
    StoreDate::from(day.civil().saturating_add(jiff::Span::new().months(months)))
}

/// What speaks against a call, known for the event's customer or person.
#[derive(Copy, Clone, Debug, Default)]
pub struct Against {
    pub case_open: bool,
    pub contacted_at: Option<Millis>,
}

/// What becomes of an event under a rule.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Plan(Window),
    /// Expired before the data came: outside the rates, counted beside them.
    Late(Window),
    Skip(Window, SkipReason),
    /// Before the day from which the store plans, or a store that never opens.
    Nothing,
}

/// Decides one event. `plan_from`: the first event day the store wants follow-ups for.
pub fn decide(
    event: &EventFacts,
    rule: &Rule,
    window: Option<Window>,
    against: Against,
    plan_from: Option<StoreDate>,
    now: Millis,
) -> Decision {
    let Some(window) = window else { return Decision::Nothing };
    if plan_from.is_some_and(|from| event.event_on(rule) < from) {
        return Decision::Nothing;
    }
    if window.expires_at <= now {
        return Decision::Late(window);
    }
    if rule.skip.opted_out && event.opted_out {
        return Decision::Skip(window, SkipReason::OptedOut);
    }
    if rule.skip.case_open && against.case_open {
        return Decision::Skip(window, SkipReason::CaseOpen);
    }
    let days = i64::from(rule.skip.contacted_within_days);
    if days > 0 && against.contacted_at.is_some_and(|at| now.since(at) < days * Millis::DAY) {
        return Decision::Skip(window, SkipReason::ContactedLately);
    }
    Decision::Plan(window)
}
