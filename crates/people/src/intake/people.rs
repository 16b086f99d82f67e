//! The person of a row: found or made, with their numbers.

use kernel::{CustomerId, PersonName, Phone, PhoneLineId};

use super::cars::FoundCar;
use super::changes::Entity;
use super::ledger::Ledger;
use super::matching::{self, Candidate, Decision, Field, Said};
use super::verdict::{How, Match, Note, Verdict};
use crate::customers::store::{CustomerRow, LineRow};
use crate::customers::{ContactRole, CustomerKind, PhoneStatus};

/// What a row says about its person.
#[derive(Clone, Copy)]
pub struct PersonIn<'a> {
    pub code: Option<&'a str>,
    pub name: Option<&'a PersonName>,
    pub organisation: bool,
    /// The owner's own numbers.
    pub phones: &'a [Phone],
    /// Somebody beside the owner, with theirs.
    pub beside: Option<(&'a PersonName, &'a [Phone], ContactRole)>,
}

pub struct Placed {
    pub customer: CustomerId,
    pub how: How,
    /// The number of this visit: the visitor's, else the owner's.
    pub line: Option<PhoneLineId>,
    /// Name of the visitor, where it is not the owner.
    pub visitor: Option<String>,
}

/// More holders than this, and a number is nobody's evidence (a shop's own, 13800138000).
const CROWD: usize = 50;

impl PersonIn<'_> {
    /// A visitor without an owner, or named like them, is the owner.
    fn settled(self) -> Self {
        match (self.name, self.beside) {
            (None, Some((name, phones, _))) if self.phones.is_empty() => {
                Self { name: Some(name), phones, beside: None, organisation: name.is_organisation(), ..self }
            }
            _ => self,
        }
    }

    fn numbers(&self) -> Vec<&str> {
        let own = self.phones.iter();
        own.chain(self.beside.iter().flat_map(|(_, p, _)| p.iter())).map(Phone::expose).collect()
    }
}

