//! `cargo xtask run` starts the product, `cargo xtask test` checks everything that a change must pass, `cargo xtask bench`
//! measures.

mod bench;
mod needs;
mod postgres;
mod run;
mod screenshots;
mod shell;
mod steps;
mod test;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask run [--demo] [ARGUMENTS…]   build and start the product; --demo: with the demonstration store
cargo xtask test [--quick] [FILTER]     fmt, clippy, tests on both databases, types, browser journeys
                                        --quick: no browser; FILTER: only tests and journeys of that name
cargo xtask screenshots                 pictures of every page of the demonstration store
cargo xtask bench [--customers N] [--json] [--plans] [--only PARTS] [--engine sqlite|postgres]
                                        figures with a million customers beside their floors; --plans: how statements
                                        find their rows; PARTS: pages,calls,reports,imports,planning";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let done = match args.next().as_deref() {
        Some("run") => run::run(args),
        Some("test") => test::Wanted::parse(args).and_then(|wanted| test::test(&wanted)),
        Some("screenshots") => screenshots::take(),
        Some("bench") => bench::bench(args),
        Some("help" | "--help" | "-h") | None => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => Err(anyhow::anyhow!("there is no `{other}`\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem:#}");
            ExitCode::FAILURE
        }
    }
}
