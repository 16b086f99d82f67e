//! A9.12: what the rates are measured against: per class, per brand where a brand has its own, per store's rules.

use std::collections::HashMap;
use std::sync::Arc;

use contact::followup::rules::{FollowupRules, Target, usual_new_car_months};
use kernel::{GroupId, Permille, Result, StoreId};
use platform::db::Sql;
use platform::rulebook::{self, Versioned};

use super::model::Cell;

#[derive(Clone, Debug, Default)]
pub struct Targets(HashMap<StoreId, Arc<Versioned<FollowupRules>>>);

impl Targets {
    /// Those of the rules in force at these stores.
    /// # Errors
    /// As the database answers.
    pub async fn of(q: &mut impl Sql, group: GroupId, stores: &[StoreId]) -> Result<Self> {
        let mut all = HashMap::new();
        for store in stores {
            all.insert(*store, rulebook::current(q, group, *store).await?);
        }
        Ok(Self(all))
    }

    /// The target of a class and brand at a store: the brand's own, else that for every brand.
    pub fn get(&self, store: StoreId, class: &str, brand: &str) -> Option<Permille> {
        let targets = &self.0.get(&store)?.body.targets;
        let fits = |t: &&Target| t.segment.class().key() == class && t.rate == "followup";
        let own = targets.iter().filter(fits).find(|t| t.brand.as_deref().is_some_and(|b| same_brand(b, brand)));
        let any = targets.iter().filter(fits).find(|t| t.brand.is_none());
        own.or(any).map(|t| Permille(u16::try_from(t.permille).unwrap_or(1000)))
    }

    /// The one target of all these tasks; `None` where brands or stores differ. Without any task: that of every brand.
    pub fn common<'a>(&self, class: &str, cells: impl Iterator<Item = &'a Cell>) -> Option<Permille> {
        let mut found: Vec<Option<Permille>> =
            cells.filter(|c| c.class == class).map(|c| self.get(c.store, class, &c.brand)).collect();
        if found.is_empty() {
            found = self.0.keys().map(|store| self.get(*store, class, "")).collect();
        }
        found.sort_unstable();
        found.dedup();
        if let [one] = found[..] { one } else { None }
    }

    /// Whether some brand is measured differently.
    pub fn by_brand(&self) -> bool {
        self.0.values().flat_map(|r| &r.body.targets).any(|t| t.brand.is_some())
    }

    /// Until how many months after its delivery a car is new: `12`, and `12 / 24` where stores differ.
    pub fn new_car_months(&self) -> String {
        let mut months: Vec<u32> = self.0.values().map(|r| r.body.new_car_months).collect();
        months.sort_unstable();
        months.dedup();
        if months.is_empty() {
            months.push(usual_new_car_months());
        }
        months.iter().map(ToString::to_string).collect::<Vec<_>>().join(" / ")
    }
}

/// Brands as people write them: spaces and case do not matter.
fn same_brand(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::Counts;
    use kernel::Id;
    use platform::rulebook::Rulebook as _;

    fn targets(own: u32) -> Targets {
        let mut rules = FollowupRules::seed();
        let mut of_brand = rules.targets.iter().find(|t| t.key == "repair_other").unwrap().clone();
        of_brand.brand = Some("Skoda".into());
        of_brand.permille = own;
        rules.targets.push(of_brand);
        Targets(HashMap::from([(Id::new(10), edition(rules))]))
    }

    fn edition(body: FollowupRules) -> Arc<Versioned<FollowupRules>> {
        Arc::new(Versioned { version: 0, store: 0, body })
    }

    #[test]
    fn stores_say_how_long_a_car_is_new() {
        let longer = FollowupRules { new_car_months: 24, ..FollowupRules::seed() };
        let mut t = targets(900);
        assert_eq!(t.new_car_months(), "12");
        t.0.insert(Id::new(11), edition(longer));
        assert_eq!(t.new_car_months(), "12 / 24");
    }

    fn cell(brand: &str) -> Cell {
        let (kind, class, brand) = ("3DC".into(), "repair".into(), brand.into());
        Cell { store: Id::new(10), agent: None, kind, class, brand, counts: Counts { done: 1, ..Counts::default() } }
    }

    #[test]
    fn a_brand_has_its_own_target_and_the_others_the_common_one() {
        let t = targets(900);
        assert_eq!(t.get(Id::new(10), "repair", "skoda "), Some(Permille(900)));
        assert_eq!(t.get(Id::new(10), "repair", "大众"), Some(Permille(800)));
        assert_eq!(t.get(Id::new(10), "new_car", "Skoda"), Some(Permille(1000)));
        assert_eq!(t.get(Id::new(11), "repair", "大众"), None, "another store has its own rules");
    }

    #[test]
    fn a_line_over_several_brands_has_a_target_only_where_they_agree() {
        assert_eq!(targets(900).common("repair", [cell("Skoda"), cell("大众")].iter()), None);
        assert_eq!(targets(800).common("repair", [cell("Skoda"), cell("大众")].iter()), Some(Permille(800)));
        assert_eq!(targets(900).common("repair", [cell("Skoda")].iter()), Some(Permille(900)));
        assert_eq!(targets(900).common("repair", [].iter()), Some(Permille(800)));
    }
}
