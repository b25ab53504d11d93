//! Outside providers with which people sign in (OpenID Connect): which there are is configured, how
//! they are spoken to is found out from them.
//!
//! Invariants: nothing that a provider says is believed before its id_token was checked against
//! the provider's own keys, our client id and our nonce; the algorithm is one of ours, never the
//! token's choice; calls to a provider take seconds at most, follow no redirect, and read no more
//! than they have to.

mod client;
mod config;
pub(crate) mod http;
mod id_token;
mod outside;

pub(crate) use client::{Asked, Providers};
pub use config::{ProviderError, SignInProvider};

/// What a provider says of somebody, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// Who it is, at this provider for ever.
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
    pub(crate) is_email_verified: bool,
    pub(crate) name: Option<String>,
}

/// Why a provider was of no help. The texts are for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutsideError {
    #[error("the provider can't be reached: {0}")]
    Unreachable(String),
    #[error("the provider answered with {0}")]
    Status(u16),
    #[error("the provider's answer is not usable: {0}")]
    Unusable(&'static str),
    /// The id_token, or what came with it, is not what it should be.
    #[error("the provider's word is refused: {0}")]
    Refused(&'static str),
}
