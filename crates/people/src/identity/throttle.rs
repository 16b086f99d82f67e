//! Slowing down those who guess: accounts back off, addresses are slowed but never locked.
//!
//! A try is counted before the password is looked at, so that a thousand tries at the same moment count as a
//! thousand; the right password takes its try back.

use std::net::IpAddr;
use std::time::Duration;

use kernel::{Id, Millis, Problem, Result, Scope};
use platform::db::{Db, Tx};
use platform::{secret, transact};

use super::store::throttle as store;

/// Tries of an account that cost nothing.
const FREE: i64 = 5;
/// A series of an account's failures is forgotten after this.
const ACCOUNT_SERIES: i64 = Millis::DAY;
/// Tries from an address that cost nothing: a whole shop is one address.
const FREE_ADDRESS: i64 = 20;
const ADDRESS_SERIES: i64 = 10 * Millis::MINUTE;

/// How long an account rests after so many failures: 30 s, doubled each time, 15 minutes at most.
pub fn back_off(failures: i64) -> i64 {
    if failures < FREE {
        return 0;
    }
    let doubled = u32::try_from((failures - FREE).min(5)).unwrap_or(0);
    (30_000_i64 << doubled).min(15 * Millis::MINUTE)
}

/// How long an answer to this address waits: 250 ms more with each failure beyond the free ones, 5 s at most.
pub fn delay(failures: i64) -> Duration {
    let over = u64::try_from((failures - FREE_ADDRESS).clamp(0, 20)).unwrap_or(0);
    Duration::from_millis(over * 250)
}

/// One IPv4 address, or the /64 that an IPv6 customer has to themselves.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let s = v6.segments();
            format!("{:x}:{:x}:{:x}:{:x}::/64", s[0], s[1], s[2], s[3])
        }
    }
}

/// The buckets of one try. Only hashes are stored: names that were guessed leave no list.
pub struct Gate {
    address: String,
    account: String,
}

impl Gate {
    /// `known_device`: its mark, when it once signed in to this account. It has a bucket of its own, so
    /// that strangers who guess cannot keep its owner out.
    pub fn new(address: &str, login: &str, known_device: Option<&str>) -> Self {
        Self {
            address: address_bucket(address),
            account: secret::hash(&match known_device {
                Some(device) => format!("device {login} {device}"),
                None => format!("account {login}"),
            }),
        }
    }

    /// Counts the try, and waits where the address has to.
    /// # Errors
    /// `Busy(seconds)` while the account rests.
    pub async fn pass(&self, db: &Db) -> Result<()> {
        slow_down(db, &self.address).await?;
        transact!(db, &nobody(), |tx| {
            let series = tx.now().plus(-ACCOUNT_SERIES);
            match store::count(tx, &self.account, series).await? {
                Some(failures) => {
                    let rest = back_off(failures);
                    if rest > 0 {
                        let until = tx.now().plus(rest);
                        store::block(tx, &self.account, until).await?;
                    }
                    Ok(())
                }
                None => {
                    let left = store::blocked_until(tx, &self.account).await?.since(tx.now());
                    Err(Problem::Busy(u32::try_from(left / 1000 + 1).unwrap_or(1)))
                }
            }
        })
    }

    /// The password was right.
    /// # Errors
    /// As the database answers.
    pub async fn forgive(&self, tx: &mut Tx) -> Result<()> {
        store::clear(tx, &self.account).await?;
        store::take_back(tx, &self.address).await
    }
}

fn address_bucket(address: &str) -> String {
    let network = address.parse::<IpAddr>().map_or_else(|_| address.to_owned(), network);
    secret::hash(&format!("address {network}"))
}

/// Counts a try on a credential path that names no account (one-time links).
/// # Errors
/// As the database answers.
pub async fn pass_address(db: &Db, address: &str) -> Result<()> {
    slow_down(db, &address_bucket(address)).await
}

/// It was no guess.
/// # Errors
/// As the database answers.
pub async fn forgive_address(tx: &mut Tx, address: &str) -> Result<()> {
    store::take_back(tx, &address_bucket(address)).await
}

async fn slow_down(db: &Db, bucket: &str) -> Result<()> {
    let failures = transact!(db, &nobody(), |tx| {
        let series = tx.now().plus(-ADDRESS_SERIES);
        store::count(tx, bucket, series).await
    })?;
    let wait = delay(failures.unwrap_or(0));
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    Ok(())
}

/// Who signs in is not known yet.
pub fn nobody() -> Scope {
    Scope::system(Id::new(0), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 账号退避_翻倍_封顶十五分钟() {
        for (failures, seconds) in
            [(1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (11, 900), (1000, 900)]
        {
            assert_eq!(back_off(failures), seconds * 1000, "{failures}");
        }
    }

    #[test]
    fn 地址只放慢_不锁定() {
        for (failures, ms) in [(1, 0), (20, 0), (21, 250), (24, 1000), (40, 5000), (100_000, 5000)] {
            assert_eq!(delay(failures), Duration::from_millis(ms), "{failures}");
        }
    }

    #[test]
    fn ipv6_以六十四位为一家() {
        for (a, b, same) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.1", "::ffff:10.0.0.1", true),
        ] {
            let network_of = |t: &str| network(t.parse().unwrap());
            assert_eq!(network_of(a) == network_of(b), same, "{a} {b}");
        }
    }
}
