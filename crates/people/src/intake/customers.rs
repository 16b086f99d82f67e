//! Rows of customer files.

use kernel::{GroupId, Result, StoreId};
use platform::db::Sql;

use super::changes::Entity;
use super::input::CustomerIn;
use super::known::{Known, Wanted};
use super::ledger::Ledger;
use super::people::PersonIn;
use super::verdict::{How, Kind, Match, Note, Verdict};
use super::{Incoming, ask_car, ask_owner, cars::CarNews};
use crate::customers::{ContactRole, SightWhy};
use crate::vehicles::OwnershipWhy;

impl Incoming for CustomerIn {
    const WHY: SightWhy = SightWhy::Import;

    /// A person may stand in several lines, one per car: none replaces another.
    fn key(&self) -> Option<String> {
        None
    }

    async fn load_records(_: &mut Known, _: &mut impl Sql, _: GroupId, _: StoreId, _: &[Self]) -> Result<()> {
        Ok(())
    }

    /// Only the match can tell.
    fn is_same(&self, _: &Known) -> bool {
        false
    }

    fn ask(&self, _: &Known, wanted: &mut Wanted) {
        wanted.codes.extend(self.code.clone());
        ask_owner(&self.owner, wanted);
        wanted.digits.extend(self.other_phones.iter().map(|p| p.expose().to_owned()));
        if let Some(car) = &self.car {
            ask_car(car, wanted);
        }
    }

    fn judge(&self, ledger: &mut Ledger<'_>, row: usize) -> Verdict {
        let mut verdict = Verdict::new(Kind::Same, Match { customer: None, how: How::New });
        let before = ledger.made.journal.len();
        let found = self.car.as_ref().and_then(|c| ledger.find_car(c));
        // Of an organisation the numbers beside the owner are its contact's.
        let with_contact = self.contact.as_ref().filter(|_| self.owner.organisation);
        let said = PersonIn {
            code: self.code.as_deref(),
            name: self.owner.name.as_ref(),
            organisation: self.owner.organisation,
            phones: if with_contact.is_some() { &[] } else { &self.owner.phones },
            beside: with_contact.map(|c| (&c.name, self.owner.phones.as_slice(), ContactRole::Contact)),
        };
        let placed = ledger.person(row, said, found, None, &mut verdict);
        let found = self.car.as_ref().and_then(|c| ledger.same_car(found, c, placed.customer));
        let id = placed.customer;
        verdict.subject = Some(id.raw());
        verdict.seen_version =
            (placed.how != How::New).then(|| ledger.known.customers.get(&id).map(|c| c.version)).flatten();
        for phone in &self.other_phones {
            ledger.put_phone(row, id, phone, None);
        }
        self.fill(ledger, row, placed.how == How::New, &mut verdict);
        if let Some(car) = &self.car {
            let news = CarNews { day: None, mileage_km: None, purchased_on: self.purchased_on };
            if let Some(car) = ledger.settle_car(row, found, car, news, &mut verdict) {
                let day = self.purchased_on.unwrap_or_else(|| ledger.today());
                ledger.visit_owner(row, car, id, day, OwnershipWhy::Import, &mut verdict);
            }
        }
        verdict.kind = match (placed.how, ledger.made.journal.len() - before) {
            (How::New, _) => Kind::New,
            (_, 0) => Kind::Same,
            _ => Kind::Changed,
        };
        if verdict.kind == Kind::Changed {
            verdict.fields = changed_fields(ledger, before);
        }
        verdict
    }
}

/// Columns and kinds of things that the row touched, each once.
fn changed_fields(ledger: &Ledger<'_>, before: usize) -> Vec<&'static str> {
    let mut fields = Vec::new();
    for change in &ledger.made.journal[before..] {
        let field = match (change.entity, change.field.as_deref()) {
            (Entity::Customer, Some("name" | "name_key")) => "name",
            (Entity::Customer, Some("gender")) => "gender",
            (Entity::Customer, Some("birthday" | "birthday_kind")) => "birthday",
            (Entity::Customer, Some("region")) => "region",
            (Entity::Customer, Some("channel")) => "channel",
            (Entity::Customer, Some("best_time")) => "best_time",
            (Entity::Customer, Some("source")) => "source",
            (Entity::Customer, Some("credit_code")) => "credit_code",
            (Entity::Customer, Some("note")) => "note",
            (Entity::Customer, _) => continue,
            (Entity::Phone, _) => "phone",
            (Entity::Code, _) => "code",
            (Entity::Sight, _) => "store",
            (Entity::Vehicle | Entity::Ownership, _) => "car",
            (Entity::RepairOrder | Entity::Delivery, _) => continue,
        };
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}

impl CustomerIn {
    /// What is missing is filled in; region, channel, time and note follow the file; who somebody is stays as known.
    fn fill(&self, ledger: &mut Ledger<'_>, row: usize, new: bool, verdict: &mut Verdict) {
        let Some(id) = verdict.customer.customer else { return };
        let Some(c) = ledger.known.customers.get_mut(&id) else { return };
        let at = (row, Entity::Customer, id.raw());
        let made = &mut ledger.made;
        let journaled = made.journal.len();
        let mut turned = false;
        for (field, slot, value) in [
            ("region", &mut c.region, &self.region),
            ("channel", &mut c.channel, &self.channel),
            ("best_time", &mut c.best_time, &self.best_time),
            ("note", &mut c.note, &self.note),
        ] {
            if value.is_some() {
                turned |= Ledger::turn(made, at, field, slot, value.clone());
            }
        }
        for (field, slot, value) in
            [("source", &mut c.source, &self.source), ("credit_code", &mut c.credit_code, &self.credit_code)]
        {
            if slot.is_none() && value.is_some() {
                turned |= Ledger::turn(made, at, field, slot, value.clone());
            }
        }
        if let Some((day, kind)) = self.birthday {
            if c.birthday.is_none() {
                turned |= Ledger::turn(made, at, "birthday", &mut c.birthday, Some(day));
                turned |= Ledger::turn(made, at, "birthday_kind", &mut c.birthday_kind, Some(kind));
            } else if c.birthday != Some(day) {
                verdict.notes.push(Note::bare("birthday-kept"));
            }
        }
        if let Some(gender) = self.gender {
            if c.gender.is_none() {
                turned |= Ledger::turn(made, at, "gender", &mut c.gender, Some(gender));
            } else if c.gender != Some(gender) {
                verdict.notes.push(Note::bare("gender-kept"));
            }
        }
        if new {
            // It goes as a whole with the customer.
            made.journal.truncate(journaled);
        } else if turned {
            ledger.touch_customer(row, id);
        }
    }
}
