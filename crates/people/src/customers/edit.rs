//! A customer's file, written and corrected by hand.

use kernel::{CustomerId, FieldErrors, PersonName, Phone, Problem, Result, Scope, StoreDate};
use platform::db::Db;
use platform::http::Fields;
use platform::{audit, transact};
use serde_json::{Map, Value, json};

use super::model::{BirthdayKind, CustomerFile, CustomerKind, Gender};
use super::store;
use crate::intake::input::OwnerIn;
use crate::intake::{self, CustomerIn, How, Recording};
use crate::search;

/// What the form accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerForm {
    pub kind: CustomerKind,
    pub name: PersonName,
    pub gender: Option<Gender>,
    pub birthday: Option<StoreDate>,
    pub birthday_kind: Option<BirthdayKind>,
    pub region: Option<String>,
    pub channel: Option<String>,
    pub best_time: Option<String>,
    pub source: Option<String>,
    pub credit_code: Option<String>,
    pub note: Option<String>,
}

/// At most `max` characters; "" says nothing.
pub fn text(sent: &Fields, name: &'static str, max: usize, errors: &mut FieldErrors) -> Option<String> {
    let value = sent.opt(name)?;
    if value.chars().count() > max {
        errors.add(name, "too-long");
    }
    Some(value.to_owned())
}

/// A day, where one is given.
pub fn day(sent: &Fields, name: &'static str, errors: &mut FieldErrors) -> Option<StoreDate> {
    let value = sent.opt(name)?;
    errors.take(name, value.parse::<StoreDate>().map_err(|_| "date-form"))
}

/// One of the keys, where one is given.
pub fn choice<T>(
    sent: &Fields,
    name: &'static str,
    parse: impl Fn(&str) -> Option<T>,
    errors: &mut FieldErrors,
) -> Option<T> {
    let value = sent.opt(name)?;
    errors.take(name, parse(value).ok_or("choice"))
}

impl CustomerForm {
    /// # Errors
    /// Every fault of the form at once.
    pub fn read(sent: &Fields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let e = &mut errors;
        let name = e.take("name", PersonName::parse(sent.get("name")).map_err(kernel::name::NameFault::code));
        let kind = choice(sent, "kind", CustomerKind::parse, e).unwrap_or(CustomerKind::Person);
        let birthday = day(sent, "birthday", e);
        let lunar = choice(sent, "birthday_kind", BirthdayKind::parse, e).unwrap_or(BirthdayKind::Solar);
        let gender = choice(sent, "gender", Gender::parse, e);
        let region = text(sent, "region", 60, e);
        let channel = text(sent, "channel", 30, e);
        let best_time = text(sent, "best_time", 60, e);
        let source = text(sent, "source", 60, e);
        let credit_code = text(sent, "credit_code", 30, e);
        let note = text(sent, "note", 500, e);
        match name {
            Some(name) if errors.is_empty() => Ok(Self {
                kind,
                name,
                gender,
                birthday,
                birthday_kind: birthday.map(|_| lunar),
                region,
                channel,
                best_time,
                source,
                credit_code,
                note,
            }),
            Some(_) | None => Err(errors),
        }
    }

    fn words(&self) -> Value {
        json!({
            "kind": self.kind, "name": self.name.expose(), "gender": self.gender, "birthday": self.birthday,
            "birthday_kind": self.birthday_kind, "region": self.region, "channel": self.channel,
            "best_time": self.best_time, "source": self.source, "credit_code": self.credit_code, "note": self.note,
        })
    }
}

fn words_of(file: &CustomerFile) -> Value {
    json!({
        "kind": file.kind, "name": file.name, "gender": file.gender, "birthday": file.birthday,
        "birthday_kind": file.birthday_kind, "region": file.region, "channel": file.channel,
        "best_time": file.best_time, "source": file.source, "credit_code": file.credit_code, "note": file.note,
    })
}

