//! Configuration: `zhiyin.toml` over the shipped defaults, `ZHIYIN_*` over both. A wrong value is named with its place.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The annotated defaults; also the reference of every key.
pub const DEFAULTS: &str = include_str!("../../../zhiyin.default.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    pub public_origin: String,
    pub plain_http: bool,
    pub database_url: String,
    pub database_pool: u32,
    pub trusted_proxies: Vec<String>,
    pub busy_limit: usize,
    pub request_seconds: u64,
    pub upload_mib: u64,
    pub import_mib: u64,
    pub metrics_token: String,
    pub log: String,
    pub log_json: bool,
}

/// # Errors
/// A sentence naming the file, the key and what is wrong with it.
pub fn load(file: Option<&Path>, env: impl Fn(&str) -> Option<String>) -> Result<Config, String> {
    let mut table: toml::Table = DEFAULTS.parse().map_err(|e| format!("zhiyin.default.toml: {e}"))?;
    let default = Path::new("zhiyin.toml");
    let chosen = file.or_else(|| default.exists().then_some(default));
    if let Some(path) = chosen {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let over: toml::Table = text.parse().map_err(|e| format!("{}: {e}", path.display()))?;
        for (key, value) in over {
            if !table.contains_key(&key) {
                return Err(format!("{}: no such setting: {key}", path.display()));
            }
            table.insert(key, value);
        }
    }
    for key in table.keys().cloned().collect::<Vec<_>>() {
        let name = format!("ZHIYIN_{}", key.to_uppercase());
        let given = env(&name).or_else(|| (key == "database_url").then(|| env("DATABASE_URL")).flatten());
        if let Some(text) = given {
            let value = parse_like(&table[&key], &text).map_err(|e| format!("{name}: {e}"))?;
            table.insert(key, value);
        }
    }
    let mut config: Config = table.try_into().map_err(|e| format!("configuration: {e}"))?;
    if config.public_origin.is_empty() {
        config.public_origin = format!("http://{}", config.listen);
    }
    if !config.listen.ip().is_loopback() && !config.plain_http && config.public_origin.starts_with("http://") {
        return Err("listen: an address that others can reach needs public_origin = \"https://…\" behind a proxy, \
                    or plain_http = true (then passwords cross the network readable)"
            .into());
    }
    Ok(config)
}

/// Reads an environment value as the type that the default has.
fn parse_like(like: &toml::Value, text: &str) -> Result<toml::Value, String> {
    Ok(match like {
        toml::Value::Integer(_) => toml::Value::Integer(text.parse().map_err(|_| format!("not a number: {text}"))?),
        toml::Value::Boolean(_) => match text {
            "1" | "true" => toml::Value::Boolean(true),
            "0" | "false" => toml::Value::Boolean(false),
            _ => return Err(format!("neither true nor false: {text}")),
        },
        toml::Value::Array(_) => toml::Value::Array(
            text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(|t| toml::Value::String(t.into())).collect(),
        ),
        toml::Value::String(_) | toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => {
            toml::Value::String(text.into())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_load_and_the_environment_wins() {
        let config = load(None, |_| None).unwrap();
        assert!(config.listen.ip().is_loopback());
        let config = load(None, |k| (k == "ZHIYIN_LISTEN").then(|| "127.0.0.1:9000".into())).unwrap();
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.public_origin, "http://127.0.0.1:9000");
    }

    #[test]
    fn an_open_address_without_encryption_is_refused() {
        let fault = load(None, |k| (k == "ZHIYIN_LISTEN").then(|| "0.0.0.0:80".into())).unwrap_err();
        assert!(fault.contains("plain_http"), "{fault}");
    }

    #[test]
    fn a_wrong_value_is_named() {
        let fault = load(None, |k| (k == "ZHIYIN_BUSY_LIMIT").then(|| "many".into())).unwrap_err();
        assert!(fault.contains("ZHIYIN_BUSY_LIMIT"), "{fault}");
    }
}
