//! Access tokens (PASETO v4.public, <https://github.com/paseto-standard/paseto-spec>) and the
//! refresh tokens that get the next one.
//!
//! Invariants: version and purpose are fixed, so there is no algorithm to choose and none to
//! confuse; a token verifies only with the key that its footer names, for our issuer and audience
//! and within its time. Each refresh token is used once: a second use ends the session.

mod access;
pub(crate) mod http;
mod refresh;
mod service;
mod store;

pub(crate) use access::verify;
pub(crate) use refresh::first_refresh_token;

#[cfg(test)]
mod tests;
