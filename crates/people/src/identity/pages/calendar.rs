//! The store's calendar: weekly hours, and the days that differ.

use askama::Template;
use axum::extract::Path;
use kernel::{Cap, Problem, Reach, StoreDate};
use platform::http::{Answer, Desk, Fields, ShownError, Ui};
use platform::transact;

use super::form::Form;
use crate::identity::calendar::{self, DayForm, DayKind, DayRow, drop_day, save_day, save_hours, show_spans};
use crate::identity::holidays;

#[derive(Template)]
#[template(path = "identity/pages/calendar.html")]
struct CalendarPage {
    ui: Ui,
    form: Form,
    year: i16,
    /// `day-1` … `day-7`.
    weekdays: Vec<String>,
    days: Vec<DayLine>,
    kinds: Vec<(String, String)>,
    /// The year that nobody has entered yet.
    missing: Option<i16>,
    /// May change days of the whole group.
    group_wide: bool,
    saved: bool,
}

struct DayLine {
    day: StoreDate,
    weekday: usize,
    kind: DayKind,
    name: String,
    hours: String,
    source: String,
    /// This store's own, not the group's.
    own: bool,
    may_drop: bool,
}

impl CalendarPage {
    fn errors(&self) -> &Vec<ShownError> {
        &self.form.errors
    }
}

impl DayLine {
    fn tone(&self) -> &'static str {
        match self.kind {
            DayKind::Holiday | DayKind::Closed => "warn",
            DayKind::Workday | DayKind::Hours => "info",
        }
    }
}

fn whole_group(desk: &Desk) -> bool {
    desk.scope().posts.iter().flat_map(|p| &p.grants).any(|g| *g == (Cap::RuleEdit, Reach::Group))
}

async fn page(desk: &Desk, year: Option<i16>, form: Option<Form>) -> Result<CalendarPage, Problem> {
    let (ui, scope, q) = (desk.ui(), desk.scope(), &mut desk.reads());
    let store = scope.store()?;
    let open = calendar::of(q, scope.group, store).await?;
    let today = open.date_of(desk.now());
    let year = year.filter(|y| (2000..=2199).contains(y)).unwrap_or(today.year());
    let group_wide = whole_group(desk);
    let line = |row: DayRow| {
        let own = row.store_id != 0;
        DayLine {
            day: row.day,
            weekday: row.day.weekday_index() + 1,
            kind: row.kind,
            name: ui.label(&holidays::label(&row.name)),
            hours: show_spans(&open.spans(row.day)),
            source: row.source,
            own,
            may_drop: own || group_wide,
        }
    };
    let days = calendar::days_of_year(q, scope.group, store, year).await?.into_iter().map(line).collect();
    let form = match form {
        Some(form) => form,
        None => {
            let week = calendar::week(q, scope.group, store).await?;
            let values: Vec<(String, String)> =
                week.iter().enumerate().map(|(i, spans)| (format!("day-{}", i + 1), show_spans(spans))).collect();
            Form::with(&values.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect::<Vec<_>>())
        }
    };
    Ok(CalendarPage {
        weekdays: (1..=7).map(|n| format!("day-{n}")).collect(),
        kinds: DayKind::ALL.iter().map(|k| (k.key().to_owned(), ui.v("identity-day-kind", k).into_owned())).collect(),
        missing: calendar::missing_year(q, scope.group, today).await?,
        saved: false,
        form,
        year,
        days,
        group_wide,
        ui,
    })
}

/// GET /calendar?year=
pub async fn show(desk: Desk, query: Fields) -> Answer {
    let mut page = page(&desk, query.parsed("year"), None).await?;
    page.saved = query.has("saved");
    desk.page(&page)
}

async fn settle(desk: &Desk, fields: &Fields, year: Option<i16>, outcome: Result<(), Problem>) -> Answer {
    match outcome {
        Ok(()) => match year {
            Some(year) => desk.see_other(&format!("/calendar?year={year}&saved")),
            None => desk.see_other("/calendar?saved"),
        },
        Err(Problem::Invalid(errors)) => {
            let sent = Form::again(desk, fields, &errors);
            let mut fresh = page(desk, year, None).await?;
            // The day's form was sent: the hours stand as they are.
            let hours: Vec<String> = fresh.weekdays.iter().map(|n| fresh.form.get(n).to_owned()).collect();
            let from_hours = fields.has("day-1");
            let mut values: Vec<(&str, &str)> = Vec::new();
            for (name, kept) in fresh.weekdays.iter().zip(&hours) {
                values.push((name, if from_hours { sent.get(name) } else { kept }));
            }
            for name in ["day", "kind", "name", "spans"] {
                values.push((name, sent.get(name)));
            }
            let mut form = Form::with(&values);
            form.errors = sent.errors;
            fresh.form = form;
            desk.invalid(&fresh)
        }
        Err(other) => Err(other.into()),
    }
}

/// POST /calendar/hours
pub async fn hours(desk: Desk, fields: Fields) -> Answer {
    let store = desk.scope().store()?;
    let typed: [String; 7] = std::array::from_fn(|i| fields.get(&format!("day-{}", i + 1)).to_owned());
    let outcome = transact!(desk.db(), desk.scope(), |tx| { save_hours(tx, store, &typed).await });
    settle(&desk, &fields, None, outcome).await
}

/// POST /calendar/days
pub async fn add_day(desk: Desk, fields: Fields) -> Answer {
    let store = desk.scope().store()?;
    let text = |name: &str| fields.get(name).to_owned();
    let form = DayForm { day: text("day"), kind: text("kind"), name: text("name"), spans: text("spans") };
    let of = (!fields.has("whole_group")).then_some(store);
    let outcome = transact!(desk.db(), desk.scope(), |tx| { save_day(tx, of, &form).await });
    let year = outcome.as_ref().ok().map(|day| day.year());
    settle(&desk, &fields, year, outcome.map(|_| ())).await
}

/// POST /calendar/days/{day}/drop
pub async fn remove_day(desk: Desk, Path(day): Path<String>, fields: Fields) -> Answer {
    let store = desk.scope().store()?;
    let day: StoreDate = day.parse().map_err(|_| Problem::NotFound)?;
    let of = (!fields.has("whole_group")).then_some(store);
    transact!(desk.db(), desk.scope(), |tx| { drop_day(tx, of, day).await })?;
    desk.see_other(&format!("/calendar?year={}&saved", day.year()))
}
