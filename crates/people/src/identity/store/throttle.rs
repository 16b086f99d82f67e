//! Counted tries, per account, device and address.

use kernel::{Millis, Result};
use platform::db::{One, Sql as _, Tx};
use platform::{args, row, stmt};

row! {
    pub struct Tries { pub failures: i64 }
}

stmt!(
    /// Counts a try unless the bucket is blocked (then no row comes back); an old series starts anew.
    TRY_COUNT,
    "INSERT INTO login_throttle (bucket, failures, since, blocked_until) VALUES ($1, 1, $2, 0) \
     ON CONFLICT (bucket) DO UPDATE SET \
       failures = CASE WHEN login_throttle.since < $3 THEN 1 ELSE login_throttle.failures + 1 END, \
       since = CASE WHEN login_throttle.since < $3 THEN $2 ELSE login_throttle.since END \
     WHERE login_throttle.blocked_until <= $2 RETURNING failures"
);
stmt!(TRY_BLOCK, "UPDATE login_throttle SET blocked_until=$1 WHERE bucket=$2");
stmt!(TRY_BLOCKED, "SELECT blocked_until AS v FROM login_throttle WHERE bucket=$1");
stmt!(TRY_CLEAR, "DELETE FROM login_throttle WHERE bucket=$1");
stmt!(TRY_BACK, "UPDATE login_throttle SET failures = failures - 1 WHERE bucket=$1 AND failures > 0");
stmt!(SWEEP_TRIES, "DELETE FROM login_throttle WHERE since < $1 AND blocked_until < $2");

/// The number of tries in this series, this one included; `None` while blocked.
pub async fn count(tx: &mut Tx, bucket: &str, series_since: Millis) -> Result<Option<i64>> {
    let now = tx.now();
    Ok(tx.opt::<Tries>(&TRY_COUNT, args![bucket, now, series_since]).await?.map(|t| t.failures))
}

pub async fn block(tx: &mut Tx, bucket: &str, until: Millis) -> Result<()> {
    tx.exec(&TRY_BLOCK, args![until, bucket]).await.map(|_| ())
}

pub async fn blocked_until(tx: &mut Tx, bucket: &str) -> Result<Millis> {
    Ok(tx.opt::<One<Millis>>(&TRY_BLOCKED, args![bucket]).await?.map_or(Millis(0), |v| v.0))
}

pub async fn clear(tx: &mut Tx, bucket: &str) -> Result<()> {
    tx.exec(&TRY_CLEAR, args![bucket]).await.map(|_| ())
}

/// Takes one try back: it was no failure.
pub async fn take_back(tx: &mut Tx, bucket: &str) -> Result<()> {
    tx.exec(&TRY_BACK, args![bucket]).await.map(|_| ())
}

pub async fn sweep(tx: &mut Tx, before: Millis) -> Result<u64> {
    let now = tx.now();
    tx.exec(&SWEEP_TRIES, args![before, now]).await
}
