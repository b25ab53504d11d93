//! Signing in with a password, and confirming it.
//!
//! Invariants: an unknown login, a wrong password, a locked password and a deleted user get the
//! same answer after the same work; an authenticator app is never replaced by the weaker mail; a
//! sign-in that is to be confirmed takes five wrong answers and ten minutes.

pub(crate) mod http;
mod service;
pub(crate) mod store;

pub(crate) use service::{Credentials, Outcome, Proof};
pub(crate) use store::Origin;

use std::time::Duration;

use kernel::Timestamp;

use crate::ids::SignInId;

/// How long a sign-in waits to be confirmed.
pub(crate) const CONFIRM_MAX: Duration = Duration::from_secs(600);
/// Wrong answers that it takes.
pub(crate) const TRIES_MAX: i32 = 5;

/// How a sign-in may be confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Method {
    EmailCode,
    Totp,
    RecoveryCode,
}

impl Method {
    pub(crate) const ALL: [Self; 3] = [Self::EmailCode, Self::Totp, Self::RecoveryCode];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::EmailCode => "email_code",
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

/// A sign-in with the right password that has to be confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) id: SignInId,
    pub(crate) methods: Vec<Method>,
    pub(crate) expires_at: Timestamp,
}
