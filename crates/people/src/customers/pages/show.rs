//! One customer: how to reach them, what happened, what they drive, what comes next.

use askama::Template;
use axum::extract::Path;
use kernel::{CustomerId, Millis, Problem};
use platform::http::{Answer, Desk, Fields, Ui};

use crate::customers::{self, CustomerCard, Twin, merge, store};
use crate::timeline::{self, Line, Told};
use crate::vehicles::{self, OwnedCar};

const A_PAGE: usize = 20;

/// Filters of the timeline: message key and kinds.
const SHOWN: [(&str, &[&str]); 4] = [
    ("all", &[]),
    ("visits", &["repair_order", "delivery"]),
    ("calls", &["call", "call_revoked", "opted_out", "opted_in"]),
    ("cases", &["case_opened", "case_contacted", "case_result", "case_reopened", "case_closed", "case_withdrawn"]),
];

#[derive(Template)]
#[template(path = "customers/pages/show.html")]
struct CustomerPage {
    ui: Ui,
    card: CustomerCard,
    cars: Vec<OwnedCar>,
    twins: Vec<Twin>,
    story: Story,
    /// Filled by capabilities above.
    actions: String,
    pills: String,
    next: String,
    cases: String,
    entered: bool,
    known: bool,
    saved: bool,
    merged: bool,
}

/// The timeline, or its next part.
#[derive(Template)]
#[template(path = "customers/pages/story.html")]
struct Story {
    ui: Ui,
    customer: CustomerId,
    shown: String,
    filters: Vec<&'static str>,
    lines: Vec<(String, Told)>,
    /// Time and id to go on below, when there are more.
    more: Option<String>,
    first: bool,
}

impl CustomerPage {
    fn usable(&self) -> bool {
        self.card.lines.iter().any(|l| l.status.usable())
    }
    fn now(&self) -> impl Iterator<Item = &OwnedCar> {
        self.cars.iter().filter(|c| c.until_day.is_none())
    }
    fn before(&self) -> impl Iterator<Item = &OwnedCar> {
        self.cars.iter().filter(|c| c.until_day.is_some())
    }
}

pub async fn show(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let (scope, mut q) = (desk.scope(), desk.reads());
    let card = match customers::card(&mut q, scope, id).await {
        Err(Problem::NotFound) => return elsewhere(&desk, id).await,
        card => card?,
    };
    let cars = vehicles::of_customer(&mut q, scope.group, id).await?;
    let twins = store::twins(&mut q, scope, id).await?;
    let story = story(&desk, id, &sent).await?;
    let page = CustomerPage {
        ui: desk.ui(),
        card,
        cars,
        twins,
        story,
        actions: desk.slot("customer.actions", id.raw()).await?,
        pills: desk.slot("customer.pills", id.raw()).await?,
        next: desk.slot("customer.next", id.raw()).await?,
        cases: desk.slot("customer.cases", id.raw()).await?,
        entered: sent.has("entered"),
        known: sent.has("known"),
        saved: sent.has("saved"),
        merged: sent.has("merged"),
    };
    desk.page(&page)
}

/// Its file may have gone into another's.
async fn elsewhere(desk: &Desk, id: CustomerId) -> Answer {
    let (scope, mut q) = (desk.scope(), desk.reads());
    let kept = merge::went_into(&mut q, scope.group, id).await?.ok_or(Problem::NotFound)?;
    store::file(&mut q, scope, kept).await?;
    desk.see_other(&format!("/customers/{kept}?merged"))
}

pub async fn more(desk: Desk, Path(id): Path<CustomerId>, sent: Fields) -> Answer {
    let part = story(&desk, id, &sent).await?;
    if desk.is_htmx() { desk.fragment(&part) } else { desk.see_other(&format!("/customers/{id}")) }
}

async fn story(desk: &Desk, id: CustomerId, sent: &Fields) -> kernel::Result<Story> {
    let (shown, kinds) = SHOWN.iter().find(|(key, _)| *key == sent.get("show")).unwrap_or(&SHOWN[0]);
    let before = sent
        .opt("before")
        .and_then(|b| b.split_once('.'))
        .and_then(|(at, id)| Some((Millis(at.parse().ok()?), id.parse().ok()?)));
    let limit = i64::try_from(A_PAGE + 1).unwrap_or(21);
    let mut lines = timeline::of_kinds(&mut desk.reads(), desk.scope(), id, kinds, before, limit).await?;
    let more = (lines.len() > A_PAGE).then(|| lines.truncate(A_PAGE)).and_then(|()| lines.last());
    let more = more.map(|l| format!("{}.{}", l.at.0, l.id));
    let ui = desk.ui();
    Ok(Story {
        ui: desk.ui(),
        customer: id,
        shown: (*shown).to_owned(),
        filters: SHOWN.iter().map(|(key, _)| *key).collect(),
        lines: timeline::tell(desk, lines).await?.into_iter().map(|(l, told)| (when(&ui, &l), told)).collect(),
        more,
        first: before.is_none(),
    })
}

/// Of a visit the day, whose minute is often unknown; of the rest the moment.
fn when(ui: &Ui, line: &Line) -> String {
    let moment = ui.day_time(&line.at);
    match line.kind.as_str() {
        "repair_order" | "delivery" => match moment.split_once(' ') {
            Some((day, _)) => day.to_owned(),
            None => ui.t("story-today").into_owned(),
        },
        _ => moment,
    }
}
