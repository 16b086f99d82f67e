//! Passwords: argon2id, two at a time, never on the threads that answer requests.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use kernel::{Problem, Result};
use tokio::sync::Semaphore;

/// Each hash takes 19 MiB: a rush of sign-ins must not take the machine.
static PLACES: Semaphore = Semaphore::const_new(2);

/// The hash of a password that nobody has, with the parameters of [`Argon2::default`]: checking an unknown
/// name costs as much as checking a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$J2GMGRMmLVzkFJsxkQy3Ww$iBT7cWWkhIQnFcLQ3pEHiBTz+GxzVmmOeyLU4ZVyXEo";

/// # Errors
/// `Internal` when hashing itself fails.
pub async fn hash(password: &str) -> Result<String> {
    let password = password.to_owned();
    apart(move || {
        let made = Argon2::default().hash_password(password.as_bytes());
        made.map(|h| h.to_string()).map_err(|e| Problem::internal(e.to_string()))
    })
    .await?
}

/// Whether `password` is the one that was hashed; takes as long when there is no hash.
/// # Errors
/// `Internal` when the work could not be run.
pub async fn verify(password: &str, stored: Option<String>) -> Result<bool> {
    let password = password.to_owned();
    apart(move || {
        let hash = stored.as_deref().unwrap_or(NOBODY);
        let right = Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
        right && stored.is_some()
    })
    .await
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _place = PLACES.acquire().await.map_err(Problem::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}

const SHORTEST: usize = 10;
const LONGEST: usize = 128;

/// What people choose when they only want to get past the form.
const WORN: [&str; 14] = [
    "1234567890",
    "0123456789",
    "0987654321",
    "qwertyuiop",
    "password12",
    "password123",
    "passw0rd123",
    "administrator",
    "iloveyou123",
    "abcd123456",
    "a123456789",
    "1q2w3e4r5t",
    "qwerty1234",
    "woaini1314",
];

/// Whether it will do as a new password for this login.
/// # Errors
/// Codes `password.short`, `password.long`, `password.login`, `password.easy`.
pub fn check_new(password: &str, login: &str) -> std::result::Result<(), &'static str> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err("password.short");
    }
    if length > LONGEST {
        return Err("password.long");
    }
    let low = password.to_lowercase();
    if login.chars().count() >= 3 && low.contains(&login.to_lowercase()) {
        return Err("password.login");
    }
    if WORN.contains(&low.as_str()) || monotone(&low) {
        return Err("password.easy");
    }
    Ok(())
}

/// One or two characters over and over, or the next one each time.
fn monotone(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let mut seen = chars.clone();
    seen.sort_unstable();
    seen.dedup();
    let steps = |by: i64| chars.windows(2).all(|p| i64::from(u32::from(p[1])) - i64::from(u32::from(p[0])) == by);
    seen.len() <= 2 || steps(1) || steps(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn 新密码_要求() {
        for (password, login, want) in [
            ("春风十里不如你来啦啦", "zhoulan", Ok(())),
            ("correct horse", "zhoulan", Ok(())),
            ("短密码", "zhoulan", Err("password.short")),
            ("zhoulan2026!", "ZhouLan", Err("password.login")),
            ("aaaaaaaaaaaa", "x", Err("password.easy")),
            ("ababababab", "x", Err("password.easy")),
            ("abcdefghijkl", "x", Err("password.easy")),
            ("9876543210", "x", Err("password.easy")),
            ("Password123", "x", Err("password.easy")),
        ] {
            assert_eq!(check_new(password, login), want, "{password}");
        }
        assert_eq!(check_new(&"长".repeat(129), "x"), Err("password.long"));
    }

    #[tokio::test]
    async fn a_hash_verifies_its_password_and_no_other() {
        let stored = hash("correct horse").await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("correct horse", Some(stored.clone())).await.unwrap());
        assert!(!verify("correct horsf", Some(stored)).await.unwrap());
        assert!(!verify("correct horse", None).await.unwrap());
    }

    /// Otherwise unknown names answer faster or slower than known ones.
    #[tokio::test]
    async fn nobodys_hash_costs_what_a_real_one_costs() {
        let real = hash("x").await.unwrap();
        let parameters = |h: &str| h.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parameters(NOBODY), parameters(&real));
        assert_eq!(NOBODY.len(), real.len());
        // It is well formed: a fault would answer at once, without working.
        let fault = Argon2::default().verify_password(b"x", NOBODY).unwrap_err();
        assert_eq!(fault, argon2::password_hash::Error::PasswordInvalid);
    }
}
