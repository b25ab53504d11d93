//! Sessions: devices on which a user is signed in.
//!
//! Invariants: a session ends by sign-out, by its user or staff, with a new password, when its
//! user is frozen, deleted or gets other roles, after its idle or absolute time, or when a copy of
//! its refresh token shows up; on every node within a second. Its secret is stored as a hash.

pub(crate) mod cookies;
pub(crate) mod http;
mod live;
pub(crate) mod service;
mod start;
pub(crate) mod store;
mod touched;

pub use cookies::clear_session as clear_session_cookie;
pub(crate) use live::{Live, Standing};
pub(crate) use start::{NewSession, Secrets, SignedIn, Tokens, is_device_known_in_tx};
pub(crate) use touched::Touched;

use std::net::IpAddr;

use kernel::Timestamp;

use crate::ids::SessionId;

/// What the value of a session cookie begins with.
pub(crate) const COOKIE_PREFIX: &str = "bshl_cs_";
/// What the token of a device begins with.
const DEVICE_PREFIX: &str = "bshl_dt_";
/// Longest name of a device, in characters.
pub(crate) const DEVICE_CHARS_MAX: usize = 100;

/// A session as its user and staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub device: Option<String>,
    pub user_agent: Option<String>,
    /// Where it was last used from.
    pub ip: IpAddr,
    pub transport: Transport,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    /// At the latest; it ends earlier if it isn't used.
    pub expires_at: Timestamp,
}

/// How a session is shown with each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Access and refresh tokens.
    Token,
    /// A cookie, for the web application.
    Cookie,
}

impl Transport {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Cookie => "cookie",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Token, Self::Cookie].into_iter().find(|transport| transport.as_str() == name)
    }
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum EndReason {
    SignedOut,
    /// By its user on another device, or by staff.
    Ended,
    PasswordChanged,
    PasswordReset,
    Frozen,
    RolesChanged,
    Deleted,
    RefreshTokenReused,
}

impl EndReason {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Ended => "ended",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::Frozen => "frozen",
            Self::RolesChanged => "roles_changed",
            Self::Deleted => "deleted",
            Self::RefreshTokenReused => "refresh_token_reused",
        }
    }
}

#[cfg(test)]
mod tests;
