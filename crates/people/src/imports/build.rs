//! A row becomes a draft, or is rejected with all its faults.

use super::draft::{BirthdayDraft, ContactDraft, CustomerDraft, DeliveryDraft, Draft, RepairOrderDraft, VisitorDraft};
use super::field::{Field, Kind};
use super::fields::Fields;
use super::note::{Remedy, RowFault};
use kernel::loose::{half_width, parse_bool, parse_gender, says_nothing};
use kernel::{StoreDate, StoreDateTime};

/// `None` where `fields.faults` has something to say.
pub(super) fn build(fields: &mut Fields<'_>) -> Option<Draft> {
    let draft = match fields.layout.kind {
        Kind::RepairOrders => repair_order(fields).map(|draft| Draft::RepairOrder(Box::new(draft))),
        Kind::Deliveries => delivery(fields).map(|draft| Draft::Delivery(Box::new(draft))),
        Kind::Customers => customer(fields).map(|draft| Draft::Customer(Box::new(draft))),
    };
    draft.filter(|_| fields.faults.is_empty())
}

fn repair_order(f: &mut Fields<'_>) -> Option<RepairOrderDraft> {
    let owner = f.owner(Field::Owner);
    let visitor = f.name(Field::Visitor).filter(|name| owner.as_ref() != Some(name));
    let (beside, of_owner, of_visitor) =
        (f.phones(Field::Phone), f.phones(Field::OwnerPhone), f.phones(Field::VisitorPhone));
    let (mut owner_phones, mut visitor_phones) = (of_owner, of_visitor);
    match &visitor {
        Some(_) => visitor_phones.extend(beside),
        None => {
            owner_phones.extend(beside);
            owner_phones.append(&mut visitor_phones);
        }
    }
    owner_phones.dedup();
    if owner_phones.is_empty() && visitor_phones.is_empty() && !f.faults.iter().any(|fault| fault.field.is_phone()) {
        f.note(Field::Phone, "phone.empty");
    }
    let car = f.car(false);
    let (opened_at, settled_at) = times(f);
    let status = f.text(Field::Status);
    let draft = RepairOrderDraft {
        store_code: f.code(Field::StoreCode),
        number: f.code(Field::Number),
        opened_at,
        settled_at,
        work_type: f.text(Field::WorkType),
        owner: f_owner(f, owner, owner_phones)?,
        visitor: visitor.map(|name| VisitorDraft { name, phones: visitor_phones }),
        car,
        mileage_km: f.mileage(),
        estimate: f.money(Field::Estimate),
        amount: f.money(Field::Amount),
        labour: f.money(Field::Labour),
        parts: f.money(Field::Parts),
        advisor: f.text(Field::Advisor),
        items: f.text(Field::Items).map(|text| items(&text)).unwrap_or_default(),
        appointment: flag(f, Field::Appointment),
        cancelled: status.as_deref().is_some_and(is_cancelled),
        status,
        note: f.text(Field::Note),
    };
    if draft.number.is_none() {
        // Then car and opening time are the key.
        if draft.opened_at.is_none() && f.faults.is_empty() {
            f.fault(RowFault::new(Field::Number, "number.empty", "", Remedy::FillIn));
        } else {
            f.note(Field::Number, "number.empty");
        }
    }
    Some(draft)
}

fn f_owner(
    f: &mut Fields<'_>,
    name: Option<kernel::PersonName>,
    phones: Vec<kernel::Phone>,
) -> Option<super::draft::OwnerDraft> {
    let name = name?;
    Some(f.owner_draft(name, phones))
}

/// C6: the settlement counts, else the opening with a warning. One unreadable time is noted while
/// the other is good.
fn times(f: &mut Fields<'_>) -> (Option<StoreDateTime>, Option<StoreDateTime>) {
    let both = [(Field::OpenedAt, f.date(Field::OpenedAt)), (Field::SettledAt, f.date(Field::SettledAt))];
    let any_good = both.iter().any(|(_, found)| matches!(found, Some(Ok(_))));
    let mut silent = true;
    for (field, found) in &both {
        if let Some(Err((code, raw))) = found {
            silent = false;
            if any_good {
                f.note(*field, code);
            } else {
                f.fault(RowFault::new(*field, *code, raw, Remedy::RetypeDate));
            }
        }
    }
    if !any_good && silent {
        f.fault(RowFault::new(Field::SettledAt, "date.empty", "", Remedy::FillIn));
    }
    let [opened, settled] = both.map(|(_, found)| found.and_then(Result::ok));
    if settled.is_none() && opened.is_some() {
        f.note(Field::SettledAt, "date.opening_counts");
    }
    if let (Some(opened), Some(settled)) = (opened, settled)
        && settled.date < opened.date
    {
        f.note(Field::SettledAt, "date.settled_before_opened");
    }
    if settled.or(opened).is_some_and(|at| at.date > f.today) {
        f.note(if settled.is_some() { Field::SettledAt } else { Field::OpenedAt }, "date.future");
    }
    (opened, settled)
}

