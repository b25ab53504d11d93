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

use kernel::secret::SecretToken;

const PREFIX: &str = "bshl_op_";

/// The token. `Debug` does not show it.
pub(crate) type Token = SecretToken;

/// A fresh one.
pub(crate) fn generate() -> Token {
    SecretToken::generate(PREFIX)
}

/// Checks form and checksum; whether it is the right one is another question.
pub(crate) fn parse(text: &str) -> Option<Token> {
    SecretToken::parse(PREFIX, text)
}

#[cfg(test)]
mod tests;
