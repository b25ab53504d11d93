//! The operator's token: the one secret that guards everything until people exist.
//!
//! Its text has 256 random bits and a checksum, so that a typing error is told from a wrong
//! token. The database holds only its hash, the data folder holds the token with mode 0600.
//! A rotation takes effect within a second on every process that shares the database.

pub(crate) mod file;
pub(crate) mod http;
mod service;
mod store;

pub(crate) use service::{First, Guard, Refusal};

use std::fmt;

use anyhow::Context as _;
use rand::TryRng as _;

const PREFIX: &str = "bshl_op_";
const SECRET_BYTES: usize = 32;
/// The checksum's bytes, in hexadecimal like the secret's.
const CHECK_BYTES: usize = 4;

/// The token. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// A fresh one from the operating system's randomness.
    pub(crate) fn try_generate() -> anyhow::Result<Self> {
        let mut secret = [0; SECRET_BYTES];
        rand::rngs::SysRng.try_fill_bytes(&mut secret).context("the system has no randomness")?;
        let mut text = String::from(PREFIX);
        push_hex(&mut text, &secret);
        let check = crc32fast::hash(text.as_bytes());
        push_hex(&mut text, &check.to_be_bytes());
        Ok(Self(text))
    }

    /// Checks form and checksum; whether it is the right one is another question.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let length = PREFIX.len() + 2 * (SECRET_BYTES + CHECK_BYTES);
        if text.len() != length || !text.is_ascii() || !text.starts_with(PREFIX) {
            return None;
        }
        let (body, check) = text.split_at(length - 2 * CHECK_BYTES);
        let found = u32::from_str_radix(check, 16).ok()?;
        (found == crc32fast::hash(body.as_bytes())).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        *blake3::hash(self.0.as_bytes()).as_bytes()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push_str(&format!("{byte:02x}"));
    }
}

#[cfg(test)]
mod tests;
