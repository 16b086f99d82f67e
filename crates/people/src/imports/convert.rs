//! A draft of a row as what intake takes in.

use super::draft::{CarDraft, CustomerDraft, DeliveryDraft, Draft, OwnerDraft, RepairOrderDraft};
use crate::customers::BirthdayKind;
use crate::intake::input::{CarIn, OwnerIn};
use crate::intake::{ContactIn, CustomerIn, DeliveryIn, RepairOrderIn, VisitorIn};
use kernel::StoreDate;

pub(super) fn car(draft: CarDraft) -> CarIn {
    let CarDraft { vin, plate, brand, series, model, colour } = draft;
    CarIn { vin, plate, brand, series, model, colour }
}

fn owner(draft: OwnerDraft) -> OwnerIn {
    OwnerIn { name: Some(draft.name), organisation: draft.organisation, phones: draft.phones }
}

pub(super) fn order(draft: RepairOrderDraft) -> RepairOrderIn {
    RepairOrderIn {
        number: draft.number,
        opened: draft.opened_at,
        settled: draft.settled_at,
        customer_code: None,
        owner: owner(draft.owner),
        visitor: draft.visitor.map(|v| VisitorIn { name: v.name, phones: v.phones }),
        car: car(draft.car),
        work_type: draft.work_type,
        items: draft.items,
        mileage_km: draft.mileage_km,
        estimate: draft.estimate,
        amount: draft.amount,
        labour: draft.labour,
        parts: draft.parts,
        advisor: draft.advisor,
        appointment: draft.appointment,
        cancelled: draft.cancelled,
    }
}

pub(super) fn delivery(draft: DeliveryDraft) -> DeliveryIn {
    DeliveryIn {
        delivered_on: draft.delivered_on,
        customer_code: draft.customer_code,
        owner: owner(draft.owner),
        car: car(draft.car),
        consultant: draft.consultant,
        price: draft.price,
        note: draft.note,
        cancelled: false,
    }
}

pub(super) fn customer(draft: CustomerDraft) -> CustomerIn {
    let kind = |lunar| if lunar { BirthdayKind::Lunar } else { BirthdayKind::Solar };
    CustomerIn {
        code: draft.code,
        owner: owner(draft.owner),
        other_phones: draft.other_phones,
        contact: draft.contact.map(|c| ContactIn { name: c.name }),
        gender: draft.gender.map(Into::into),
        birthday: draft.birthday.map(|b| (b.date, kind(b.lunar))),
        region: draft.region,
        channel: draft.preferred_channel,
        best_time: draft.preferred_time,
        source: draft.source,
        credit_code: draft.credit_code,
        note: draft.note,
        car: draft.car.map(car),
        purchased_on: draft.purchased_on,
    }
}

impl Draft {
    /// The day from which a follow-up counts; customer files have none.
    pub fn event_date(&self) -> Option<StoreDate> {
        match self {
            Draft::RepairOrder(draft) => draft.event_date(),
            Draft::Delivery(draft) => Some(draft.delivered_on),
            Draft::Customer(_) => None,
        }
    }

    pub fn store_code(&self) -> Option<&str> {
        match self {
            Draft::RepairOrder(draft) => draft.store_code.as_deref(),
            Draft::Delivery(draft) => draft.store_code.as_deref(),
            Draft::Customer(draft) => draft.store_code.as_deref(),
        }
    }

    pub fn kind(&self) -> super::field::Kind {
        match self {
            Draft::RepairOrder(_) => super::field::Kind::RepairOrders,
            Draft::Delivery(_) => super::field::Kind::Deliveries,
            Draft::Customer(_) => super::field::Kind::Customers,
        }
    }
}
