//! Commands.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use platform::config::{self, Config};
use platform::sheets;

use crate::server;

#[derive(Parser)]
#[command(name = "zhiyin", version, about = "Customer care for car dealerships and repair shops")]
struct Cli {
    /// Settings file (default: ./zhiyin.toml where there is one).
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server.
    Serve {
        /// With the demonstration stores, made at the first start in an empty database.
        #[arg(long)]
        demo: bool,
        /// Port on the configured address.
        #[arg(long)]
        port: Option<u16>,
    },
    /// Bring the database up to this version.
    Migrate,
    /// Look at the configuration.
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// Check this installation and say what to do about what is wrong.
    Doctor,
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Read it as the server would and name what is wrong.
    Check,
}

/// Runs the command that was asked for.
pub fn main() -> ExitCode {
    // The reader of spreadsheets limits itself before anything else of this program is awake.
    let mut given = std::env::args_os().skip(1);
    if given.next().is_some_and(|a| a == sheets::SUBCOMMAND)
        && let Some(path) = given.next()
    {
        return sheets::child_main(path.as_ref());
    }
    let cli = Cli::parse();
    let outcome = load(cli.config.as_deref()).and_then(|config| run(&cli.command, config));
    match outcome {
        Ok(code) => code,
        Err(e) => {
            eprintln!("zhiyin: {e:#}");
            ExitCode::FAILURE
        }
    }
}

fn load(file: Option<&std::path::Path>) -> anyhow::Result<Config> {
    config::load(file, |k| std::env::var(k).ok()).map_err(anyhow::Error::msg)
}

fn run(command: &Command, mut config: Config) -> anyhow::Result<ExitCode> {
    match *command {
        Command::Config { what: ConfigCommand::Check } => {
            println!("configuration is sound; data in {}", config.data.display());
            Ok(ExitCode::SUCCESS)
        }
        Command::Serve { demo, port } => {
            if let Some(port) = port {
                let had_default_origin = config.public_origin == format!("http://{}", config.listen);
                config.listen.set_port(port);
                if had_default_origin {
                    config.public_origin = format!("http://{}", config.listen);
                }
            }
            server::log(&config);
            runtime()?.block_on(server::serve(config, demo))
        }
        Command::Migrate => runtime()?.block_on(async {
            let db = server::open(&config, server::clock(false)?).await?;
            db.close().await;
            println!("the database is up to date");
            Ok(ExitCode::SUCCESS)
        }),
        Command::Doctor => runtime()?.block_on(crate::health::doctor(config)),
    }
}

pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")
}
