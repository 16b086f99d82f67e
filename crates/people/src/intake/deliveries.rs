//! Rows of deliveries.

use kernel::{CustomerId, GroupId, Result, StoreId};
use platform::db::Sql;
use serde_json::json;

use super::cars::{CarNews, FoundCar};
use super::changes::Entity;
use super::input::DeliveryIn;
use super::known::{Known, Wanted};
use super::ledger::Ledger;
use super::people::PersonIn;
use super::verdict::{How, Kind, Match, News, Verdict};
use super::{Incoming, ask_car, ask_owner, keys};
use crate::customers::SightWhy;
use crate::timeline;
use crate::vehicles::VisitState;
use crate::vehicles::store::{self as garage, DeliveryRow};

impl Incoming for DeliveryIn {
    const WHY: SightWhy = SightWhy::Delivery;

    fn key(&self) -> Option<String> {
        Some(keys::delivery(self))
    }

    async fn load_records(
        known: &mut Known,
        q: &mut impl Sql,
        group: GroupId,
        store: StoreId,
        rows: &[Self],
    ) -> Result<()> {
        let keys: Vec<String> = rows.iter().map(keys::delivery).filter(|k| !known.deliveries.contains_key(k)).collect();
        for delivery in garage::deliveries_by_key(q, group, store, &keys).await? {
            known.deliveries.insert(delivery.business_key.clone(), delivery);
        }
        Ok(())
    }

    fn is_same(&self, known: &Known) -> bool {
        known.deliveries.get(&keys::delivery(self)).is_some_and(|d| d.content_hash == keys::delivery_hash(self))
    }

    fn ask(&self, known: &Known, wanted: &mut Wanted) {
        wanted.codes.extend(self.customer_code.clone());
        ask_owner(&self.owner, wanted);
        ask_car(&self.car, wanted);
        if let Some(delivery) = known.deliveries.get(&keys::delivery(self)) {
            wanted.customers.insert(delivery.customer_id);
            wanted.cars.insert(delivery.vehicle_id);
        }
    }

    fn judge(&self, ledger: &mut Ledger<'_>, row: usize) -> Verdict {
        let (key, hash) = (keys::delivery(self), keys::delivery_hash(self));
        let Some(known) = ledger.known.deliveries.get(&key) else {
            if self.cancelled {
                return Verdict::new(Kind::Cancelled, Match { customer: None, how: How::Known });
            }
            return self.record(ledger, row, key, hash);
        };
        let mut verdict = Verdict::new(Kind::Same, Match { customer: Some(known.customer_id), how: How::Known });
        verdict.subject = Some(known.id.raw());
        verdict.seen_version = Some(known.version);
        if known.content_hash == hash || (self.cancelled && known.state == VisitState::Cancelled) {
            return verdict;
        }
        if self.cancelled {
            cancel(ledger, row, &key, hash, &mut verdict);
        } else {
            self.change(ledger, row, &key, hash, &mut verdict);
        }
        verdict
    }
}

fn cancel(ledger: &mut Ledger<'_>, row: usize, key: &str, hash: String, verdict: &mut Verdict) {
    let Some(delivery) = ledger.known.deliveries.get_mut(key) else { return };
    let at = (row, Entity::Delivery, delivery.id.raw());
    let made = &mut ledger.made;
    Ledger::turn(made, at, "state", &mut delivery.state, VisitState::Cancelled);
    Ledger::turn(made, at, "content_hash", &mut delivery.content_hash, hash);
    Ledger::turn(made, at, "updated_at", &mut delivery.updated_at, ledger.now);
    delivery.version += 1;
    made.changed_deliveries.insert(key.to_owned());
    made.cancelled_deliveries.push(delivery.id);
    verdict.kind = Kind::Cancelled;
    verdict.fields = vec!["state"];
}

