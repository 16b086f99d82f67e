//! Visits and deliveries on a customer's timeline.

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use kernel::{DeliveryId, RepairOrderId, Result};
use platform::http::{Desk, Ui};

use super::store;
use super::{DeliveryFacts, VisitFacts, VisitState};
use crate::timeline::{Line, Teller, Told};

platform::inventory::submit! { Teller { kinds: &["repair_order"], tell: visits } }
platform::inventory::submit! { Teller { kinds: &["delivery"], tell: deliveries } }

fn visits(desk: Desk, lines: Vec<Line>) -> BoxFuture<'static, Result<HashMap<i64, Told>>> {
    Box::pin(async move {
        let ids: Vec<RepairOrderId> = lines.iter().map(|l| RepairOrderId::new(l.subject)).collect();
        let facts = store::visit_facts(&mut desk.reads(), desk.scope().group, &ids).await?;
        let by: HashMap<i64, &VisitFacts> = facts.iter().map(|f| (f.id.raw(), f)).collect();
        let ui = desk.ui();
        Ok(lines.iter().filter_map(|l| Some((l.id, visit(&ui, by.get(&l.subject)?)))).collect())
    })
}

fn visit(ui: &Ui, f: &VisitFacts) -> Told {
    let mut beside: Vec<String> = f.number.clone().into_iter().collect();
    beside.extend(f.mileage_km.map(|_| ui.km(&f.mileage_km)));
    beside.extend(f.amount_fen.map(|a| a.to_string()));
    let mut detail: Vec<String> = f.items.clone().into_iter().collect();
    detail.extend(f.advisor.clone());
    if f.appointment == Some(true) {
        detail.push(ui.t("order-by-appointment").into_owned());
    }
    detail.extend(f.visitor_name.as_ref().map(|v| ui.k("order-visited-by").s("name", v).to_string()));
    Told {
        title: f.work_type.clone().unwrap_or_else(|| ui.t("timeline-repair-order").into_owned()),
        beside: beside.join(" · "),
        detail: detail.join(" · "),
        more: Vec::new(),
        pill: pill(ui, f.state),
        href: ui.may("customer.edit").then(|| format!("/repair-orders/{}/edit", f.id)),
        struck: f.state == VisitState::Cancelled,
    }
}

fn deliveries(desk: Desk, lines: Vec<Line>) -> BoxFuture<'static, Result<HashMap<i64, Told>>> {
    Box::pin(async move {
        let ids: Vec<DeliveryId> = lines.iter().map(|l| DeliveryId::new(l.subject)).collect();
        let facts = store::delivery_facts(&mut desk.reads(), desk.scope().group, &ids).await?;
        let by: HashMap<i64, &DeliveryFacts> = facts.iter().map(|f| (f.id.raw(), f)).collect();
        let ui = desk.ui();
        Ok(lines.iter().filter_map(|l| Some((l.id, delivery(&ui, by.get(&l.subject)?)))).collect())
    })
}

fn delivery(ui: &Ui, f: &DeliveryFacts) -> Told {
    let mut beside: Vec<String> = f.series.clone().or(f.model.clone()).or(f.brand.clone()).into_iter().collect();
    beside.extend(f.plate.as_ref().map(ToString::to_string));
    beside.extend(f.consultant.clone());
    Told {
        title: ui.t("timeline-delivery").into_owned(),
        beside: beside.join(" · "),
        detail: String::new(),
        more: Vec::new(),
        pill: pill(ui, f.state),
        href: ui.may("customer.edit").then(|| format!("/deliveries/{}/edit", f.id)),
        struck: f.state == VisitState::Cancelled,
    }
}

fn pill(ui: &Ui, state: VisitState) -> Option<(String, String)> {
    match state {
        VisitState::Recorded => None,
        VisitState::Cancelled => Some(("bad".into(), ui.t("visit-cancelled").into_owned())),
    }
}
