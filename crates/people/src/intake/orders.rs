//! Rows of repair orders.

use kernel::{CustomerId, GroupId, Result, StoreId};
use platform::db::Sql;
use serde_json::json;

use super::cars::{CarNews, FoundCar};
use super::changes::Entity;
use super::input::RepairOrderIn;
use super::known::{Known, Wanted};
use super::ledger::Ledger;
use super::people::PersonIn;
use super::verdict::{How, Kind, Match, News, Verdict};
use super::{Incoming, ask_car, keys};
use crate::customers::{ContactRole, SightWhy};
use crate::timeline;
use crate::vehicles::store::{self as garage, OrderRow};
use crate::vehicles::{OwnershipWhy, VisitState};

impl Incoming for RepairOrderIn {
    const WHY: SightWhy = SightWhy::Visit;

    fn key(&self) -> Option<String> {
        Some(keys::order(self))
    }

    async fn load_records(
        known: &mut Known,
        q: &mut impl Sql,
        group: GroupId,
        store: StoreId,
        rows: &[Self],
    ) -> Result<()> {
        let keys: Vec<String> = rows.iter().map(keys::order).filter(|k| !known.orders.contains_key(k)).collect();
        for order in garage::orders_by_key(q, group, store, &keys).await? {
            known.orders.insert(order.business_key.clone(), order);
        }
        Ok(())
    }

    fn is_same(&self, known: &Known) -> bool {
        known.orders.get(&keys::order(self)).is_some_and(|o| o.content_hash == keys::order_hash(self))
    }

    fn ask(&self, known: &Known, wanted: &mut Wanted) {
        wanted.codes.extend(self.customer_code.clone());
        super::ask_owner(&self.owner, wanted);
        wanted.digits.extend(self.visitor.iter().flat_map(|v| &v.phones).map(|p| p.expose().to_owned()));
        ask_car(&self.car, wanted);
        if let Some(order) = known.orders.get(&keys::order(self)) {
            wanted.customers.insert(order.customer_id);
            wanted.cars.extend(order.vehicle_id);
        }
    }

    fn judge(&self, ledger: &mut Ledger<'_>, row: usize) -> Verdict {
        let (key, hash) = (keys::order(self), keys::order_hash(self));
        let Some(known) = ledger.known.orders.get(&key) else {
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
            self.cancel(ledger, row, &key, hash, &mut verdict);
        } else {
            self.change(ledger, row, &key, hash, &mut verdict);
        }
        verdict
    }
}

