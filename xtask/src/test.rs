//! `cargo xtask test [--quick] [FILTER]`: exactly what the pipeline runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::needs;
use crate::postgres::Server;
use crate::shell::{call, cargo, quietly, root, target};
use crate::steps::Steps;

#[derive(Default)]
pub struct Wanted {
    /// Without the browser.
    quick: bool,
    /// Only tests and journeys of this name; then without fmt, clippy and types.
    filter: Option<String>,
}

impl Wanted {
    /// # Errors
    /// On a switch that does not exist.
    pub fn parse(args: impl Iterator<Item = String>) -> Result<Self> {
        let mut wanted = Self::default();
        for arg in args {
            match arg.as_str() {
                "--quick" => wanted.quick = true,
                switch if switch.starts_with('-') => bail!("there is no switch `{switch}`"),
                _ => wanted.filter = Some(arg),
            }
        }
        Ok(wanted)
    }
}

/// # Errors
/// The first step that fails ends it.
pub fn test(wanted: &Wanted) -> Result<()> {
    let mut steps = Steps::default();
    let done = all(wanted, &mut steps);
    steps.summary();
    done
}

fn all(wanted: &Wanted, steps: &mut Steps) -> Result<()> {
    let whole = wanted.filter.is_none();
    steps.step("what the tests need", || {
        needs::install(if wanted.quick { needs::Purpose::Quick } else { needs::Purpose::Everything })
    })?;
    steps.step("packages of web/", || needs::node_packages("web"))?;
    if whole {
        steps.step("fmt", || call(cargo().args(["fmt", "--all", "--check"])))?;
        steps.step("types", types)?;
        steps.step("clippy", || {
            call(cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
        })?;
    }
    // Tests and the program in one go, with the same features: nothing is compiled twice.
    steps.step("build", || call(cargo().args(["build", "--locked", "--workspace", "--bins", "--tests"])))?;
    let server = steps.step("private PostgreSQL", Server::start)?;
    steps.step("tests", || call(tests(wanted).env("ZHIYIN_TEST_PG", server.url())))?;
    if wanted.quick {
        return Ok(());
    }
    steps.step("packages of e2e/", || needs::node_packages("e2e"))?;
    let (alone, product) = (journeys("e2e/client", wanted)?, journeys("e2e", wanted)?);
    let program = needs::node_for_journeys()?;
    let drive = |files: &[PathBuf], engine| {
        drive(files, |files| {
            let mut command = node(&program, files, &server);
            command.env("ZHIYIN_E2E_DB", engine);
            command
        })
    };
    if !alone.is_empty() {
        steps.step("the browser's part alone", || drive(&alone, "sqlite"))?;
    }
    if !product.is_empty() {
        steps.step("journeys on SQLite", || drive(&product, "sqlite"))?;
        steps.step("journeys on PostgreSQL", || drive(&product, "postgres"))?;
    }
    Ok(())
}

/// The pages' scripts and the worker, each against its own library.
fn types() -> Result<()> {
    for project in ["tsconfig.json", "src/sw/tsconfig.json"] {
        call(
            Command::new("node")
                .args(["node_modules/typescript/bin/tsc", "--noEmit", "-p", project])
                .current_dir(root().join("web")),
        )?;
    }
    Ok(())
}

/// nextest where it is installed: the same tests, each in its own process.
fn tests(wanted: &Wanted) -> Command {
    let mut command = cargo();
    if quietly(cargo().args(["nextest", "--version"])).is_ok() {
        command.args(["nextest", "run", "--locked", "--workspace", "--no-fail-fast", "--no-tests", "warn"]);
    } else {
        command.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    }
    command.args(&wanted.filter);
    command
}

/// `*.test.mjs` of a folder, by name.
fn journeys(folder: &str, wanted: &Wanted) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(root().join(folder))?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|path| {
        let name = path.file_name().map_or_else(Default::default, |name| name.to_string_lossy());
        name.ends_with(".test.mjs") && wanted.filter.as_ref().is_none_or(|filter| name.contains(filter))
    });
    files.sort();
    Ok(files)
}

/// Runs journeys. Of a browser that answers no more (once in some hundred files, at any place) nothing is learnt about the
/// product: where files hung and no test failed, what was asked last is shown and these files run once more.
fn drive(files: &[PathBuf], node: impl Fn(&[PathBuf]) -> Command) -> Result<()> {
    let first = call(&mut node(files));
    if first.is_ok() {
        return first;
    }
    let said = fs::read_to_string(outcome()).unwrap_or_default();
    let hung: Vec<PathBuf> = said.lines().filter_map(|line| line.strip_prefix("hung ")).map(PathBuf::from).collect();
    if hung.is_empty() || hung.len() > 2 || said.lines().any(|line| line.starts_with("failed ")) {
        return first;
    }
    for file in &hung {
        let name = file.file_name().map_or_else(Default::default, |name| name.to_string_lossy());
        println!("\n== {name} hung; asked last:");
        let log = fs::read_to_string(root().join(format!("e2e/out/{name}.log"))).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        for line in &lines[lines.len().saturating_sub(15)..] {
            println!("   {line}");
        }
    }
    println!("== once more");
    call(&mut node(&hung))
}

/// Where the second reporter writes.
fn outcome() -> PathBuf {
    target().join("journeys.txt")
}

fn node(program: &Path, files: &[PathBuf], server: &Server) -> Command {
    let mut command = Command::new(program);
    // Something that hangs fails with its name instead of holding up everything.
    command
        .args(["--test", "--test-timeout=240000"])
        .args(["--test-reporter", "spec", "--test-reporter-destination", "stdout"])
        .args(["--test-reporter", "./lib/hung.mjs", "--test-reporter-destination"])
        .arg(outcome())
        .args(files)
        .current_dir(root().join("e2e"));
    command.env("ZHIYIN_BIN", target().join("debug/zhiyin"));
    command.env("ZHIYIN_TEST_PG", server.url()).env("ZHIYIN_PSQL", server.psql());
    command
}
