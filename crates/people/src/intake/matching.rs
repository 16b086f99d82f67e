//! Whose row is it? A pure rule over what the row says and what is known. First hit:
//! customer number of that system; VIN and (phone or name); phone and name; phone alone when no name contradicts; a row
//! without number and known VIN: plate and whole name (docs/decisions/0007-matching.md); else new, listed beside those it resembles.

use kernel::CustomerId;

use super::verdict::How;

/// What a row says about its person.
#[derive(Clone, Debug, Default)]
pub struct Said<'a> {
    pub name: Option<&'a str>,
    /// Owner's and visitor's numbers.
    pub phones: &'a [&'a str],
}

/// Somebody known who may be meant.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub id: CustomerId,
    /// "" where nobody told it.
    pub name: &'a str,
    /// One of the row's numbers is on file for them.
    pub shares_phone: bool,
    /// … and is their own, not a visitor's or contact's.
    pub own_phone: bool,
    /// The store knows them already.
    pub here: bool,
}

/// Everybody who comes into question.
#[derive(Clone, Debug, Default)]
pub struct Field<'a> {
    /// Holder of the row's customer number.
    pub by_code: Option<Candidate<'a>>,
    /// Whoever has the car of the row's VIN now.
    pub by_vin: Option<Candidate<'a>>,
    /// Whoever has the car that carries the row's plate, where no VIN leads to one. A plate goes on to other cars and
    /// other people: it is no VIN, and mostly lists them beside only.
    pub by_plate: Option<Candidate<'a>>,
    /// Holders of the row's numbers.
    pub by_phone: Vec<Candidate<'a>>,
    /// Organisations of exactly this name.
    pub namesakes: Vec<CustomerId>,
}

/// Why somebody new stands beside somebody known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub how: How,
    pub customer: Option<CustomerId>,
    /// The known name that the row's name differs from.
    pub differs_from: Option<String>,
    /// Possible duplicates of somebody new: id and reason (`phone`, `vin`, `plate`, `name`).
    pub resembles: Vec<(CustomerId, &'static str)>,
}

/// `陈先生` does not contradict `陈晨帆`, and nothing contradicts an unknown name.
pub fn agree(a: &str, b: &str) -> bool {
    same_name(a, b) || courtesy(a).is_some_and(|s| b.starts_with(s)) || courtesy(b).is_some_and(|s| a.starts_with(s))
}

fn same_name(a: &str, b: &str) -> bool {
    a == b || (!a.is_ascii() || !b.is_ascii()) && fold(a) == fold(b) || a.eq_ignore_ascii_case(b)
}

/// 陳曉帆 and 陈晓帆 are one name; brackets and spaces say nothing.
fn fold(name: &str) -> String {
    crate::search::letters(name).into_iter().collect()
}

/// The surname of 陈先生, 陈女士 …
fn courtesy(name: &str) -> Option<&str> {
    ["先生", "女士", "小姐", "太太", "师傅", "老师", "经理", "总"]
        .iter()
        .find_map(|title| name.strip_suffix(title))
        .filter(|surname| (1..=2).contains(&surname.chars().count()))
}