impl RepairOrderIn {
    fn said(&self) -> PersonIn<'_> {
        PersonIn {
            code: self.customer_code.as_deref(),
            name: self.owner.name.as_ref(),
            organisation: self.owner.organisation,
            phones: &self.owner.phones,
            beside: self.visitor.as_ref().map(|v| (&v.name, v.phones.as_slice(), ContactRole::Visitor)),
        }
    }

    fn items_text(&self) -> Option<String> {
        (!self.items.is_empty()).then(|| self.items.join("、"))
    }

    fn news(&self) -> CarNews {
        let day = self.opened.or(self.settled).map(|at| at.date);
        CarNews { day, mileage_km: self.mileage_km, purchased_on: None }
    }

    fn record(&self, ledger: &mut Ledger<'_>, row: usize, key: String, hash: String) -> Verdict {
        let mut verdict = Verdict::new(Kind::New, Match { customer: None, how: How::New });
        let Some(opened) = self.opened.or(self.settled) else {
            // Nothing dates it: not a visit. The importer refuses such rows before they come here.
            verdict.kind = Kind::Same;
            return verdict;
        };
        let found = ledger.find_car(&self.car);
        let placed = ledger.person(row, self.said(), found, None, &mut verdict);
        let found = ledger.same_car(found, &self.car, placed.customer);
        let car = ledger.settle_car(row, found, &self.car, self.news(), &mut verdict);
        if let Some(car) = car {
            ledger.visit_owner(row, car, placed.customer, opened.date, OwnershipWhy::Visit, &mut verdict);
        }
        let minute = |at: Option<kernel::StoreDateTime>| at.and_then(|a| a.time).map(|t| i64::from(t.minute_of_day()));
        let order = OrderRow {
            id: ledger.new_id(),
            group_id: ledger.group,
            store_id: ledger.store,
            business_key: key.clone(),
            number: self.number.clone(),
            customer_id: placed.customer,
            vehicle_id: car,
            visitor_name: placed.visitor,
            phone_line_id: placed.line,
            opened_on: opened.date,
            opened_min: minute(Some(opened)),
            settled_on: self.settled.map(|at| at.date),
            settled_min: minute(self.settled),
            work_type: self.work_type.clone(),
            items: self.items_text(),
            mileage_km: self.mileage_km,
            estimate_fen: self.estimate,
            amount_fen: self.amount,
            labour_fen: self.labour,
            parts_fen: self.parts,
            advisor: self.advisor.clone(),
            appointment: self.appointment,
            state: VisitState::Recorded,
            content_hash: hash,
            version: 1,
            created_at: ledger.now,
            updated_at: ledger.now,
            import_id: ledger.import,
        };
        verdict.subject = Some(order.id.raw());
        verdict.news = Some(news_of(&order));
        ledger.made.created(row, Entity::RepairOrder, order.id.raw());
        ledger.made.timeline.push(timeline::Entry {
            customer: placed.customer,
            store: Some(ledger.store),
            at: ledger.instant(order.opened_on, order.opened_min),
            kind: "repair_order",
            subject: order.id.raw(),
            args: json!({}),
            import: ledger.import,
        });
        ledger.known.orders.insert(key.clone(), order);
        ledger.made.new_orders.push(key);
        verdict
    }

    fn cancel(&self, ledger: &mut Ledger<'_>, row: usize, key: &str, hash: String, verdict: &mut Verdict) {
        let Some(order) = ledger.known.orders.get_mut(key) else { return };
        let at = (row, Entity::RepairOrder, order.id.raw());
        let made = &mut ledger.made;
        Ledger::turn(made, at, "state", &mut order.state, VisitState::Cancelled);
        Ledger::turn(made, at, "content_hash", &mut order.content_hash, hash);
        Ledger::turn(made, at, "updated_at", &mut order.updated_at, ledger.now);
        order.version += 1;
        made.changed_orders.insert(key.to_owned());
        made.cancelled_orders.push(order.id);
        verdict.kind = Kind::Cancelled;
        verdict.fields = vec!["state"];
    }

    fn change(&self, ledger: &mut Ledger<'_>, row: usize, key: &str, hash: String, verdict: &mut Verdict) {
        let Some(mut order) = ledger.known.orders.get(key).cloned() else { return };
        let owner: CustomerId = order.customer_id;
        let own = order.vehicle_id.filter(|_| self.car.vin.is_none()).map(|id| FoundCar { id, by_vin: true });
        let found = ledger.find_car(&self.car).or(own);
        let placed = ledger.person(row, self.said(), found, Some(owner), verdict);
        let found = ledger.same_car(found, &self.car, placed.customer);
        let car = ledger.settle_car(row, found, &self.car, self.news(), verdict);
        if let (Some(car), Some(day)) = (car, self.news().day) {
            ledger.visit_owner(row, car, placed.customer, day, OwnershipWhy::Visit, verdict);
        }
        let at = (row, Entity::RepairOrder, order.id.raw());
        let made = &mut ledger.made;
        let mut fields = Vec::new();
        macro_rules! take {
            ($field:ident, $value:expr) => {
                if Ledger::turn(made, at, stringify!($field), &mut order.$field, $value) {
                    fields.push(stringify!($field));
                }
            };
        }
        // What the row does not say stays as it is.
        macro_rules! told {
            ($field:ident, $value:expr) => {
                if let Some(value) = $value {
                    take!($field, Some(value));
                }
            };
        }
        take!(state, VisitState::Recorded);
        take!(customer_id, placed.customer);
        told!(vehicle_id, car);
        told!(visitor_name, placed.visitor);
        told!(phone_line_id, placed.line);
        if let Some(opened) = self.opened {
            take!(opened_on, opened.date);
            told!(opened_min, opened.time.map(|t| i64::from(t.minute_of_day())));
        }
        if let Some(settled) = self.settled {
            take!(settled_on, Some(settled.date));
            told!(settled_min, settled.time.map(|t| i64::from(t.minute_of_day())));
        }
        told!(work_type, self.work_type.clone());
        told!(items, self.items_text());
        told!(mileage_km, self.mileage_km);
        told!(estimate_fen, self.estimate);
        told!(amount_fen, self.amount);
        told!(labour_fen, self.labour);
        told!(parts_fen, self.parts);
        told!(advisor, self.advisor.clone());
        told!(appointment, self.appointment);
        if fields.is_empty() {
            return;
        }
        Ledger::turn(made, at, "content_hash", &mut order.content_hash, hash);
        Ledger::turn(made, at, "updated_at", &mut order.updated_at, ledger.now);
        order.version += 1;
        if order.customer_id != owner {
            made.moved.push((owner, "repair_order", order.id.raw(), order.customer_id));
        }
        made.changed_orders.insert(key.to_owned());
        verdict.news = Some(news_of(&order));
        ledger.known.orders.insert(key.to_owned(), order);
        verdict.kind = Kind::Changed;
        verdict.fields = fields;
    }
}

fn news_of(order: &OrderRow) -> News {
    News {
        subject: Some(order.id.raw()),
        customer: Some(order.customer_id),
        visitor: order.visitor_name.clone(),
        line: order.phone_line_id,
        opened_on: order.opened_on,
        settled_on: order.settled_on,
    }
}
