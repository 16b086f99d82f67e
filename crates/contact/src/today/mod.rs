//! 今日工作台 and the live board: what matters now, by what one may do.

mod board;
mod page;
mod steps;

use kernel::Cap;
use platform::http::{Need, Routes};

pub fn routes() -> Routes {
    Routes::new().get("/", Need::SignedIn, page::show).get("/board", Need::Cap(Cap::QueueSee), board::show)
}
