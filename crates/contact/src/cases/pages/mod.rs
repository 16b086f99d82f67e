//! The list of cases, one case, what is done with it, and the parts that other pages show.

mod act;
mod case;
mod clocks;
mod fields;
mod kinds;
mod lines;
mod list;
mod new;
mod parts;

use kernel::Cap;
use platform::http::{Need, Routes};

use crate::cases::clocks::ClockBook;
use crate::cases::kinds::KindBook;
use crate::editing;

pub use fields::call_fields;
pub use kinds::kind_lines;
pub(super) use lines::lines;
pub use lines::{CaseLine, state_tone};
pub use new::open_button;
pub use parts::{call_recall, customer_cases, today_cases};

pub fn routes() -> Routes {
    let handle = Need::Cap(Cap::CaseHandle);
    Routes::new()
        .get("/cases", Need::Cap(Cap::CaseRead), list::show)
        .get("/cases/new", handle, new::show)
        .post("/cases", handle, new::save)
        .get("/cases/{id}", Need::Cap(Cap::CaseRead), case::show)
        .post("/cases/{id}/owner", Need::AnyOf(&[Cap::CaseHandle, Cap::QueueAssign]), act::own)
        .post("/cases/{id}/class", handle, act::reclassify)
        .post("/cases/{id}/contact", handle, act::contact)
        .post("/cases/{id}/result", handle, act::resolve)
        .post("/cases/{id}/fields", handle, act::fill)
        .post("/cases/{id}/notes", handle, act::note)
        .post("/cases/{id}/escalation", handle, act::escalate)
        .post("/cases/{id}/decisions", Need::Cap(Cap::CaseDecide), act::decide)
        .post("/cases/{id}/recalls", handle, act::recall_again)
        .post("/cases/{id}/closure", handle, act::give_up)
        .post("/cases/{id}/reopenings", handle, act::reopen)
        .post("/cases/{id}/dial", handle, act::dial)
        .post("/contacts/{id}/case-fields", Need::Cap(Cap::CallWork), fields::refresh)
        .merge(editing::routes::<ClockBook>())
        .merge(editing::routes::<KindBook>())
}
