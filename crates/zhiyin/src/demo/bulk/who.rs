//! Who the customers are. Everything about one follows from the seed and its number, so nobody has to be remembered.

use kernel::{CustomerId, Id, Millis, PhoneLineId, Plate, StoreDate, VehicleId, Vin};
use people::bulk::{NewCar, NewCustomer, NewLine};
use people::customers::{Gender, SightWhy};

use super::days::Days;
use super::dice::Dice;
use super::found::Shop;
use super::words::{COLOURS, FIRMS, MAKES, MEN, Make, SURNAMES, TRADES, TRIMS, WOMEN};

/// What a visit needs to know of a customer.
pub struct Profile {
    pub number: u64,
    pub id: CustomerId,
    pub organisation: bool,
    pub name: String,
    pub woman: bool,
    /// Index of the store they go to, and of a second one that sees them.
    pub home: usize,
    pub second: Option<usize>,
    pub cars: usize,
    pub visitors: usize,
    /// The number works.
    pub usable: bool,
    pub opted_out: bool,
    /// Bought a new car on this day of the history.
    pub bought: Option<usize>,
}

const MOBILE: &[&str] = &[
    "134", "135", "136", "137", "138", "139", "150", "151", "152", "157", "158", "159", "182", "183", "184", "187",
    "188", "130", "131", "132", "155", "156", "185", "186", "133", "153", "180", "181", "189", "177", "178", "199",
    "191", "198",
];
/// Letters of plates and VINs: no I, O, Q.
const LETTERS: &[u8; 33] = b"0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
/// Room for phone lines and cars of one customer.
const ROOM: i64 = 8;

pub struct Folk<'a> {
    pub seed: u64,
    pub days: &'a Days,
    pub shops: &'a [Shop],
}

