//! `cargo xtask screenshots`

use std::process::Command;

use anyhow::Result;

use crate::needs;
use crate::shell::{call, cargo, root};

/// Builds the product and takes pictures of its pages in the demonstration store at a fixed moment.
/// # Errors
/// When it does not build, or a page does not open.
pub fn take() -> Result<()> {
    needs::install(needs::Purpose::Everything)?;
    needs::node_packages("web")?;
    call(cargo().args(["build", "--locked", "--package", "zhiyin"]))?;
    needs::node_packages("e2e")?;
    let node = needs::node_for_journeys()?;
    call(Command::new(node).arg("e2e/screenshots.mjs").current_dir(root()))
}
