//! Tokens and their hashes.

use sha2::{Digest as _, Sha256};

/// 256 random bits as 64 hex digits.
pub fn token() -> String {
    let mut bytes = [0_u8; 32];
    // Without randomness nothing here is safe; an all-zero token would be worse than stopping.
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    crate::db::migrate::hex(&bytes)
}

/// What is stored in place of a token.
pub fn hash(token: &str) -> String {
    crate::db::migrate::hex(&Sha256::digest(token.as_bytes()))
}
