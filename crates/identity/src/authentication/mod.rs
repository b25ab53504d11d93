//! Who is calling: from a token or a cookie to an [`Actor`](crate::Actor).
//!
//! The usual case is answered from memory: a token that was verified before, of a session that is
//! known, of a user who hasn't changed since (`changes`). Nothing that is remembered is trusted
//! when changes can't be read.

mod caches;
mod service;

pub(crate) use caches::Caches;

/// What a caller shows.
#[derive(Clone, Copy)]
pub enum Credential<'c> {
    /// What follows `Bearer `: an access token or an API key.
    Bearer(&'c str),
    /// The value of the cookie `__Host-bushel_session`.
    Cookie(&'c str),
}

/// Why a caller is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    #[error("the token or cookie is not valid")]
    Invalid,
    #[error("the token or session has expired")]
    Expired,
    #[error("it can't be found out at the moment whether the token is valid")]
    Unavailable,
}

impl std::fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bearer(_) => "Bearer(…)",
            Self::Cookie(_) => "Cookie(…)",
        })
    }
}
