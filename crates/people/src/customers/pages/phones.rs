//! Numbers of a customer: added, put in front, ended.

use axum::extract::Path;
use kernel::{CustomerId, PersonName, Phone, PhoneLineId, Problem};
use platform::http::{Answer, Desk, Fields};
use platform::transact;

use crate::customers::{self, ContactRole, Whose, store};

pub async fn add(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let mut errors = kernel::FieldErrors::default();
    let phone = Phone::parse(sent.get("phone"));
    if let Err(fault) = &phone {
        errors.add_with("phone", fault.code(), fault.count().map_or_else(String::new, |n| n.to_string()));
    }
    let contact = sent.opt("contact").map(PersonName::parse);
    if let Some(Err(fault)) = &contact {
        errors.add("contact", fault.code());
    }
    errors.into_result()?;
    let phone = phone.map_err(|_| Problem::invalid("phone", "phone.empty"))?;
    let contact_name = contact.and_then(Result::ok).map(|n| n.expose().to_owned());
    let whose =
        Whose { contact_role: contact_name.is_some().then_some(ContactRole::Contact), contact_name, first: false };
    transact!(desk.db(), desk.scope(), |tx| {
        store::file(tx, desk.scope(), id).await?;
        customers::add_phone(tx, id, &phone, &whose).await
    })?;
    desk.see_other(&format!("/customers/{id}?saved"))
}

pub async fn first(desk: Desk, Path((id, line)): Path<(CustomerId, PhoneLineId)>) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| {
        store::file(tx, desk.scope(), id).await?;
        let found = own(tx, desk.scope(), id, line).await?;
        let whose = Whose { contact_name: found.contact_name, contact_role: found.contact_role, first: true };
        customers::add_phone(tx, id, &found.phone, &whose).await
    })?;
    desk.see_other(&format!("/customers/{id}?saved"))
}

pub async fn end(desk: Desk, Path((id, line)): Path<(CustomerId, PhoneLineId)>) -> Answer {
    transact!(desk.db(), desk.scope(), |tx| {
        store::file(tx, desk.scope(), id).await?;
        own(tx, desk.scope(), id, line).await?;
        customers::end_phone(tx, line).await
    })?;
    desk.see_other(&format!("/customers/{id}?saved"))
}

async fn own(
    q: &mut impl platform::db::Sql,
    scope: &kernel::Scope,
    id: CustomerId,
    line: PhoneLineId,
) -> kernel::Result<customers::PhoneLine> {
    let found = store::line(q, scope.group, line).await?;
    if found.customer_id == id { Ok(found) } else { Err(Problem::NotFound) }
}
