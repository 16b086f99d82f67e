//! `cargo xtask run [--demo] [ARGUMENTS…]`

use anyhow::Result;

use crate::needs;
use crate::shell::{call, cargo};

/// Builds the product with its pages and starts it, after looking for what building needs; arguments go to `zhiyin serve`.
/// # Errors
/// When it does not build or ends with an error.
pub fn run(args: impl Iterator<Item = String>) -> Result<()> {
    needs::install(needs::Purpose::Run)?;
    call(cargo().args(["run", "--locked", "--package", "zhiyin", "--", "serve"]).args(args))
}
