//! Commands.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use insight::reports;
use kernel::StoreDate;
use people::imports::{self, CliImport, Kind, Told, Workshop};
use platform::config::{self, Config};
use platform::i18n::{Locale, text};
use platform::sheets;

use crate::demo::bulk;
use crate::{console, server};

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
    /// Bring in an export of the dealer-management system.
    Import {
        /// What the file lists; guessed from the columns where it is left out.
        #[arg(long, value_parser = PossibleValuesParser::new(["repair-orders", "deliveries", "customers"]))]
        kind: Option<String>,
        /// Name or code of the store; not needed with one store, or where the file names its stores.
        #[arg(long)]
        store: Option<String>,
        file: PathBuf,
        /// Say what would happen, change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
        /// The day from which a store's first import plans, e.g. 2026-11-20.
        #[arg(long, value_parser = day)]
        plan_from: Option<StoreDate>,
    },
    /// Fill an empty database with a plausible group of any size, to try things out on.
    Demo {
        #[arg(long, default_value_t = 10_000)]
        customers: u64,
        /// Repair orders over three years; three per customer where it is left out.
        #[arg(long)]
        visits: Option<u64>,
        /// The same seed on the same day makes the same group.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Visits only: no follow-up was ever planned.
        #[arg(long)]
        no_follow_up: bool,
    },
    /// Bring the database up to this version.
    Migrate,
    /// Look at the configuration.
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
    /// The counted figures behind the reports.
    Reports {
        #[command(subcommand)]
        what: ReportsCommand,
    },
    /// The first-run page of an empty installation.
    Setup {
        #[command(subcommand)]
        what: SetupCommand,
    },
    /// People, for whoever sits at the machine.
    User {
        #[command(subcommand)]
        what: UserCommand,
    },
    /// Groups of this installation; they share nothing.
    Group {
        #[command(subcommand)]
        what: GroupCommand,
    },
    /// Check this installation and say what to do about what is wrong.
    Doctor,
}

#[derive(Subcommand)]
enum ReportsCommand {
    /// Count every day anew; the server may go on working.
    Rebuild {
        /// Only compare what is kept with the tasks themselves, change nothing.
        #[arg(long)]
        compare: bool,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Read it as the server would and name what is wrong.
    Check,
}

#[derive(Subcommand)]
enum SetupCommand {
    /// Print a new setup link (15 minutes); earlier ones are void.
    Link,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Print a link (15 minutes) with which somebody sets a new password, e.g. a lone administrator.
    Link {
        #[arg(long)]
        login: String,
    },
    /// Who has an account.
    List,
}

#[derive(Subcommand)]
enum GroupCommand {
    /// Print a link (15 minutes) to the page on which a further group, its first store and its administrator begin.
    Add,
    /// Which there are.
    List,
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
    let args: Vec<OsString> = std::env::args_os().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() && wants_json(&args) => return usage(&error),
        Err(error) => error.exit(),
    };
    let outcome = load(cli.config.as_deref()).and_then(|config| run(&cli.command, config));
    match outcome {
        Ok(code) => code,
        Err(e) if matches!(cli.command, Command::Import { json: true, .. }) => {
            let remedy = text(locale(), "import-cli-start-remedy", &[]).into_owned();
            print!("{}", imports::failure(&Told { code: "start".into(), message: format!("{e:#}"), remedy }, 1));
            ExitCode::FAILURE
        }
        Err(e) => {
            eprintln!("zhiyin: {e:#}");
            ExitCode::FAILURE
        }
    }
}

/// Programs read the answer to `import --json`, also when the command line itself is wrong.
fn wants_json(args: &[OsString]) -> bool {
    args.iter().any(|a| a == "import") && args.iter().any(|a| a == "--json")
}

fn usage(error: &clap::Error) -> ExitCode {
    let told = error.to_string();
    let message = told.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    let remedy = text(locale(), "import-cli-usage-remedy", &[]).into_owned();
    print!("{}", imports::failure(&Told { code: "usage".into(), message, remedy }, 2));
    ExitCode::from(2)
}

fn day(text: &str) -> Result<StoreDate, String> {
    text.parse().map_err(|_| "not a date: write it like 2026-11-20".to_owned())
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
        Command::Import { ref kind, ref store, ref file, dry_run, json, plan_from } => {
            let kind = kind.as_deref().and_then(Kind::from_code);
            let asked = CliImport {
                kind,
                store: store.clone(),
                file: file.clone(),
                dry_run,
                json,
                locale: locale(),
                plan_from,
            };
            runtime()?.block_on(async {
                let db = server::open(&config, server::clock(false)?).await?;
                let exe = std::env::current_exe().context("this program's own path")?;
                let shop = Workshop { db: db.clone(), exe, data: config.data.clone() };
                let mut out = std::io::BufWriter::new(std::io::stdout());
                let code = imports::command(&shop, &asked, &mut out, &mut std::io::stderr()).await;
                db.close().await;
                Ok(ExitCode::from(code))
            })
        }
        Command::Demo { customers, visits, seed, no_follow_up } => {
            let visits = visits.unwrap_or(customers.saturating_mul(3));
            let size = bulk::Size { customers, visits, seed, follow_up: !no_follow_up };
            runtime()?.block_on(async { bulk::command(&config, size).await.map(|()| ExitCode::SUCCESS) })
        }
        Command::Migrate => runtime()?.block_on(async {
            let db = server::open(&config, server::clock(false)?).await?;
            db.close().await;
            println!("the database is up to date");
            Ok(ExitCode::SUCCESS)
        }),
        Command::Reports { what: ReportsCommand::Rebuild { compare } } => runtime()?.block_on(async {
            let db = server::open(&config, server::clock(false)?).await?;
            if !compare {
                let days = reports::figures::rebuild(&db).await.map_err(anyhow::Error::new)?;
                println!("{days} days counted");
            }
            let wrong = reports::figures::compare(&db).await.map_err(anyhow::Error::new)?;
            for d in wrong.iter().take(50) {
                println!("store {} {} {}: kept {:?}, found {:?}", d.store, d.month, d.class, d.kept, d.found);
            }
            println!("{} figures differ", wrong.len());
            db.close().await;
            Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }),
        Command::Setup { what: SetupCommand::Link } => runtime()?.block_on(console::setup_link(&config)),
        Command::User { what: UserCommand::Link { ref login } } => {
            runtime()?.block_on(console::user_link(&config, login))
        }
        Command::User { what: UserCommand::List } => runtime()?.block_on(console::users(&config)),
        Command::Group { what: GroupCommand::Add } => runtime()?.block_on(console::group_link(&config)),
        Command::Group { what: GroupCommand::List } => runtime()?.block_on(console::groups(&config)),
        Command::Doctor => runtime()?.block_on(crate::health::doctor(config)),
    }
}

/// The language of this terminal.
fn locale() -> Locale {
    let lang = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|k| std::env::var(k).ok()).unwrap_or_default();
    match lang.to_ascii_lowercase() {
        l if l.starts_with("zh_tw") || l.starts_with("zh_hk") => Locale::ZhTw,
        l if l.starts_with("zh") => Locale::ZhCn,
        _ => Locale::En,
    }
}

pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")
}