impl DeliveryIn {
    fn said(&self) -> PersonIn<'_> {
        PersonIn {
            code: self.customer_code.as_deref(),
            name: self.owner.name.as_ref(),
            organisation: self.owner.organisation,
            phones: &self.owner.phones,
            beside: None,
        }
    }

    fn news(&self) -> CarNews {
        CarNews { day: Some(self.delivered_on), mileage_km: None, purchased_on: Some(self.delivered_on) }
    }

    fn record(&self, ledger: &mut Ledger<'_>, row: usize, key: String, hash: String) -> Verdict {
        let mut verdict = Verdict::new(Kind::New, Match { customer: None, how: How::New });
        let found = ledger.find_car(&self.car);
        let placed = ledger.person(row, self.said(), found, None, &mut verdict);
        let found = ledger.same_car(found, &self.car, placed.customer);
        let Some(car) = ledger.settle_car(row, found, &self.car, self.news(), &mut verdict) else {
            // Nothing names the car: not a delivery. The importer refuses such rows before they come here.
            verdict.kind = Kind::Same;
            return verdict;
        };
        ledger.delivery_owner(row, car, placed.customer, self.delivered_on);
        let delivery = DeliveryRow {
            id: ledger.new_id(),
            group_id: ledger.group,
            store_id: ledger.store,
            business_key: key.clone(),
            customer_id: placed.customer,
            vehicle_id: car,
            phone_line_id: placed.line,
            delivered_on: self.delivered_on,
            consultant: self.consultant.clone(),
            price_fen: self.price,
            note: self.note.clone(),
            state: VisitState::Recorded,
            content_hash: hash,
            version: 1,
            created_at: ledger.now,
            updated_at: ledger.now,
            import_id: ledger.import,
        };
        verdict.subject = Some(delivery.id.raw());
        verdict.news = Some(news_of(&delivery));
        ledger.made.created(row, Entity::Delivery, delivery.id.raw());
        ledger.made.timeline.push(timeline::Entry {
            customer: placed.customer,
            store: Some(ledger.store),
            at: ledger.instant(delivery.delivered_on, None),
            kind: "delivery",
            subject: delivery.id.raw(),
            args: json!({}),
            import: ledger.import,
        });
        ledger.known.deliveries.insert(key.clone(), delivery);
        ledger.made.new_deliveries.push(key);
        verdict
    }

    fn change(&self, ledger: &mut Ledger<'_>, row: usize, key: &str, hash: String, verdict: &mut Verdict) {
        let Some(mut delivery) = ledger.known.deliveries.get(key).cloned() else { return };
        let owner: CustomerId = delivery.customer_id;
        let car = delivery.vehicle_id;
        let own = FoundCar { id: car, by_vin: true };
        let placed = ledger.person(row, self.said(), Some(own), Some(owner), verdict);
        ledger.settle_car(row, Some(car), &self.car, self.news(), verdict);
        let at = (row, Entity::Delivery, delivery.id.raw());
        let mut fields = Vec::new();
        macro_rules! take {
            ($field:ident, $value:expr) => {
                if Ledger::turn(&mut ledger.made, at, stringify!($field), &mut delivery.$field, $value) {
                    fields.push(stringify!($field));
                }
            };
        }
        macro_rules! told {
            ($field:ident, $value:expr) => {
                if let Some(value) = $value {
                    take!($field, Some(value));
                }
            };
        }
        take!(state, VisitState::Recorded);
        take!(customer_id, placed.customer);
        told!(phone_line_id, placed.line);
        told!(consultant, self.consultant.clone());
        told!(price_fen, self.price);
        told!(note, self.note.clone());
        if fields.is_empty() {
            return;
        }
        if delivery.customer_id != owner {
            ledger.delivery_owner(row, car, delivery.customer_id, self.delivered_on);
            ledger.made.moved.push((owner, "delivery", delivery.id.raw(), delivery.customer_id));
        }
        Ledger::turn(&mut ledger.made, at, "content_hash", &mut delivery.content_hash, hash);
        Ledger::turn(&mut ledger.made, at, "updated_at", &mut delivery.updated_at, ledger.now);
        delivery.version += 1;
        ledger.made.changed_deliveries.insert(key.to_owned());
        verdict.news = Some(news_of(&delivery));
        ledger.known.deliveries.insert(key.to_owned(), delivery);
        verdict.kind = Kind::Changed;
        verdict.fields = fields;
    }
}

fn news_of(delivery: &DeliveryRow) -> News {
    News {
        subject: Some(delivery.id.raw()),
        customer: Some(delivery.customer_id),
        visitor: None,
        line: delivery.phone_line_id,
        opened_on: delivery.delivered_on,
        settled_on: None,
    }
}