impl Folk<'_> {
    /// The first id of a moment plus so many.
    fn id_at(at: Millis, n: i64) -> i64 {
        Id::<()>::floor(at).raw() + n
    }

    fn told(&self, number: u64) -> (Millis, i64) {
        let (at, first) = match self.days.came(number) {
            Some(day) => (self.days.days[day].told_at, self.days.days[day].customers),
            // The files that the programme began with.
            None => (self.days.days[0].told_at.plus(-Millis::HOUR), 0),
        };
        (at, i64::try_from(number - first).unwrap_or(0))
    }

    pub fn profile(&self, number: u64) -> Profile {
        let mut dice = Dice::of(self.seed, 2, number);
        let organisation = dice.permille(45);
        let woman = dice.permille(430);
        let home = shop(self.shops, &mut dice);
        let second = (self.shops.len() > 1 && dice.permille(40))
            .then(|| (home + 1 + dice.below(self.shops.len() - 1)) % self.shops.len());
        let cars = if organisation { 2 + dice.below(6) } else { 1 + usize::from(dice.permille(110)) };
        let visitors = if organisation { 1 + dice.below(3) } else { usize::from(dice.permille(120)) };
        let usable = !dice.permille(12);
        let opted_out = dice.permille(6);
        let bought = self.days.came(number).filter(|_| dice.permille(600));
        let name = if organisation { firm(&mut dice, self.shops[home].city.name) } else { person(&mut dice, woman) };
        let (at, n) = self.told(number);
        let id = CustomerId::new(Self::id_at(at, n));
        Profile { number, id, organisation, name, woman, home, second, cars, visitors, usable, opted_out, bought }
    }

    pub fn line_id(&self, who: &Profile, line: usize) -> PhoneLineId {
        let (at, n) = self.told(who.number);
        PhoneLineId::new(Self::id_at(at, n * ROOM + i64::try_from(line).unwrap_or(0)))
    }

    /// Line 0 is their own.
    pub fn visitor(&self, who: &Profile, line: usize) -> Option<String> {
        let index = who.number * 16 + u64::try_from(line).unwrap_or(0);
        let mut dice = Dice::of(self.seed, 3, index);
        let woman = dice.permille(400);
        (line > 0).then(|| person(&mut dice, woman))
    }

    pub fn car_id(&self, who: &Profile, car: usize) -> VehicleId {
        let (at, n) = self.told(who.number);
        VehicleId::new(Self::id_at(at, n * ROOM + i64::try_from(car).unwrap_or(0)))
    }

    /// When it was bought, and how many kilometres it does a day.
    pub fn car_life(&self, who: &Profile, car: usize) -> (StoreDate, i64) {
        let mut dice = Dice::of(self.seed, 4, who.number * 8 + u64::try_from(car).unwrap_or(0));
        let daily = dice.between(14, 75);
        let age = i32::try_from(dice.between(40, 3_100)).unwrap_or(400);
        match (who.bought, car) {
            (Some(day), 0) => (self.days.days[day].date, daily),
            (_, _) => (self.days.first().days_after(-age), daily),
        }
    }

    pub fn mileage(&self, who: &Profile, car: usize, on: StoreDate) -> i64 {
        let (bought, daily) = self.car_life(who, car);
        i64::from(bought.days_until(on).max(0)) * daily + 12
    }

    fn car_dice(&self, who: &Profile, car: usize) -> Dice {
        Dice::of(self.seed, 5, who.number * 8 + u64::try_from(car).unwrap_or(0))
    }

    fn make(&self, who: &Profile, dice: &mut Dice) -> &'static Make {
        if dice.permille(700) { self.shops[who.home].make } else { dice.pick(MAKES) }
    }

    pub fn brand(&self, who: &Profile, car: usize) -> String {
        self.make(who, &mut self.car_dice(who, car)).brand.to_owned()
    }

    pub fn car(&self, who: &Profile, car: usize, on: StoreDate) -> NewCar {
        let at = u64::try_from(car).unwrap_or(0);
        let mut dice = self.car_dice(who, car);
        let make = self.make(who, &mut dice);
        let (series, code, electric) = *dice.pick(make.series);
        let (purchased_on, _) = self.car_life(who, car);
        let year = purchased_on.year();
        NewCar {
            id: self.car_id(who, car),
            vin: vin(make.wmi, code, year, who.number * 8 + at),
            plate: plate(self.shops[who.home].city.plate, who.number + at * 1_234_567, electric),
            brand: make.brand,
            series,
            model: format!("{series} {year} {}", dice.pick(TRIMS)),
            colour: dice.pick::<&str>(COLOURS),
            purchased_on,
            mileage_km: self.mileage(who, car, on),
            mileage_on: on,
        }
    }

    /// The whole file, as the store knew it on that day.
    pub fn file(&self, who: &Profile, on: StoreDate) -> NewCustomer {
        let mut dice = Dice::of(self.seed, 6, who.number);
        let (at, _) = self.told(who.number);
        let line = |n: usize| NewLine {
            id: self.line_id(who, n),
            digits: number(who.number * 4 + u64::try_from(n).unwrap_or(0)),
            visitor: self.visitor(who, n),
            usable: who.usable || n > 0,
        };
        let why = match (who.bought, self.days.came(who.number)) {
            (Some(_), _) => SightWhy::Delivery,
            (None, Some(_)) => SightWhy::Visit,
            (None, None) => SightWhy::Import,
        };
        let mut stores = vec![(self.shops[who.home].id, why)];
        stores.extend(who.second.map(|s| (self.shops[s].id, SightWhy::Import)));
        stores.sort_by_key(|(id, _)| *id);
        let born =
            StoreDate::new(1_960, 1, 1).map(|d| d.days_after(i32::try_from(dice.between(0, 16_000)).unwrap_or(0)));
        NewCustomer {
            id: who.id,
            organisation: who.organisation,
            name: who.name.clone(),
            gender: (!who.organisation).then_some(if who.woman { Gender::Female } else { Gender::Male }),
            birthday: born.filter(|_| !who.organisation && !who.number.is_multiple_of(3)),
            region: Some(self.shops[who.home].city.name.to_owned()),
            source: None,
            opted_out: who.opted_out,
            lines: (0..=who.visitors).map(line).collect(),
            stores,
            cars: (0..who.cars).map(|n| self.car(who, n, on)).collect(),
            at,
        }
    }
}

/// Larger shops have more customers.
fn shop(shops: &[Shop], dice: &mut Dice) -> usize {
    let total = shops.iter().map(|s| s.weight).sum();
    let mut at = dice.below(total);
    for (i, shop) in shops.iter().enumerate() {
        if at < shop.weight {
            return i;
        }
        at -= shop.weight;
    }
    0
}

