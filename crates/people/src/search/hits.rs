//! From a text to customers: candidates from the index, checked on their rows, the closest first.

use std::collections::HashMap;

use kernel::{Cap, CustomerId, Phone, Result, Scope};
use platform::db::Reads;

use super::query::{self, Class};
use super::{Hit, OpenContacts, store, tokens};
use crate::customers::{self, Sight, store::LineRow};
use crate::vehicles::{self, OwnedCar};

/// How many candidates are looked at for one answer.
const DEPTH: i64 = 200;

/// Customers of the scope's stores that the text may mean: exact before beginning before the rest, the youngest first.
/// Without the right to reveal, digits count only at the end of a number.
/// # Errors
/// As the database answers.
pub async fn find(q: &mut Reads, scope: &Scope, text: &str, limit: usize) -> Result<Vec<Hit>> {
    let classes = query::classes(text);
    let sight = Sight::of(scope);
    let stores: Vec<String> = match &sight {
        Sight::Group => vec![tokens::group(scope.group)],
        Sight::Stores(list) => list.iter().map(|s| tokens::store(*s)).collect(),
    };
    if classes.is_empty() || stores.is_empty() {
        return Ok(Vec::new());
    }
    let reveal = scope.may(Cap::CustomerReveal);
    let mut ids: Vec<CustomerId> = Vec::new();
    if classes.iter().any(|c| matches!(c, Class::Name(_))) {
        let said = kernel::PersonName::parse(text).map(|n| n.expose().to_owned()).unwrap_or_default();
        ids.extend(store::named(q, scope.group, &said, &sight, DEPTH).await?);
        let starts: Vec<_> = classes.iter().filter_map(Class::beginning).collect();
        if ids.len() < limit && !starts.is_empty() {
            ids.extend(store::candidates(q, &starts, &stores, DEPTH).await?);
        }
    }
    if ids.len() < limit {
        let ways: Vec<_> = classes.iter().flat_map(|c| c.wanted(reveal)).collect();
        if !ways.is_empty() {
            ids.extend(store::candidates(q, &ways, &stores, DEPTH).await?);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    let mut ranked = check(q, scope, &classes, &ids, reveal).await?;
    ranked.sort_by_key(|(rank, hit)| (*rank, std::cmp::Reverse(hit.customer)));
    ranked.truncate(limit);
    let mut hits: Vec<Hit> = ranked.into_iter().map(|(_, hit)| hit).collect();
    mark_open(q, scope, &mut hits).await?;
    Ok(hits)
}

async fn mark_open(q: &Reads, scope: &Scope, hits: &mut [Hit]) -> Result<()> {
    let Some(store) = scope.store else { return Ok(()) };
    let ids: Vec<CustomerId> = hits.iter().map(|h| h.customer).collect();
    if ids.is_empty() {
        return Ok(());
    }
    for teller in inventory::iter::<OpenContacts> {
        let open = (teller.of)(q.clone(), scope.group, store, ids.clone()).await?;
        hits.iter_mut().filter(|h| open.contains(&h.customer)).for_each(|h| h.open_contact = true);
    }
    Ok(())
}

/// Reads the rows of the candidates and keeps those that truly match, each with its rank.
async fn check(
    q: &mut Reads,
    scope: &Scope,
    classes: &[Class],
    ids: &[CustomerId],
    reveal: bool,
) -> Result<Vec<(u8, Hit)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let seen = customers::store::seen(q, scope, ids).await?;
    let names = customers::store::names(q, scope.group, &seen).await?;
    let mut lines: HashMap<CustomerId, Vec<LineRow>> = customers::phone_lines_of(q, scope.group, &seen).await?;
    let mut cars: HashMap<CustomerId, Vec<OwnedCar>> = HashMap::new();
    for car in vehicles::store::cars_of(q, scope.group, &seen).await?.into_iter().filter(|c| c.until_day.is_none()) {
        cars.entry(car.customer_id).or_default().push(car);
    }
    let mut found = Vec::new();
    for (id, name) in names {
        let who = Candidate {
            id,
            name,
            lines: lines.remove(&id).unwrap_or_default(),
            cars: cars.remove(&id).unwrap_or_default(),
        };
        let best = classes.iter().filter_map(|c| who.rank(c, reveal)).min_by_key(|m| m.rank);
        if let Some(best) = best {
            found.push((best.rank, who.hit(&best)));
        }
    }
    Ok(found)
}

struct Candidate {
    id: CustomerId,
    name: String,
    lines: Vec<LineRow>,
    cars: Vec<OwnedCar>,
}

const EXACT: u8 = 0;
const START: u8 = 1;
const WITHIN: u8 = 2;

struct Match {
    rank: u8,
    line: Option<usize>,
    car: Option<usize>,
}

fn closeness(whole: &str, part: &str) -> Option<u8> {
    match whole {
        w if w == part => Some(EXACT),
        w if w.starts_with(part) => Some(START),
        w if w.contains(part) => Some(WITHIN),
        _ => None,
    }
}

impl Candidate {
    fn rank(&self, class: &Class, reveal: bool) -> Option<Match> {
        let plain = |rank| Match { rank, line: None, car: None };
        match class {
            Class::Name(letters) => {
                let part: String = letters.iter().collect();
                let own: String = tokens::letters(&self.name).into_iter().collect();
                closeness(&own, &part).map(plain).or_else(|| {
                    self.contact_lines().find_map(|(i, name)| {
                        let whole: String = tokens::letters(name).into_iter().collect();
                        closeness(&whole, &part).map(|r| Match { rank: r.max(START), line: Some(i), car: None })
                    })
                })
            }
            Class::Sound(text) => sound_rank(&self.name, text).map(plain).or_else(|| {
                self.contact_lines().find_map(|(i, name)| {
                    sound_rank(name, text).map(|r| Match { rank: r.max(START), line: Some(i), car: None })
                })
            }),
            Class::Phone(number) => self
                .lines
                .iter()
                .enumerate()
                .filter_map(|(i, l)| phone_rank(&l.digits, number, reveal).map(|rank| (rank, i)))
                .min()
                .map(|(rank, i)| Match { rank, line: Some(i), car: None }),
            Class::Plate(part) => self
                .cars
                .iter()
                .enumerate()
                .filter_map(|(i, c)| {
                    let plate = c.plate.as_ref()?.as_str();
                    // 7K3Q2 is how people say 川A·7K3Q2.
                    let rank = closeness(plate, part)?;
                    let serial: String = plate.chars().skip(2).collect();
                    Some((if serial == *part { EXACT } else { rank }, i))
                })
                .min()
                .map(|(rank, i)| Match { rank, line: None, car: Some(i) }),
            Class::Vin(part) => self
                .cars
                .iter()
                .enumerate()
                .find(|(_, c)| c.vin.as_ref().is_some_and(|v| v.expose().ends_with(part.as_str())))
                .map(|(i, c)| {
                    let whole = c.vin.as_ref().is_some_and(|v| v.expose() == part);
                    Match { rank: if whole { EXACT } else { WITHIN }, line: None, car: Some(i) }
                }),
        }
    }

    fn contact_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().enumerate().filter_map(|(i, l)| Some((i, l.contact_name.as_deref()?)))
    }

    fn hit(&self, by: &Match) -> Hit {
        let line = by.line.and_then(|i| self.lines.get(i)).or(self.lines.first());
        let car = by.car.and_then(|i| self.cars.get(i)).or(self.cars.first());
        Hit {
            customer: self.id,
            name: self.name.clone(),
            phone: line.and_then(|l| Phone::parse(&l.digits).ok()),
            plate: car.and_then(|c| c.plate.clone()),
            series: car.and_then(|c| c.series.clone()),
            open_contact: false,
        }
    }
}

fn sound_rank(name: &str, text: &str) -> Option<u8> {
    let clean: String = tokens::letters(name).into_iter().collect();
    kernel::name::pinyin_keys(&clean)
        .iter()
        .filter_map(|(whole, initials)| match (whole, initials) {
            (w, i) if w == text || i == text => Some(EXACT),
            (w, i) if w.starts_with(text) || i.starts_with(text) => Some(START),
            _ => None,
        })
        .min()
}

fn phone_rank(stored: &str, number: &str, reveal: bool) -> Option<u8> {
    let digits = tokens::digits(stored.split('-').next().unwrap_or(stored));
    match digits.as_str() {
        d if d == number => Some(EXACT),
        d if d.ends_with(number) => Some(START),
        d if reveal && d.contains(number) => Some(WITHIN),
        _ => None,
    }
}
