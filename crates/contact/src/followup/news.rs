//! What notifications are about: wishes for appointments and praise, as far as whoever was told may read them now.

use std::collections::HashMap;

use kernel::{Cap, CustomerId, Reach, Result, Scope, VehicleId};
use platform::db::Sql;

use super::pages::car;
use super::{people_port, store};

/// Who and which car, and the customer's words.
#[derive(Clone, Debug, Default)]
pub struct News {
    pub customer: Option<String>,
    pub vehicle: Option<String>,
    pub words: String,
}

/// Wishes of one store, whose scope this is, by id.
/// # Errors
/// As the database answers.
pub async fn wishes(q: &mut impl Sql, scope: &Scope, ids: &[i64]) -> Result<HashMap<i64, News>> {
    let (true, Some(at)) = (scope.may(Cap::CaseHandle) || scope.may(Cap::CallWork), scope.store) else {
        return Ok(HashMap::new());
    };
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = store::some_wishes(q, scope.group, at, ids).await?;
    let customers: Vec<CustomerId> = found.iter().map(|w| w.customer_id).collect();
    let cars: Vec<VehicleId> = found.iter().filter_map(|w| w.vehicle_id).collect();
    let names = people_port::names(q, scope.group, &customers, &cars).await?;
    let news = |w: store::Wish| {
        let vehicle = w.vehicle_id.and_then(|v| names.vehicles.get(&v));
        let news = News {
            customer: names.customers.get(&w.customer_id).map(|c| c.name.clone()),
            vehicle: vehicle.and_then(|v| car(v.plate.as_ref(), v.series.as_deref())),
            words: w.wish,
        };
        (w.id, news)
    };
    Ok(found.into_iter().map(news).collect())
}

/// Praise of the scope's person, by call. Who said it is for those who may see every customer of the store.
/// # Errors
/// As the database answers.
pub async fn praise(q: &mut impl Sql, scope: &Scope, calls: &[i64]) -> Result<HashMap<i64, News>> {
    let (Some(user), Some(at)) = (scope.user, scope.store) else { return Ok(HashMap::new()) };
    if calls.is_empty() {
        return Ok(HashMap::new());
    }
    let found = store::praise_in(q, scope.group, at, user, calls).await?;
    let sees = scope.reach(Cap::CustomerRead) >= Some(Reach::Store);
    let customers: Vec<CustomerId> = found.iter().filter(|_| sees).map(|p| p.customer_id).collect();
    let names = people_port::briefs(q, scope.group, &customers).await?;
    let news = |p: store::Praise| {
        let customer = names.get(&p.customer_id).map(|c| c.name.clone());
        (p.id, News { customer, vehicle: None, words: p.text })
    };
    Ok(found.into_iter().map(news).collect())
}
