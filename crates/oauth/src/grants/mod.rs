//! Grants: acts of giving an application access, and the tokens that follow from each.
//!
//! Invariants: a token is good while its grant is; a refresh token is used once, a second use ends
//! its grant; whatever ends is known to every node within a second.

mod service;
pub(crate) mod store;

use std::time::Duration;

use identity::{ApplicationId, UserId};
use kernel::Timestamp;

use crate::applications::GrantType;
use crate::ids::GrantId;
use crate::scopes::Scopes;

/// What an access token begins with.
pub(crate) const ACCESS_PREFIX: &str = "bshl_at_";
pub(crate) const REFRESH_PREFIX: &str = "bshl_ar_";
pub(crate) const ACCESS_LIFE: Duration = Duration::from_secs(900);
/// A refresh token that nobody uses for so long is of no use any more.
pub(crate) const REFRESH_LIFE: Duration = Duration::from_secs(60 * 24 * 3_600);

/// One act of giving access.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) id: GrantId,
    pub(crate) application: ApplicationId,
    pub(crate) user: UserId,
    pub(crate) kind: GrantType,
    pub(crate) scopes: Scopes,
    pub(crate) authenticated_at: Option<Timestamp>,
}

/// Why a grant ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndReason {
    /// By the application.
    Revoked,
    ConsentRevoked,
    CodeReused,
    RefreshTokenReused,
}

impl EndReason {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Revoked => "revoked",
            Self::ConsentRevoked => "consent_revoked",
            Self::CodeReused => "code_reused",
            Self::RefreshTokenReused => "refresh_token_reused",
        }
    }
}
