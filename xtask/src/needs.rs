//! What the tests need from the machine: Debian's packages, and the Node packages of `web/` and `e2e/`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::postgres;
use crate::shell::{call, has, is_root, quietly, root};

/// Oldest Node that the bundler and the journeys run on (Debian 12 has this one).
const NODE_MAJOR: u32 = 18;

/// Installs what is missing; without root says the one line that an administrator must run.
/// # Errors
/// When something is missing and cannot be installed.
pub fn install(with_browser: bool) -> Result<()> {
    let mut missing = Vec::new();
    let mut need = |there: bool, packages: &[&'static str]| {
        if !there {
            missing.extend_from_slice(packages);
        }
    };
    need(has("cc"), &["gcc", "libc6-dev"]);
    need(has("node"), &["nodejs"]);
    need(has("npm"), &["npm"]);
    need(postgres::binaries().is_some(), &["postgresql"]);
    if with_browser {
        need(has("chromium"), &["chromium"]);
        need(Path::new("/usr/share/fonts/opentype/noto").exists(), &["fonts-noto-cjk"]);
    }
    if !missing.is_empty() {
        let line = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
        if !is_root() {
            bail!("the tests need more of this machine; as an administrator run\n\n    sudo {line}\n");
        }
        println!("{line}");
        apt(&["update", "-qq"]).context("cannot read Debian's package lists")?;
        apt(&[&["install", "-y", "-qq", "--no-install-recommends"], missing.as_slice()].concat())?;
    }
    node_is_new_enough()
}

fn apt(args: &[&str]) -> Result<()> {
    quietly(Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive")).map(drop)
}

fn node_is_new_enough() -> Result<()> {
    let version = quietly(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR) {
        bail!("Node.js {} is too old: {NODE_MAJOR} or newer is needed", version.trim());
    }
    Ok(())
}

/// `npm ci` where what is installed is missing or older than the lock. Nothing of a package runs while it is installed.
/// # Errors
/// When npm fails.
pub fn node_packages(folder: &str) -> Result<()> {
    let folder = root().join(folder);
    let changed = |path: &str| folder.join(path).metadata().and_then(|meta| meta.modified()).ok();
    if changed("node_modules/.package-lock.json") >= changed("package-lock.json") {
        return Ok(());
    }
    call(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))
}
