//! "Is this her?": whom somebody who is about to be entered resembles, before a second file comes to be.

use std::collections::HashSet;

use kernel::name::sort_key;
use kernel::{CustomerId, PersonName, Phone, Result, Scope};
use platform::db::Reads;

use super::store;
use crate::search::{self, Hit};

/// Somebody in sight who may be the same person.
#[derive(Clone, Debug)]
pub struct Alike {
    pub hit: Hit,
    /// Message key below `twin-why-`.
    pub why: &'static str,
}

const MOST: usize = 5;
/// Of a number, from either end.
const MOST_DIGITS: usize = 8;

/// The same number under another name; the same sound with nearly the same number, or where no number was given. Whoever
/// has both number and name is no question: the entry goes into that file.
/// # Errors
/// As the database answers.
pub async fn resembling(q: &mut Reads, scope: &Scope, name: &PersonName, phones: &[Phone]) -> Result<Vec<Alike>> {
    let mut all: Vec<Alike> = Vec::new();
    let mut known: HashSet<CustomerId> = HashSet::new();
    for phone in phones {
        let hits = search::find(q, scope, phone.expose(), MOST).await?;
        for hit in hits.into_iter().filter(|h| h.phone.as_ref() == Some(phone)) {
            if known.insert(hit.customer) && hit.name != name.expose() {
                all.push(Alike { hit, why: "phone" });
            }
        }
    }
    let sound = sound_of(name.expose());
    if name.expose().chars().count() >= 2 && !sound.is_empty() {
        let hits = search::find(q, scope, &sound, MOST * 4).await?;
        let alike: Vec<Hit> = hits
            .into_iter()
            .filter(|h| !h.former && sound_of(&h.name) == sound && !known.contains(&h.customer))
            .collect();
        let ids: Vec<CustomerId> = alike.iter().map(|h| h.customer).collect();
        let lines = if phones.is_empty() { Vec::new() } else { store::lines_of_many(q, scope.group, &ids).await? };
        for hit in alike {
            let near = |phone: &Phone| {
                lines.iter().any(|l| l.customer_id == hit.customer && nearly(&l.digits, phone.expose()))
            };
            if phones.is_empty() {
                all.push(Alike { hit, why: "name" });
            } else if phones.iter().any(near) {
                all.push(Alike { hit, why: "name-number" });
            }
        }
    }
    all.truncate(MOST);
    Ok(all)
}

/// Latin letters of a name, without spaces; "" where it has none.
fn sound_of(name: &str) -> String {
    let key = sort_key(name);
    let sound: String = key.split('\u{1}').next().unwrap_or("").chars().filter(|c| !c.is_whitespace()).collect();
    if sound.is_ascii() { sound } else { String::new() }
}

fn nearly(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.len() > MOST_DIGITS
        && a.is_ascii()
        && b.is_ascii()
        && (a[..MOST_DIGITS] == b[..MOST_DIGITS] || a[a.len() - MOST_DIGITS..] == b[b.len() - MOST_DIGITS..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 同音_近号() {
        assert_eq!(sound_of("邓小雨"), sound_of("鄧曉宇"));
        assert_ne!(sound_of("邓小雨"), sound_of("邓大雨"));
        for (a, b, near) in [
            ("13812344417", "13812344471", true),
            ("13812344417", "15912344417", true),
            ("13812344417", "13812999417", false),
            ("1381234", "1381235", false),
            ("13812344417", "13812344417-8", false),
        ] {
            assert_eq!(nearly(a, b), near, "{a} {b}");
        }
    }
}
