//! Bundles `web/` into `web/dist`, which `http/assets.rs` embeds. Runs again only when something in `web/` changed.
//! `ZHIYIN_WEB=prebuilt` takes `web/dist` as it lies there, for builds without Node.

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// What the bundle is made of, relative to `web/`.
const SOURCES: [&str; 5] = ["src", "package.json", "package-lock.json", ".npmrc", "build.mjs"];

fn main() {
    if let Err(problem) = run() {
        // A sentence for whoever builds, not a panic with a backtrace.
        eprintln!("{problem}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    // Relative to this crate, so that every checkout builds its own `web/`.
    let web = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../web").canonicalize()?;
    // New files below these are part of the program too.
    println!("cargo::rerun-if-changed=../../locales");
    println!("cargo::rerun-if-changed=../../migrations");
    println!("cargo::rerun-if-env-changed=ZHIYIN_WEB");
    let manifest = web.join("dist/manifest.json");
    if std::env::var("ZHIYIN_WEB").is_ok_and(|mode| mode == "prebuilt") {
        println!("cargo::rerun-if-changed={}", manifest.display());
        if !manifest.exists() {
            return Err(format!(
                "ZHIYIN_WEB=prebuilt, but {} is missing: build it once with Node, or take it from a release.",
                manifest.display()
            )
            .into());
        }
        return Ok(());
    }
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", web.join(source).display());
    }
    if stale(&web.join("node_modules/.package-lock.json"), &web.join("package-lock.json")) {
        call(&web, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    }
    call(&web, "node", &["build.mjs"])?;
    // Watched too, so that a removed bundle comes back with the next build; dated back, or cargo would see it as changed by this run.
    println!("cargo::rerun-if-changed={}", manifest.display());
    let before = web.join("package-lock.json").metadata()?.modified()?;
    File::options().append(true).open(&manifest)?.set_modified(before)?;
    Ok(())
}

/// Whether what npm installed is missing or older than the lock.
fn stale(installed: &Path, lock: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|meta| meta.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    !installed.exists() || changed(installed) < changed(lock)
}

fn call(folder: &Path, program: &str, args: &[&str]) -> Result<(), Box<dyn Error>> {
    let done = Command::new(program).args(args).current_dir(folder).output().map_err(|cause| {
        format!("cannot run {program} ({cause}). The pages need Node.js 18 or newer with npm; without it, build with ZHIYIN_WEB=prebuilt and a finished web/dist.")
    })?;
    if done.status.success() {
        return Ok(());
    }
    let told = [done.stdout, done.stderr].concat();
    Err(format!("`{program} {}` in {} failed:\n{}", args.join(" "), folder.display(), String::from_utf8_lossy(&told))
        .into())
}
