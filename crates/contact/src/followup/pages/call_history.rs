//! What was before: visits, calls and cases of the customer, newest first.

use kernel::{DeliveryId, RepairOrderId, Result};
use people::timeline::{self, Line};
use people::vehicles::{self, DeliveryFacts, VisitFacts};
use platform::http::{Desk, Ui};
use platform::i18n::{self, Arg};
use serde_json::Value;

use super::call_data::CallData;

/// Rows on the screen.
const SHOWN: i64 = 8;

pub struct Past {
    pub day: String,
    pub text: String,
    pub more: Option<String>,
}

/// # Errors
/// As the database answers.
pub async fn load(desk: &Desk, data: &CallData) -> Result<Vec<Past>> {
    let scope = desk.scope();
    let mut q = desk.reads();
    let lines = timeline::of(&mut q, scope, data.customer_id(), None, SHOWN).await?;
    let of = |kind: &str| lines.iter().filter(|l| l.kind == kind).map(|l| l.subject).collect::<Vec<_>>();
    let orders: Vec<RepairOrderId> = of("repair_order").into_iter().map(RepairOrderId::new).collect();
    let deliveries: Vec<DeliveryId> = of("delivery").into_iter().map(DeliveryId::new).collect();
    let orders = vehicles::visit_facts(&mut q, scope.group, &orders).await?;
    let deliveries = vehicles::delivery_facts(&mut q, scope.group, &deliveries).await?;
    let ui = desk.ui();
    Ok(lines.iter().filter_map(|line| past(&ui, data, line, &orders, &deliveries)).collect())
}

fn past(ui: &Ui, data: &CallData, line: &Line, orders: &[VisitFacts], deliveries: &[DeliveryFacts]) -> Option<Past> {
    let day = ui.date(&data.context.cal.date_of(line.at));
    let (text, more) = match line.kind.as_str() {
        "repair_order" => {
            let order = orders.iter().find(|o| o.id.raw() == line.subject)?;
            let what = order.items.clone().or_else(|| order.work_type.clone());
            (what.unwrap_or_else(|| ui.t("call-past-visit").into_owned()), order.advisor.clone())
        }
        "delivery" => {
            let delivery = deliveries.iter().find(|d| d.id.raw() == line.subject)?;
            let model = delivery.model.clone().or_else(|| delivery.series.clone()).unwrap_or_default();
            (ui.k("call-past-delivery").s("model", model).to_string(), delivery.consultant.clone())
        }
        "call" => {
            let outcome = line.args.get("outcome").and_then(Value::as_str).and_then(|k| data.outcomes.body.get(k))?;
            (ui.k("call-past-call").s("outcome", ui.label(&outcome.label)).to_string(), None)
        }
        kind => (told(ui, kind, &line.args)?, None),
    };
    Some(Past { day, text, more })
}

/// The sentence of another capability's event; what has no words yet is left out.
fn told(ui: &Ui, kind: &str, args: &Value) -> Option<String> {
    let key = format!("timeline-{}", kind.replace('_', "-"));
    if !i18n::has(ui.locale(), &key) {
        return None;
    }
    let given: Vec<(&str, Arg)> = args
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| {
            let arg = match value {
                Value::Number(n) => Arg::Number(n.as_i64()?),
                Value::String(text) => Arg::Text(text.clone()),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
            };
            Some((name.as_str(), arg))
        })
        .collect();
    Some(i18n::text(ui.locale(), &key, &given).into_owned())
}