/// Numbers of a form's field, several to a line as people write them.
pub fn phones(sent: &Fields, name: &'static str, errors: &mut FieldErrors) -> Vec<Phone> {
    let mut good = Vec::new();
    for read in Phone::parse_cell(sent.get(name)) {
        match read {
            Ok(phone) => good.push(phone),
            Err(fault) => {
                errors.add_with(name, fault.code(), fault.count().map_or_else(String::new, |n| n.to_string()));
            }
        }
    }
    good
}

/// Enters somebody; who is there already by phone and name is answered instead of doubled.
/// # Errors
/// `Refused` without a store, else as the database answers.
pub async fn create(db: &Db, scope: &Scope, form: &CustomerForm, phones: &[Phone]) -> Result<(CustomerId, bool)> {
    let store = scope.store()?;
    let row = form.row(phones);
    let made =
        transact!(db, scope, |tx| { intake::apply(tx, &Recording::by_hand(store), std::slice::from_ref(&row)).await })?;
    let done = made.first().and_then(|v| Some((v.customer.customer?, v.customer.how == How::New)));
    done.ok_or_else(|| Problem::internal("an entry by hand left no customer"))
}

/// It is somebody whose file is there already: numbers and what the file lacks go into it.
/// # Errors
/// `NotFound` outside of the scope, `Refused` without a store.
pub async fn add_to(db: &Db, scope: &Scope, id: CustomerId, form: &CustomerForm, phones: &[Phone]) -> Result<()> {
    let store_id = scope.store()?;
    let row = form.row(phones);
    transact!(db, scope, |tx| {
        store::file(tx, scope, id).await?;
        intake::apply_to(tx, store_id, id, std::slice::from_ref(&row)).await.map(|_| ())
    })
}

impl CustomerForm {
    fn row(&self, phones: &[Phone]) -> CustomerIn {
        CustomerIn {
            owner: OwnerIn {
                name: Some(self.name.clone()),
                organisation: self.kind == CustomerKind::Organisation,
                phones: phones.to_vec(),
            },
            gender: self.gender,
            birthday: self.birthday.map(|d| (d, self.birthday_kind.unwrap_or(BirthdayKind::Solar))),
            region: self.region.clone(),
            channel: self.channel.clone(),
            best_time: self.best_time.clone(),
            source: self.source.clone(),
            credit_code: self.credit_code.clone(),
            note: self.note.clone(),
            ..CustomerIn::default()
        }
    }
}

/// # Errors
/// `NotFound` outside of the scope, `Conflict` when somebody else saved meanwhile.
pub async fn save(db: &Db, scope: &Scope, id: CustomerId, version: i64, form: &CustomerForm) -> Result<()> {
    transact!(db, scope, |tx| {
        let before = store::file(tx, scope, id).await?;
        let mut row = store::rows(tx, scope.group, &[id]).await?.pop().ok_or(Problem::NotFound)?;
        row.kind = form.kind;
        row.name = form.name.expose().to_owned();
        row.name_key = kernel::name::sort_key(form.name.expose());
        row.gender = form.gender;
        row.birthday = form.birthday;
        row.birthday_kind = form.birthday_kind;
        row.region.clone_from(&form.region);
        row.channel.clone_from(&form.channel);
        row.best_time.clone_from(&form.best_time);
        row.source.clone_from(&form.source);
        row.credit_code.clone_from(&form.credit_code);
        row.note.clone_from(&form.note);
        if !store::edit(tx, version, &row).await? {
            return Err(Problem::Conflict("customer-changed"));
        }
        let (old, new) = only_changed(&words_of(&before), &form.words());
        audit::note(tx, "customer.change", "customer", id.raw(), &old, &new).await?;
        if before.name != form.name.expose() {
            search::refresh(tx, &[id]).await?;
        }
        Ok(())
    })
}

/// The audit keeps what moved.
pub fn only_changed(before: &Value, after: &Value) -> (Value, Value) {
    let (mut old, mut new) = (Map::new(), Map::new());
    for (key, value) in after.as_object().into_iter().flatten() {
        let was = before.get(key).cloned().unwrap_or(Value::Null);
        if was != *value {
            old.insert(key.clone(), was);
            new.insert(key.clone(), value.clone());
        }
    }
    (Value::Object(old), Value::Object(new))
}