impl Ledger<'_> {
    /// `known`: whom the record belongs to already; stays, when the row says nothing against it.
    pub fn person(
        &mut self,
        row: usize,
        said: PersonIn<'_>,
        car: Option<FoundCar>,
        known: Option<CustomerId>,
        verdict: &mut Verdict,
    ) -> Placed {
        let said = said.settled();
        let same =
            said.beside.is_some_and(|(v, _, _)| said.name.is_some_and(|o| matching::agree(o.expose(), v.expose())));
        let decision = match self.pinned {
            Some(id) => Decision { how: How::Known, customer: Some(id), differs_from: None, resembles: Vec::new() },
            None => self.decide(&said, car),
        };
        let name = said.name.map(PersonName::expose);
        let stays = known.filter(|id| {
            decision.how == How::New
                && self
                    .known
                    .customers
                    .get(id)
                    .is_some_and(|c| c.name.is_empty() || name.is_none_or(|n| matching::agree(n, &c.name)))
        });
        let (customer, how) = match (decision.customer, stays) {
            (Some(id), _) => (id, decision.how),
            (None, Some(id)) => (id, How::Known),
            (None, None) => (self.new_customer(row, &said, &decision), How::New),
        };
        verdict.customer = Match { customer: Some(customer), how };
        if how == How::New {
            self.tell_alike(&decision, verdict);
        }
        if let (Some(from), Some(to)) = (&decision.differs_from, name) {
            verdict.notes.push(Note::turned("owner-changed", from, to));
        }
        if how != How::New {
            self.fill_name(row, customer, &said);
        }
        let mut line = None;
        for phone in said.phones {
            let id = self.put_phone(row, customer, phone, None);
            line = line.or(Some(id));
        }
        let mut visitor = None;
        if let Some((who, phones, role)) = said.beside {
            let contact = (!same).then_some((who, role));
            let mut theirs = None;
            for phone in phones {
                let id = self.put_phone(row, customer, phone, contact);
                theirs = theirs.or(Some(id));
            }
            // No number beside the visitor: perhaps we have one from before.
            if theirs.is_none() && !same {
                theirs = self.line_of(customer, who.expose());
            }
            line = theirs.or(line);
            visitor = (!same && role == ContactRole::Visitor).then(|| who.expose().to_owned());
        }
        if let Some(code) = said.code {
            self.put_code(row, customer, code);
        }
        self.put_sight(row, customer);
        Placed { customer, how, line, visitor }
    }

    fn decide(&self, said: &PersonIn<'_>, car: Option<FoundCar>) -> Decision {
        let numbers = said.numbers();
        let known = &self.known;
        let candidate = |id: CustomerId| {
            let row = known.customers.get(&id)?;
            let lines = known.lines.get(&id).map_or(&[][..], Vec::as_slice);
            let shared = || lines.iter().filter(|l| numbers.contains(&l.digits.as_str()));
            Some(Candidate {
                id,
                name: &row.name,
                shares_phone: shared().next().is_some(),
                own_phone: shared().any(|l| l.contact_name.is_none()),
                here: known.here.contains(&id),
            })
        };
        let mut holders: Vec<CustomerId> = Vec::new();
        for number in &numbers {
            let all = known.by_digits.get(*number).map_or(&[][..], Vec::as_slice);
            if all.len() <= CROWD {
                holders.extend(all.iter().filter(|id| !holders.contains(id)).copied().collect::<Vec<_>>());
            }
        }
        let name = said.name.map(PersonName::expose);
        let owner = |by_vin: bool| {
            let car = car.filter(|c| c.by_vin == by_vin)?;
            known.owner_of(car.id).and_then(|o| candidate(o.customer_id))
        };
        let field = Field {
            by_code: said.code.and_then(|c| known.codes.get(c)).and_then(|id| candidate(*id)),
            by_vin: owner(true),
            by_plate: owner(false),
            by_phone: holders.into_iter().filter_map(candidate).collect(),
            namesakes: name.and_then(|n| known.namesakes.get(n)).cloned().unwrap_or_default(),
        };
        matching::decide(&Said { name, phones: &numbers }, &field)
    }

    /// 可能与 马立新 是同一人
    fn tell_alike(&self, decision: &Decision, verdict: &mut Verdict) {
        verdict.alike = !decision.resembles.is_empty();
        // Whoever is alike by name alone was looked up by it, and not read.
        let namesake = |id: &CustomerId| {
            self.known.namesakes.iter().find(|(_, ids)| ids.contains(id)).map_or("", |(name, _)| name.as_str())
        };
        let name = |id: &CustomerId| self.known.customers.get(id).map_or_else(|| namesake(id), |c| c.name.as_str());
        // Who has the car of this VIN is told as such. Several of one name are told once.
        for (id, why) in decision.resembles.iter().filter(|(_, why)| *why != "vin") {
            let note = Note::turned(&format!("alike-{why}"), name(id), "");
            if !verdict.notes.contains(&note) {
                verdict.notes.push(note);
            }
        }
    }

    fn new_customer(&mut self, row: usize, said: &PersonIn<'_>, decision: &Decision) -> CustomerId {
        let id: CustomerId = self.new_id();
        let name = said.name.map_or("", PersonName::expose);
        let organisation = said.organisation || said.name.is_some_and(PersonName::is_organisation);
        let kind = if organisation { CustomerKind::Organisation } else { CustomerKind::Person };
        self.known.customers.insert(
            id,
            CustomerRow {
                id,
                group_id: self.group,
                kind,
                name: name.to_owned(),
                name_key: kernel::name::sort_key(name),
                gender: None,
                birthday: None,
                birthday_kind: None,
                region: None,
                channel: None,
                best_time: None,
                source: None,
                credit_code: None,
                note: None,
                version: 1,
                created_at: self.now,
                updated_at: self.now,
                opted_out_at: None,
                import_id: self.import,
            },
        );
        if organisation && !name.is_empty() {
            self.known.put_namesake(name.to_owned(), id);
        }
        self.made.new_customers.push(id);
        self.made.new_set.insert(id);
        self.made.created(row, Entity::Customer, id.raw());
        self.made.twins.extend(decision.resembles.iter().map(|(other, why)| (id, *other, *why)));
        id
    }

    /// A name that was missing; a differing one never replaces another.
    fn fill_name(&mut self, row: usize, id: CustomerId, said: &PersonIn<'_>) {
        let (Some(name), Some(c)) = (said.name, self.known.customers.get_mut(&id)) else { return };
        if !c.name.is_empty() {
            return;
        }
        let at = (row, Entity::Customer, id.raw());
        Self::turn(&mut self.made, at, "name", &mut c.name, name.expose().to_owned());
        Self::turn(&mut self.made, at, "name_key", &mut c.name_key, kernel::name::sort_key(name.expose()));
        if !self.is_new(id) {
            self.touch_customer(row, id);
            self.made.retoken.insert(id);
        }
    }

    /// Once per chunk and customer: the version rises, the moment of change moves.
    pub fn touch_customer(&mut self, row: usize, id: CustomerId) {
        let Some(c) = self.known.customers.get_mut(&id) else { return };
        if self.made.changed_customers.insert(id) {
            c.version += 1;
        }
        let at = (row, Entity::Customer, id.raw());
        Self::turn(&mut self.made, at, "updated_at", &mut c.updated_at, self.now);
    }

    /// The line of this number, made where there is none. `contact`: whose it is beside the customer.
    pub fn put_phone(
        &mut self,
        row: usize,
        customer: CustomerId,
        phone: &Phone,
        contact: Option<(&PersonName, ContactRole)>,
    ) -> PhoneLineId {
        let lines = self.known.lines.get(&customer).map_or(&[][..], Vec::as_slice);
        if let Some(line) = lines.iter().find(|l| l.digits == phone.expose()) {
            return line.id;
        }
        let rank = lines.iter().map(|l| l.rank).max().map_or(0, |r| r + 1);
        let line = LineRow {
            id: self.new_id(),
            group_id: self.group,
            customer_id: customer,
            digits: phone.expose().to_owned(),
            contact_name: contact.map(|(name, _)| name.expose().to_owned()),
            contact_role: contact.map(|(_, role)| role),
            status: PhoneStatus::Unknown,
            best_time: None,
            rank,
            created_at: self.now,
            ended_at: None,
            import_id: self.import,
        };
        let id = line.id;
        self.note_child(row, customer, Entity::Phone, id.raw());
        self.made.new_lines.push(line.clone());
        self.known.put_line(line);
        id
    }

    fn line_of(&self, customer: CustomerId, contact: &str) -> Option<PhoneLineId> {
        let lines = self.known.lines.get(&customer)?;
        lines.iter().find(|l| l.ended_at.is_none() && l.contact_name.as_deref() == Some(contact)).map(|l| l.id)
    }

    fn put_code(&mut self, row: usize, customer: CustomerId, code: &str) {
        if self.known.codes.contains_key(code) {
            return;
        }
        self.known.codes.insert(code.to_owned(), customer);
        self.made.codes.push((self.store, code.to_owned(), customer));
        if !self.is_new(customer) {
            self.made.created_as(row, Entity::Code, customer.raw(), code, self.store.raw().to_string());
        }
    }

    pub fn put_sight(&mut self, row: usize, customer: CustomerId) {
        if !self.known.here.insert(customer) {
            return;
        }
        self.made.sights.push(customer);
        if !self.is_new(customer) {
            self.made.created_as(row, Entity::Sight, customer.raw(), "store", self.store.raw().to_string());
            self.made.retoken.insert(customer);
        }
    }

    fn note_child(&mut self, row: usize, customer: CustomerId, entity: Entity, id: i64) {
        let came_with = self
            .made
            .journal
            .iter()
            .rev()
            .take_while(|c| c.row == row)
            .any(|c| c.entity == Entity::Customer && c.id == customer.raw() && c.op == super::changes::Op::Created);
        if !came_with {
            self.made.created(row, entity, id);
        }
        if !self.is_new(customer) {
            self.made.retoken.insert(customer);
        }
    }

    pub fn is_new(&self, customer: CustomerId) -> bool {
        self.made.new_set.contains(&customer)
    }
}
