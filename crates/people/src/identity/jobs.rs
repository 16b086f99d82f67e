//! Housekeeping.

use kernel::{Millis, Result};
use platform::http::App;
use platform::transact;

use super::store::{link, session, throttle};
use super::throttle::nobody;

/// Forgets what nobody needs: counted tries after two days, links after thirty, sessions a month after their
/// end, devices that were not seen for half a year.
pub async fn sweep(app: App, now: Millis) -> Result<()> {
    transact!(app.db, &nobody(), |tx| {
        throttle::sweep(tx, now.plus(-2 * Millis::DAY)).await?;
        link::sweep(tx, now.plus(-30 * Millis::DAY)).await?;
        session::sweep(tx, now.plus(-30 * Millis::DAY), now.plus(-180 * Millis::DAY)).await?;
        Ok(())
    })
}
