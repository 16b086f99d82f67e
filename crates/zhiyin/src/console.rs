//! Ways in for whoever sits at the machine: setup link, lost password, a further group. They work beside a running server.

use std::process::ExitCode;

use kernel::Problem;
use people::identity::{self, console};
use platform::config::Config;
use platform::db::Db;

use crate::server;

async fn opened(config: &Config) -> anyhow::Result<Db> {
    server::open(config, server::clock(false)?).await
}

/// On the address that people type; a server started with --port prints its own.
fn url(config: &Config, token: &str) -> String {
    format!("{}/links/{token}", config.public_origin.trim_end_matches('/'))
}

/// # Errors
/// When somebody has an account already.
pub async fn setup_link(config: &Config) -> anyhow::Result<ExitCode> {
    let db = opened(config).await?;
    let token = identity::setup_link(&db).await?;
    db.close().await;
    match token {
        Some(token) => {
            println!("setup {}", url(config, &token));
            Ok(ExitCode::SUCCESS)
        }
        None => anyhow::bail!(
            "this installation is set up already: `zhiyin user link --login NAME` brings somebody back in, \
             `zhiyin group add` begins a further group"
        ),
    }
}

/// # Errors
/// When nobody has the login, or they left.
pub async fn user_link(config: &Config, login: &str) -> anyhow::Result<ExitCode> {
    let db = opened(config).await?;
    let made = console::link_for(&db, login).await;
    db.close().await;
    match made {
        Ok((name, token)) => {
            println!("password {} {name}", url(config, &token));
            Ok(ExitCode::SUCCESS)
        }
        Err(Problem::NotFound) => anyhow::bail!("nobody has the login {login}: `zhiyin user list` shows all of them"),
        Err(Problem::Refused("has-left")) => {
            anyhow::bail!("{login} has left: an administrator reactivates the account on the people page first")
        }
        Err(other) => Err(other.into()),
    }
}

/// # Errors
/// As the database answers.
pub async fn users(config: &Config) -> anyhow::Result<ExitCode> {
    let db = opened(config).await?;
    let accounts = console::accounts(&mut db.reads()).await?;
    db.close().await;
    for a in accounts {
        println!("{}\t{}\t{}{}", a.group, a.login, a.name, if a.left { "\tleft" } else { "" });
    }
    Ok(ExitCode::SUCCESS)
}

/// # Errors
/// When the installation has not even its first group.
pub async fn group_link(config: &Config) -> anyhow::Result<ExitCode> {
    let db = opened(config).await?;
    let made = identity::group_link(&db).await;
    db.close().await;
    match made {
        Ok(token) => {
            println!("setup {}", url(config, &token));
            Ok(ExitCode::SUCCESS)
        }
        Err(Problem::Refused("set-up-first")) => {
            anyhow::bail!("this installation has no group yet: `zhiyin setup link` begins the first one")
        }
        Err(other) => Err(other.into()),
    }
}

/// # Errors
/// As the database answers.
pub async fn groups(config: &Config) -> anyhow::Result<ExitCode> {
    let db = opened(config).await?;
    let groups = identity::groups(&mut db.reads()).await?;
    db.close().await;
    for group in groups {
        println!("{}\t{}", group.id, group.name);
    }
    Ok(ExitCode::SUCCESS)
}
