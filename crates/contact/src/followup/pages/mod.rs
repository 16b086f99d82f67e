//! The queue and the call: what an agent works with all day.

mod assign;
mod attempt;
mod attempt_form;
mod call;
mod call_data;
mod call_history;
mod call_view;
mod dial;
mod done;
mod inbound;
mod keys;
mod lease;
mod line_view;
mod numbers;
mod outcomes;
mod queue;
mod revocation;
mod rules;
mod shares;
mod skip;
mod wishes;
mod words;

#[cfg(test)]
pub(crate) mod tests;

use kernel::Cap;
use platform::http::{Need, Routes};

use crate::editing;
use crate::followup::outcomes::Outcomes;
use crate::followup::rules::FollowupRules;

pub(super) use call_view::car;
pub use inbound::button as inbound_button;
pub use keys::rows as key_rows;
pub use line_view::{KindPill, LineView, lines};
pub use wishes::today_alerts;
pub use words::kind_pills;

pub fn routes() -> Routes {
    let work = Need::Cap(Cap::CallWork);
    let seen = Need::AnyOf(&[Cap::CallWork, Cap::QueueSee]);
    Routes::new()
        .get("/queue", seen, queue::show)
        .post("/queue/found", seen, queue::found)
        .post("/queue/next", work, queue::next)
        .post("/queue/assignments", Need::Cap(Cap::QueueAssign), assign::create)
        .post("/queue/assignments/{batch}/undo", Need::Cap(Cap::QueueAssign), assign::undo)
        .get("/queue/shares", Need::Cap(Cap::QueueAssign), shares::show)
        .post("/queue/shares", Need::Cap(Cap::QueueAssign), shares::save)
        .post("/queue/shares/{agent}/handover", Need::Cap(Cap::QueueAssign), shares::hand_over)
        .get("/queue/promised", work, queue::promised)
        .get("/queue/numbers", seen, numbers::show)
        .post("/calls/{contact}/number", work, numbers::supply)
        .get("/bookings", Need::AnyOf(&[Cap::CaseHandle, Cap::CallWork]), wishes::show)
        .post("/bookings/{wish}/done", Need::AnyOf(&[Cap::CaseHandle, Cap::CallWork]), wishes::done)
        .get("/calls/{contact}", seen, call::show)
        .get("/calls/from/{customer}", work, inbound::show)
        .post("/calls/{contact}/lease", work, lease::renew)
        .post("/calls/{contact}/lease/taken", work, lease::take)
        .post("/calls/{contact}/lease/released", work, lease::release)
        .post("/calls/{contact}/dial", work, dial::dial)
        .post("/calls/{contact}/skip", work, skip::create)
        .post("/calls/{contact}/attempts", work, attempt::create)
        .post(
            "/calls/{contact}/attempts/{attempt}/revocation",
            Need::AnyOf(&[Cap::CallWork, Cap::QueueAssign]),
            revocation::create,
        )
        .merge(editing::routes::<FollowupRules>())
        .merge(editing::routes::<Outcomes>())
}