pub fn person(dice: &mut Dice, woman: bool) -> String {
    let given = if woman { WOMEN } else { MEN };
    let mut name = String::from(*dice.weighted(SURNAMES));
    name.push_str(dice.pick::<&str>(given));
    if dice.permille(780) {
        name.push_str(dice.pick::<&str>(given));
    }
    name
}

fn firm(dice: &mut Dice, city: &str) -> String {
    format!("{city}{}{}有限公司", dice.pick(FIRMS), dice.pick(TRADES))
}

/// No two alike below 10⁸.
fn number(n: u64) -> String {
    let scattered = n.wrapping_mul(38_146_271).wrapping_add(20_260_101) % 100_000_000;
    let prefix = MOBILE[usize::try_from(scattered % 34).unwrap_or(0)];
    format!("{prefix}{scattered:08}")
}

/// Blue with 7 characters, new energy with 8; no two alike in one area below a million.
fn plate(area: &str, n: u64, electric: bool) -> Plate {
    let place = |v: u64, of: &[u8]| char::from(of[usize::try_from(v).unwrap_or(0) % of.len()]);
    let text = if electric {
        let scattered = n.wrapping_mul(7_368_787) % 1_380_000;
        let (class, letter) = (place(scattered / 230_000, b"DABCEF"), place(scattered / 10_000, &LETTERS[10..]));
        format!("{area}{class}{letter}{:04}", scattered % 10_000)
    } else {
        let scattered = n.wrapping_mul(7_368_787) % 1_089_000;
        let (first, second) = (place(scattered / 33_000, LETTERS), place(scattered / 1_000, LETTERS));
        format!("{area}{first}{second}{:03}", scattered % 1_000)
    };
    Plate::parse(&text).unwrap_or_else(|_| fallback_plate())
}

#[expect(clippy::expect_used, reason = "a plate as plain as can be")]
fn fallback_plate() -> Plate {
    Plate::parse("川A00000").expect("a letter of a province and five digits are a plate")
}

/// Year codes begin again after thirty years: 2010 is A.
const YEARS: &[u8; 30] = b"ABCDEFGHJKLMNPRSTVWXY123456789";

fn vin(wmi: &str, series: &str, year: i16, n: u64) -> Vin {
    let high = usize::try_from(n / 1_000_000).unwrap_or(0);
    let place = |v: usize| char::from(LETTERS[v % 33]);
    let year = char::from(YEARS[usize::try_from((i32::from(year) - 2010).rem_euclid(30)).unwrap_or(0)]);
    let tail = format!("{year}{}{:06}", place(high / 1_089 + 10), n % 1_000_000);
    let head = format!("{wmi}{series}{}{}", place(high / 33), place(high));
    // ISO 3779: one of eleven digits at the ninth place fits.
    let mut tried = "0123456789X".chars().filter_map(|digit| Vin::parse(&format!("{head}{digit}{tail}")).ok());
    tried.find(Vin::check_digit_ok).unwrap_or_else(fallback_vin)
}

#[expect(clippy::expect_used, reason = "the sum of a number modulo eleven is one of eleven digits")]
fn fallback_vin() -> Vin {
    Vin::parse("LSVNV2182E2103913").expect("a VIN with its right check digit")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use kernel::Phone;
    use kernel::plate::PlateKind;

    use super::*;

    #[test]
    fn forms_are_valid_and_nothing_is_given_twice() {
        let (mut phones, mut vins, mut plates) = (HashSet::new(), HashSet::new(), HashSet::new());
        for n in 0..40_000_u64 {
            let digits = number(n);
            assert_eq!(Phone::parse(&digits).expect("a phone").expose(), digits);
            assert!(phones.insert(digits));
            let spread = n * 997;
            let vin = vin("LSV", "NV2", 2_024, spread);
            assert!(vin.check_digit_ok(), "{}", vin.expose());
            assert!(vins.insert(vin.expose().to_owned()));
            let electric = n % 2 == 0;
            let plate = plate("川A", n, electric);
            assert_eq!(
                plate.kind(),
                if electric { PlateKind::NewEnergy } else { PlateKind::Blue },
                "{}",
                plate.as_str()
            );
            assert!(plates.insert(plate.as_str().to_owned()), "{}", plate.as_str());
        }
    }
}
