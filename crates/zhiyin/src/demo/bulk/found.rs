//! The group's stores and the people who work there.

use kernel::{Department, GroupId, Result, Scope, StoreId, UserId};
use people::identity::post::{Assignment, Place};
use people::identity::role::Role;
use people::identity::staff::PersonForm;
use people::identity::{calendar, found_group, org, roles, set_share, staff};
use platform::db::Db;
use platform::transact;

use super::dice::Dice;
use super::who;
use super::words::{CITIES, City, MAKES, Make};

/// A store as the history needs it.
pub struct Shop {
    pub id: StoreId,
    pub city: &'static City,
    pub make: &'static Make,
    /// Its share of the customers.
    pub weight: usize,
    pub agents: Vec<UserId>,
    pub service_manager: UserId,
    pub sales_manager: UserId,
    /// Service advisors and sales consultants: names in the files of its system.
    pub advisors: Vec<String>,
    pub consultants: Vec<String>,
}

pub struct Group {
    pub id: GroupId,
    pub shops: Vec<Shop>,
}

/// One store per so many customers.
const PER_STORE: u64 = 25_000;
/// Visits that one agent follows up in three years.
const PER_AGENT: u64 = 45_000;
const HOURS: &str = "08:30-12:00 13:30-19:00";

/// # Errors
/// As the verbs answer.
pub async fn found(db: &Db, seed: u64, customers: u64, visits: u64) -> Result<Group> {
    let group: GroupId = db.new_id();
    let scope = Scope::system(group, None);
    let count = usize::try_from(customers / PER_STORE).unwrap_or(2).max(2);
    let per_store = visits / u64::try_from(count).unwrap_or(1);
    let agents = usize::try_from(per_store / PER_AGENT).unwrap_or(1).clamp(2, 8);
    let mut shops = Vec::new();
    let mut held = Vec::new();
    for n in 0..count {
        let city = &CITIES[n % CITIES.len()];
        let round = n / CITIES.len();
        let district = city.districts[round % city.districts.len()];
        let more = match round / city.districts.len() {
            0 => String::new(),
            more => format!("{}店", more + 1),
        };
        let (name, code) = (format!("知音{}{district}店{more}", city.name), format!("S{:03}", n + 1));
        let make = &MAKES[n % MAKES.len()];
        let form = org::StoreForm {
            name: name.clone(),
            code: code.clone(),
            brand: make.brand.into(),
            city: city.name.into(),
            phone: format!("400810{:04}", n % 10_000),
            ..org::StoreForm::default()
        };
        let id = if n == 0 {
            transact!(db, &scope, |tx| {
                let id = found_group(tx, "知音示范集团", true, &name, &code).await?;
                org::save_store(tx, id, &form).await.map(|_| id)
            })?
        } else {
            transact!(db, &scope, |tx| { org::add_store(tx, &form).await })?
        };
        let here = Scope::system(group, Some(id));
        let week = [(); 7].map(|()| HOURS.to_owned());
        transact!(db, &here, |tx| { calendar::save_hours(tx, id, &week).await })?;
        held.push(id);
        shops.push((id, city, make, n));
    }
    transact!(db, &scope, |tx| { org::save_region(tx, None, "西南区", &held).await })?;
    let shipped = roles::list(&mut db.reads(), &scope).await?;
    let hire = Hire { db, scope: &scope, roles: &shipped, seed };
    hire.person("admin", "administrator", Place::Group, None, 0).await?;
    hire.person("hq", "head_office", Place::Group, None, 1).await?;
    let mut done = Vec::new();
    for (id, city, make, n) in shops {
        done.push(hire.shop(id, city, make, n, agents).await?);
    }
    Ok(Group { id: group, shops: done })
}

struct Hire<'a> {
    db: &'a Db,
    scope: &'a Scope,
    roles: &'a [Role],
    seed: u64,
}

impl Hire<'_> {
    async fn person(
        &self,
        login: &str,
        role: &str,
        place: Place,
        department: Option<Department>,
        n: u64,
    ) -> Result<UserId> {
        let role = self.roles.iter().find(|r| r.key == role).ok_or(kernel::Problem::NotFound)?;
        let mut dice = Dice::of(self.seed, 8, n);
        let woman = dice.permille(550);
        let form = PersonForm {
            name: who::person(&mut dice, woman),
            login: login.into(),
            agent_number: String::new(),
            locale: "zh-CN".into(),
        };
        let held = [Assignment { role: role.id, place, department }];
        transact!(self.db, self.scope, |tx| { staff::add_person(tx, &form, &held).await })
    }

    async fn shop(
        &self,
        id: StoreId,
        city: &'static City,
        make: &'static Make,
        n: usize,
        agents: usize,
    ) -> Result<Shop> {
        let number = u64::try_from(n).unwrap_or(0);
        let base = 100 + number * 20;
        let place = || Place::Store(id);
        let code = n + 1;
        let mut team = Vec::new();
        for k in 0..agents {
            let login = format!("agent{code:03}-{}", k + 1);
            let at = base + 10 + u64::try_from(k).unwrap_or(0);
            team.push(self.person(&login, "agent", place(), Some(Department::Care), at).await?);
        }
        let care = Some(Department::Care);
        self.person(&format!("care{code:03}"), "care_supervisor", place(), care, base).await?;
        let service = Some(Department::Service);
        let service_manager =
            self.person(&format!("service{code:03}"), "service_manager", place(), service, base + 1).await?;
        let showroom = Some(Department::Showroom);
        let sales_manager =
            self.person(&format!("sales{code:03}"), "sales_manager", place(), showroom, base + 2).await?;
        self.person(&format!("gm{code:03}"), "general_manager", place(), None, base + 3).await?;
        let here = Scope::system(self.scope.group, Some(id));
        for agent in &team {
            transact!(self.db, &here, |tx| { set_share(tx, *agent, 100, None, None).await })?;
        }
        let mut dice = Dice::of(self.seed, 9, number);
        let names = |dice: &mut Dice| (0..5).map(|k| who::person(dice, k % 2 == 0)).collect();
        let weight = 600 + dice.below(900);
        let (advisors, consultants) = (names(&mut dice), names(&mut dice));
        Ok(Shop { id, city, make, weight, agents: team, service_manager, sales_manager, advisors, consultants })
    }
}
