//! From a text to customers: candidates from the index, checked on their rows, the closest first.

use std::collections::{HashMap, HashSet};

use kernel::{Cap, CustomerId, GroupId, Phone, Result, Scope};
use platform::db::Reads;

use super::query::{self, Class, Tier};
use super::{Hit, OpenContacts, store, tokens};
use crate::customers::sight::Sight;
use crate::customers::{self, store::LineRow};
use crate::vehicles::{self, OwnedCar};

/// How many candidates of one reading are looked at for one answer.
const DEPTH: i64 = 200;

/// Customers of the scope's stores that the text may mean: exact before beginning before the rest, the youngest first.
/// Without the right to reveal, digits count only at the end of a number.
/// # Errors
/// As the database answers.
pub async fn find(q: &mut Reads, scope: &Scope, text: &str, limit: usize) -> Result<Vec<Hit>> {
    let classes = query::classes(text);
    let sight = Sight::of(scope);
    if classes.is_empty() || !sight.group && sight.stores().is_empty() {
        return Ok(Vec::new());
    }
    // A few more than are shown: some are found by a word of somebody else's.
    let enough = limit.max(10) * 3 / 2;
    let reveal = scope.may(Cap::CustomerReveal);
    let mut looked: HashSet<CustomerId> = HashSet::new();
    let mut ranked: Vec<(u8, Hit)> = Vec::new();
    for tier in Tier::ALL {
        let mut ids: Vec<CustomerId> = Vec::new();
        for class in &classes {
            if tier == Tier::Exact && matches!(class, Class::Name(_)) {
                let said = kernel::PersonName::parse(text).map(|n| n.expose().to_owned()).unwrap_or_default();
                ids.extend(store::named(q, scope.group, &said, &sight, DEPTH).await?);
            }
            // Each reading on its own: one with many matches must not crowd out another.
            let ways = class.wanted(tier, reveal);
            if !ways.is_empty() {
                ids.extend(store::candidates(q, &ways, &sight, scope.group, (enough, DEPTH)).await?);
            }
        }
        ids.retain(|id| looked.insert(*id));
        // The youngest first, whichever reading they came by; no further than the answer needs. Among whole numbers and
        // plates an older one may be closer.
        ids.sort_unstable_by(|a, b| b.cmp(a));
        let alike = tier != Tier::Exact || classes.iter().all(|c| matches!(c, Class::Name(_)));
        let first = if alike { enough } else { ids.len() };
        let (first, rest) = ids.split_at(first.min(ids.len()));
        for some in [first, rest] {
            ranked.extend(check(q, scope.group, &classes, some, reveal).await?);
            if ranked.len() >= limit {
                break;
            }
        }
        if ranked.len() >= limit {
            break;
        }
    }
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

/// Reads the rows of the candidates (who are in sight) and keeps those that truly match, each with its rank.
async fn check(
    q: &mut Reads,
    group: GroupId,
    classes: &[Class],
    ids: &[CustomerId],
    reveal: bool,
) -> Result<Vec<(u8, Hit)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let names = customers::store::names(q, group, ids).await?;
    let mut lines: HashMap<CustomerId, Vec<LineRow>> = customers::phone_lines_of(q, group, ids).await?;
    let mut cars: HashMap<CustomerId, Vec<OwnedCar>> = HashMap::new();
    for car in vehicles::store::cars_of(q, group, ids).await? {
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
            Class::Plate(part) => self.by_car(|c| {
                let plate = c.plate.as_ref()?.as_str();
                // 7K3Q2 is how people say 川A·7K3Q2.
                let serial: String = plate.chars().skip(2).collect();
                let rank = closeness(plate, part)?;
                Some(if serial == *part { EXACT } else { rank })
            }),
            Class::Vin(part) => self.by_car(|c| match c.vin.as_ref()?.expose() {
                vin if vin == part => Some(EXACT),
                vin if vin.ends_with(part.as_str()) => Some(START),
                vin if vin.contains(part.as_str()) => Some(WITHIN),
                _ => None,
            }),
        }
    }

    /// The closest car; one that they no longer have comes behind those who have it.
    fn by_car(&self, rank: impl Fn(&OwnedCar) -> Option<u8>) -> Option<Match> {
        let ranked = self.cars.iter().enumerate().filter_map(|(i, c)| {
            let former = u8::from(c.until_day.is_some());
            rank(c).map(|rank| (rank + former, i))
        });
        ranked.min().map(|(rank, i)| Match { rank, line: None, car: Some(i) })
    }

    fn contact_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines.iter().enumerate().filter_map(|(i, l)| Some((i, l.contact_name.as_deref()?)))
    }

    fn hit(&self, by: &Match) -> Hit {
        let line = by.line.and_then(|i| self.lines.get(i)).or(self.lines.first());
        let matched = by.car.and_then(|i| self.cars.get(i));
        let car = matched.or_else(|| self.cars.iter().find(|c| c.until_day.is_none()));
        Hit {
            customer: self.id,
            name: self.name.clone(),
            phone: line.and_then(|l| Phone::parse(&l.digits).ok()),
            plate: car.and_then(|c| c.plate.clone()),
            series: car.and_then(|c| c.series.clone()),
            open_contact: false,
            former: matched.is_some_and(|c| c.until_day.is_some()),
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
