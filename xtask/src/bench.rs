//! `cargo xtask bench [--json] [--customers N] [--plans] …`: figures with floors, on both databases.

use std::process::Command;

use anyhow::Result;

use crate::needs;
use crate::postgres::Server;
use crate::shell::{call, cargo, target};

/// Builds the product and the bench as they are shipped, and measures. What is not known here goes to the bench.
/// # Errors
/// When something does not build, or a figure cannot be taken.
pub fn bench(args: impl Iterator<Item = String>) -> Result<()> {
    let args: Vec<String> = args.collect();
    needs::node_packages("web")?;
    // Apart: the bench sees statements go by, the product must not.
    call(cargo().args(["build", "--locked", "--release", "--package", "zhiyin"]))?;
    let product = target().join("bench/zhiyin");
    std::fs::create_dir_all(target().join("bench"))?;
    std::fs::copy(target().join("release/zhiyin"), &product)?;
    call(cargo().args(["build", "--locked", "--release", "--package", "bench"]))?;
    let lite_only = args.windows(2).any(|pair| pair[0] == "--engine" && pair[1] == "sqlite");
    let server = if lite_only { None } else { Some(Server::lasting(&target().join("bench/pg"))?) };
    let mut bench = Command::new(target().join("release/bench"));
    bench.arg("--zhiyin").arg(&product).arg("--cache").arg(target().join("bench")).args(args);
    if let Some(server) = &server {
        bench.args(["--pg", &server.url()]);
    }
    call(&mut bench)
}
