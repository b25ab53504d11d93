//! Recovery codes: ten codes for the day when the authenticator app is lost.
//!
//! - A code has 80 random bits, so that not even its hash helps to guess it, and works once.
//! - They are shown once. New ones replace all old ones.
//! - They stand in for the second factor, never for the password.

pub(crate) mod http;
mod service;
pub(crate) mod store;

pub(crate) use service::{renew_in_tx, use_in_tx};

use kernel::Timestamp;

use crate::ids::UserId;

/// How many codes a user gets.
pub(crate) const CODES: usize = 10;
/// Characters of a code without its hyphens, five bits each.
const CHARS: usize = 16;
const GROUP: usize = 4;
/// Crockford's base32: nothing that is easily misread.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How many codes a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Remaining {
    pub(crate) left: u32,
    /// `None` if the user never had any.
    pub(crate) created_at: Option<Timestamp>,
}

/// A fresh code such as `7k2m-x0vq-93hd-b5tz`.
fn generate() -> String {
    let bytes = kernel::secret::random_bytes::<CHARS>();
    let mut code = String::with_capacity(CHARS + CHARS / GROUP - 1);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % GROUP == 0 {
            code.push('-');
        }
        // 256 is a multiple of 32, so each character is as likely as any other.
        code.push(char::from(ALPHABET[usize::from(byte & 31)]));
    }
    code
}

/// The code's hash for this user; `None` if the text is no code. Case, spaces and hyphens don't
/// count, and letters that look like digits are read as those.
fn hash(user: UserId, code: &str) -> Option<[u8; 32]> {
    let mut hasher = blake3::Hasher::new_derive_key("bushel identity recovery code v1");
    hasher.update(&user.as_u128().to_be_bytes());
    let mut length = 0;
    for char in code.chars().filter(|char| !matches!(char, '-' | ' ')) {
        let char = match char.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            char => char,
        };
        let byte = u8::try_from(char).ok().filter(|byte| ALPHABET.contains(byte))?;
        hasher.update(&[byte]);
        length += 1;
    }
    (length == CHARS).then(|| *hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests;
