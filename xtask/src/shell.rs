//! Commands as this program needs them: in the right folder, with a sentence when they fail. No shell, so spaces in paths are harmless.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// The workspace root: the folder above this crate.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The cargo that started us.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Runs to the end; what it says is shown.
/// # Errors
/// When it cannot be started or does not succeed.
pub fn call(command: &mut Command) -> Result<()> {
    let told = told(command);
    let status = command.status().with_context(|| format!("cannot start {told}"))?;
    if !status.success() {
        bail!("{told}: {status}");
    }
    Ok(())
}

/// Runs to the end; what it says is shown only when it fails.
/// # Errors
/// As [`call`].
pub fn quietly(command: &mut Command) -> Result<String> {
    let told = told(command);
    let output = command.output().with_context(|| format!("cannot start {told}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{told}: {}\n{text}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(text)
}

fn told(command: &Command) -> String {
    let words: Vec<_> =
        std::iter::once(command.get_program()).chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    format!("`{}`", words.join(" "))
}

/// Whether a program of this name lies on the path.
pub fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")])
        .any(|dir| dir.join(program).is_file())
}

pub fn is_root() -> bool {
    quietly(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
