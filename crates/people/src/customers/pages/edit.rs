//! The file as a form: somebody new, or a correction.

use askama::Template;
use axum::extract::Path;
use kernel::{CustomerId, FieldErrors, Problem};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};

use crate::customers::alike::{self, Alike};
use crate::customers::edit::{self, CustomerForm, phones};
use crate::customers::{BirthdayKind, CustomerFile, CustomerKind, Gender, store, watch};
use crate::identity::pages::form::Form;

#[derive(Template)]
#[template(path = "customers/pages/edit.html")]
struct EditPage {
    ui: Ui,
    form: Form,
    /// `None`: somebody new.
    id: Option<CustomerId>,
    kinds: Vec<(String, String)>,
    genders: Vec<(String, String)>,
    calendars: Vec<(String, String)>,
    /// Who may be meant.
    alike: Vec<Alike>,
}

impl EditPage {
    fn new(desk: &Desk, form: Form, id: Option<CustomerId>) -> Self {
        let ui = desk.ui();
        let words = |prefix: &str, keys: &[&str]| {
            keys.iter().map(|k| ((*k).to_owned(), ui.v(prefix, *k).into_owned())).collect::<Vec<_>>()
        };
        let kinds: Vec<&str> = CustomerKind::ALL.iter().map(|k| k.key()).collect();
        let mut genders = vec![(String::new(), "--".to_owned())];
        genders.extend(words("gender", &Gender::ALL.iter().map(|k| k.key()).collect::<Vec<_>>()));
        let calendars: Vec<&str> = BirthdayKind::ALL.iter().map(|k| k.key()).collect();
        Self {
            kinds: words("customer-kind", &kinds),
            genders,
            calendars: words("birthday-kind", &calendars),
            ui,
            form,
            id,
            alike: Vec::new(),
        }
    }
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
    fn action(&self) -> String {
        self.id.map_or_else(|| "/customers".into(), |id| format!("/customers/{id}"))
    }
}

fn filled(file: &CustomerFile) -> Form {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let birthday = file.birthday.map(|d| d.to_string()).unwrap_or_default();
    let version = file.version.to_string();
    Form::with(&[
        ("version", &version),
        ("kind", file.kind.key()),
        ("name", &file.name),
        ("gender", file.gender.map_or("", Gender::key)),
        ("birthday", &birthday),
        ("birthday_kind", file.birthday_kind.map_or("solar", BirthdayKind::key)),
        ("region", &text(&file.region)),
        ("channel", &text(&file.channel)),
        ("best_time", &text(&file.best_time)),
        ("source", &text(&file.source)),
        ("credit_code", &text(&file.credit_code)),
        ("note", &text(&file.note)),
    ])
}

pub async fn new(desk: Desk) -> Answer {
    desk.page(&EditPage::new(&desk, Form::with(&[("kind", "person")]), None))
}

pub async fn create(desk: Desk, sent: Fields) -> Answer {
    let mut errors = FieldErrors::default();
    let numbers = phones(&sent, "phones", &mut errors);
    let read = CustomerForm::read(&sent);
    if let Err(more) = &read {
        errors.0.extend(more.0.iter().cloned());
    }
    match read {
        Ok(form) if errors.is_empty() => {
            if let Some(id) = sent.parsed::<CustomerId>("is") {
                edit::add_to(desk.db(), desk.scope(), id, &form, &numbers).await?;
                return desk.see_other(&format!("/customers/{id}?known"));
            }
            if sent.get("sure") != "new" && form.kind == CustomerKind::Person {
                for number in &numbers {
                    watch::searched(desk.db(), desk.scope(), number.expose()).await?;
                }
                let alike = alike::resembling(&mut desk.reads(), desk.scope(), &form.name, &numbers).await?;
                if !alike.is_empty() {
                    let again = Form::again(&desk, &sent, &errors);
                    return desk.invalid(&EditPage { alike, ..EditPage::new(&desk, again, None) });
                }
            }
            let (id, made) = edit::create(desk.db(), desk.scope(), &form, &numbers).await?;
            desk.see_other(&format!("/customers/{id}?{}", if made { "entered" } else { "known" }))
        }
        Ok(_) | Err(_) => desk.invalid(&EditPage::new(&desk, Form::again(&desk, &sent, &errors), None)),
    }
}

pub async fn edit(desk: Desk, Path(id): Path<CustomerId>) -> Answer {
    let file = store::file(&mut desk.reads(), desk.scope(), id).await?;
    desk.page(&EditPage::new(&desk, filled(&file), Some(id)))
}

pub async fn save(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let version = sent.parsed::<i64>("version").ok_or(Problem::Conflict("customer-changed"))?;
    match CustomerForm::read(&sent) {
        Ok(form) => {
            edit::save(desk.db(), desk.scope(), id, version, &form).await?;
            desk.see_other(&format!("/customers/{id}?saved"))
        }
        Err(errors) => {
            store::file(&mut desk.reads(), desk.scope(), id).await?;
            desk.invalid(&EditPage::new(&desk, Form::again(&desk, &sent, &errors), Some(id)))
        }
    }
}
