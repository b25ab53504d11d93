//! One-time codes and links, sent by mail; codes to phones. No route: other features make and answer them.
//!
//! Invariants: a code has eight digits (26 bits), lives ten minutes and takes five wrong answers;
//! a link has 256 bits; each challenge is answered once. Neither code nor link is stored: they
//! follow from id and nonce by HMAC-SHA256 under a key of the vault.

mod secrets;
mod send;
mod service;
pub(crate) mod store;

pub use secrets::ChallengeSecret;
pub(crate) use send::SendChallenge;
pub(crate) use service::{Answer, NewChallenge};
pub(crate) use store::{Challenge, Registration};

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long a code lives.
pub(crate) const CODE_MAX: Duration = Duration::from_secs(600);
/// How long a link lives that only says that an address is right.
const VERIFY_LINK_MAX: Duration = Duration::from_secs(24 * 3600);
/// Wrong codes that a challenge takes.
pub(crate) const TRIES_MAX: i32 = 5;
/// Challenges of one purpose that a user has at a time: no more mail goes out.
pub(crate) const OPEN_MAX: i64 = 3;

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    VerifyEmail,
    SignIn,
    /// A sign-in that also links an account elsewhere. By code alone: a button that is pressed
    /// without reading would let somebody else in for good.
    LinkIdentity,
    ResetPassword,
    ChangeEmail,
    /// By short message, and without a link.
    VerifyPhone,
}

impl Purpose {
    pub const ALL: [Self; 6] = [
        Self::VerifyEmail,
        Self::SignIn,
        Self::LinkIdentity,
        Self::ResetPassword,
        Self::ChangeEmail,
        Self::VerifyPhone,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::SignIn => "sign_in",
            Self::LinkIdentity => "link_identity",
            Self::ResetPassword => "reset_password",
            Self::ChangeEmail => "change_email",
            Self::VerifyPhone => "verify_phone",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }

    const fn link_max(self) -> Duration {
        match self {
            Self::VerifyEmail => VERIFY_LINK_MAX,
            _ => CODE_MAX,
        }
    }
}

#[cfg(test)]
mod tests;
