//! The customers of the store, the youngest first.

use askama::Template;
use kernel::CustomerId;
use platform::http::{Answer, Desk, Fields, Ui};

use crate::customers::store::{self, Listed};

const A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "customers/pages/list.html")]
struct ListPage {
    ui: Ui,
    rows: Vec<Listed>,
    /// The id to go on below, when there are more.
    more: Option<CustomerId>,
    first: bool,
}

pub async fn show(desk: Desk, sent: Fields) -> Answer {
    let before = sent.parsed::<CustomerId>("before");
    let from = before.unwrap_or(CustomerId::new(i64::MAX));
    let limit = i64::try_from(A_PAGE + 1).unwrap_or(51);
    let mut rows = store::list(&mut desk.reads(), desk.scope(), from, limit).await?;
    let more = (rows.len() > A_PAGE).then(|| rows.truncate(A_PAGE)).and_then(|()| rows.last()).map(|r| r.id);
    desk.page(&ListPage { ui: desk.ui(), rows, more, first: before.is_none() })
}