fn delivery(f: &mut Fields<'_>) -> Option<DeliveryDraft> {
    let owner = f.owner(Field::Owner);
    let mut phones = f.phones(Field::Phone);
    phones.extend(f.phones(Field::OwnerPhone));
    phones.dedup();
    if phones.is_empty() && !f.faults.iter().any(|fault| fault.field.is_phone()) {
        f.note(Field::Phone, "phone.empty");
    }
    let car = f.car(true);
    let delivered_on = match f.date(Field::DeliveredOn) {
        Some(Ok(at)) => Some(at.date),
        Some(Err((code, raw))) => {
            f.fault(RowFault::new(Field::DeliveredOn, code, &raw, Remedy::RetypeDate));
            None
        }
        None => {
            f.fault(RowFault::new(Field::DeliveredOn, "date.empty", "", Remedy::FillIn));
            None
        }
    };
    if delivered_on.is_some_and(|date| date > f.today) {
        f.note(Field::DeliveredOn, "date.future");
    }
    Some(DeliveryDraft {
        store_code: f.code(Field::StoreCode),
        delivered_on: delivered_on?,
        customer_code: f.code(Field::Code),
        owner: f_owner(f, owner, phones)?,
        car,
        consultant: f.text(Field::Consultant),
        price: f.money(Field::Price),
        source: f.text(Field::Source),
        note: f.text(Field::Note),
    })
}

fn customer(f: &mut Fields<'_>) -> Option<CustomerDraft> {
    let field = if f.layout.column(Field::Organisation).is_some()
        && says_nothing(&super::value::text_of(f.cell(Field::Owner)))
    {
        Field::Organisation
    } else {
        Field::Owner
    };
    let owner = f.owner(field);
    let phones = f.phones(Field::Phone);
    let other_phones: Vec<_> =
        f.phones(Field::OtherPhone).into_iter().filter(|phone| !phones.contains(phone)).collect();
    if phones.is_empty() && !f.faults.iter().any(|fault| fault.field.is_phone()) {
        f.note(Field::Phone, "phone.empty");
    }
    // A customer needs no car; a broken VIN or plate is dropped.
    let faults = f.faults.len();
    let car = f.car(false);
    for fault in f.faults.split_off(faults) {
        if fault.code != "vin.empty" {
            f.notes.push(super::note::RowNote { field: fault.field, code: fault.code, arg: fault.arg });
        }
    }
    let car = (car.vin.is_some() || car.plate.is_some()).then_some(car);
    let code = f.code(Field::Code);
    let organisation_sheet = field == Field::Organisation;
    if code.is_none() && phones.is_empty() && car.is_none() && !organisation_sheet && f.faults.is_empty() {
        f.fault(RowFault::new(Field::Phone, "key.empty", "", Remedy::FillIn));
    }
    let mut owner = f_owner(f, owner, phones)?;
    owner.organisation |= organisation_sheet;
    let contact = f.name(Field::Contact);
    Some(CustomerDraft {
        store_code: f.code(Field::StoreCode),
        code,
        owner,
        other_phones,
        gender: gender(f),
        birthday: birthday(f),
        region: f.text(Field::Region),
        preferred_channel: f.text(Field::PreferredChannel),
        preferred_time: f.text(Field::PreferredTime),
        car,
        purchased_on: f.optional_date(Field::PurchasedOn),
        source: f.text(Field::Source),
        credit_code: f.code(Field::CreditCode),
        contact: contact.map(|name| ContactDraft { name, role: f.text(Field::ContactRole) }),
        fleet_size: f
            .text(Field::FleetSize)
            .and_then(|text| half_width(&text).trim_end_matches(['台', '辆']).parse().ok()),
        note: f.text(Field::Note),
    })
}

fn birthday(f: &mut Fields<'_>) -> Option<BirthdayDraft> {
    let mut date = f.optional_date(Field::Birthday)?;
    // `30/5/1` is nobody's future.
    if date > f.today {
        match StoreDate::new(date.year() - 100, date.month(), date.day()) {
            Some(past) => date = past,
            None => {
                f.note(Field::Birthday, "date.future");
                return None;
            }
        }
    }
    let kind = f.text(Field::BirthdayKind).map(|text| half_width(&text)).unwrap_or_default();
    let lunar = ["农历", "農曆", "阴历", "陰曆", "旧历", "lunar"].iter().any(|word| kind.to_lowercase().contains(word));
    Some(BirthdayDraft { date, lunar })
}

fn gender(f: &mut Fields<'_>) -> Option<kernel::loose::Gender> {
    let text = f.text(Field::Gender)?;
    let gender = parse_gender(&text);
    if gender.is_none() && !says_nothing(&text) {
        f.note(Field::Gender, "gender.unknown");
    }
    gender
}

fn flag(f: &mut Fields<'_>, field: Field) -> Option<bool> {
    let text = f.text(field)?;
    let flag = parse_bool(&text);
    if flag.is_none() && !says_nothing(&text) {
        f.note(field, "flag.unknown");
    }
    flag
}

fn is_cancelled(status: &str) -> bool {
    let status = half_width(status).to_lowercase();
    // A column 是否作废 says 是; one named 状态 says 已作废. 未作废 and 否 are neither.
    !status.starts_with('未')
        && (matches!(status.as_str(), "是" | "y" | "yes" | "1" | "true")
            || ["作废", "作廢", "取消", "撤销", "撤銷", "删除", "刪除", "void", "cancel", "deleted"]
                .iter()
                .any(|word| status.contains(word)))
}

fn items(text: &str) -> Vec<String> {
    let parts = text.split(['、', ';', '；', '\n', '\r']);
    parts.map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).take(50).collect()
}