pub fn decide(said: &Said<'_>, field: &Field<'_>) -> Decision {
    let found = |how, c: &Candidate<'_>| Decision {
        how,
        customer: Some(c.id),
        differs_from: said.name.filter(|n| !c.name.is_empty() && !same_name(n, c.name)).map(|_| c.name.to_owned()),
        resembles: Vec::new(),
    };
    let named = |c: &Candidate<'_>| said.name.is_some_and(|n| !c.name.is_empty() && agree(n, c.name));
    if let Some(c) = &field.by_code {
        return found(How::Code, c);
    }
    if let Some(c) = &field.by_vin {
        if c.shares_phone {
            return found(How::VinPhone, c);
        }
        if named(c) {
            return found(How::VinName, c);
        }
    }
    // Of several, whom the store knows already, then the oldest.
    let best = |pick: &dyn Fn(&&Candidate<'_>) -> bool| {
        field.by_phone.iter().filter(|c| c.shares_phone).filter(pick).min_by_key(|c| (!c.here, !c.own_phone, c.id))
    };
    if let Some(c) = best(&|c| named(c)) {
        return found(How::PhoneName, c);
    }
    if let Some(c) = best(&|c| said.name.is_none() || c.name.is_empty()) {
        return found(How::Phone, c);
    }
    if let (None, [], Some(c)) = (said.name, said.phones, &field.by_vin) {
        return found(How::Vin, c);
    }
    // Nothing else says who it is: the same file twice must find the same person.
    if let (Some(name), [], None, Some(c)) = (said.name, said.phones, &field.by_vin, &field.by_plate)
        && same_name(name, c.name)
    {
        return found(How::PlateName, c);
    }
    let mut resembles: Vec<(CustomerId, &'static str)> = Vec::new();
    let mut beside = |id, why| {
        if resembles.len() < 5 && resembles.iter().all(|(known, _)| *known != id) {
            resembles.push((id, why));
        }
    };
    field.by_phone.iter().filter(|c| c.own_phone).for_each(|c| beside(c.id, "phone"));
    field.by_vin.iter().for_each(|c| beside(c.id, "vin"));
    field.by_plate.iter().for_each(|c| beside(c.id, "plate"));
    field.namesakes.iter().for_each(|id| beside(*id, "name"));
    Decision { how: How::New, customer: None, differs_from: None, resembles }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Id;

    fn who(id: i64, name: &'static str, marks: &str) -> Candidate<'static> {
        Candidate {
            id: Id::new(id),
            name,
            shares_phone: marks.contains('p') || marks.contains('v'),
            own_phone: marks.contains('p'),
            here: marks.contains('h'),
        }
    }

    /// `marks`: p shares own phone, v shares a visitor's phone, h known here.
    fn check(
        (name, phones): (Option<&'static str>, &[&'static str]),
        code: Option<(i64, &'static str)>,
        car: Option<(i64, &'static str, &str)>,
        phone: &[(i64, &'static str, &str)],
        want: (How, Option<i64>),
    ) -> Decision {
        let field = Field {
            by_code: code.map(|(id, n)| who(id, n, "")),
            by_vin: car.map(|(id, n, m)| who(id, n, m)),
            by_plate: None,
            by_phone: phone.iter().map(|(id, n, m)| who(*id, n, m)).collect(),
            namesakes: Vec::new(),
        };
        let got = decide(&Said { name, phones }, &field);
        assert_eq!((got.how, got.customer.map(Id::raw)), want, "{name:?} {phones:?} {code:?} {car:?} {phone:?}");
        got
    }

    const P: &[&str] = &["13800000001"];

    #[test]
    fn 匹配客户_先中先得() {
        use How::*;
        let chen = (Some("陈帆"), P);
        // 1 the number of the system wins over everything, and a differing name is told.
        let d = check(chen, Some((1, "王五")), Some((2, "陈帆", "p")), &[(3, "陈帆", "p")], (Code, Some(1)));
        assert_eq!(d.differs_from.as_deref(), Some("王五"));
        // 2 car and phone, though the name differs; car and name, though the phone differs.
        let d = check(chen, None, Some((2, "王五", "p")), &[(2, "王五", "p")], (VinPhone, Some(2)));
        assert_eq!(d.differs_from.as_deref(), Some("王五"));
        check(chen, None, Some((2, "陈帆", "")), &[(3, "陈帆", "p")], (VinName, Some(2)));
        // 3 phone and name.
        check(chen, None, None, &[(4, "李四", "ph"), (3, "陈帆", "p")], (PhoneName, Some(3)));
        check(chen, None, Some((2, "王五", "")), &[(3, "陈帆", "p")], (PhoneName, Some(3)));
        // A visitor's line of a company: phone and the company's name.
        check((Some("锦江机电设备厂"), P), None, None, &[(8, "锦江机电设备厂", "v")], (PhoneName, Some(8)));
        // Of two, whom the store knows; then the oldest.
        check(chen, None, None, &[(3, "陈帆", "p"), (5, "陈帆", "ph")], (PhoneName, Some(5)));
        check(chen, None, None, &[(6, "陈帆", "p"), (5, "陈帆", "p")], (PhoneName, Some(5)));
        // 4 phone alone, when no name contradicts: one of the two says none.
        check((None, P), None, None, &[(3, "陈帆", "p")], (Phone, Some(3)));
        check(chen, None, None, &[(3, "", "p")], (Phone, Some(3)));
        // 5 contradicted: new, and listed beside those it resembles.
        let d = check(chen, None, Some((2, "王五", "")), &[(3, "李四", "p"), (4, "厂", "v")], (New, None));
        assert_eq!(d.resembles, [(Id::new(3), "phone"), (Id::new(2), "vin")]);
        check(chen, None, None, &[], (New, None));
        // A row that names nobody belongs to whoever has the car.
        check((None, &[]), None, Some((2, "王五", "")), &[], (Vin, Some(2)));
        check((None, P), None, Some((2, "王五", "")), &[], (New, None));
        check((None, &[]), None, None, &[], (New, None));
    }

    /// Issue 2, point 3: "VIN and (phone or name)". A plate that went on to another car must not merge two people.
    #[test]
    fn 车牌不是车架号() {
        let field = |phones: Vec<Candidate<'static>>| Field {
            by_plate: Some(who(2, "陈晨帆", "")),
            by_phone: phones,
            ..Field::default()
        };
        let got = decide(&Said { name: Some("陈帆"), phones: P }, &field(Vec::new()));
        assert_eq!((got.how, got.customer, got.resembles), (How::New, None, vec![(Id::new(2), "plate")]));
        let got = decide(&Said { name: Some("陈帆"), phones: P }, &field(vec![who(2, "陈帆", "p")]));
        assert_eq!((got.how, got.customer), (How::PhoneName, Some(Id::new(2))));
        let got = decide(&Said { name: Some("陈帆"), phones: P }, &field(vec![who(2, "王五", "p")]));
        assert_eq!((got.how, got.resembles), (How::New, vec![(Id::new(2), "phone")]));
        let got = decide(&Said::default(), &field(Vec::new()));
        assert_eq!((got.how, got.resembles), (How::New, vec![(Id::new(2), "plate")]));
        // Only the whole name, and only where the row says nothing else.
        for (name, want) in [("陈晨帆", How::PlateName), ("陈先生", How::New), ("王五", How::New)] {
            assert_eq!(decide(&Said { name: Some(name), phones: &[] }, &field(Vec::new())).how, want, "{name}");
        }
    }

    #[test]
    fn 称呼与繁简不算矛盾() {
        for (a, b, want) in [
            ("陈先生", "陈晨帆", true),
            ("陈晨帆", "陈女士", true),
            ("欧阳女士", "欧阳雪", true),
            ("陈先生", "王晨帆", false),
            ("陳曉帆", "陈晓帆", true),
            ("Anna Li", "anna li", true),
            ("陈帆", "陈晨帆", false),
        ] {
            assert_eq!(agree(a, b), want, "{a} {b}");
        }
    }
}
