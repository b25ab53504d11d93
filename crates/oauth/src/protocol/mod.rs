//! How programs are answered at the protocol's own addresses: forms in, JSON out, errors as
//! RFC 6749, 5.2 says. A form with a parameter twice is refused, because two readers of it could
//! mean different things.

mod form;
pub(crate) mod http;

pub(crate) use form::Form;

use crate::error::OauthError;

/// Why a program gets nothing. The texts are for its developer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProtocolError {
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// `by_header`: it came with `Authorization`, so the answer has a challenge.
    #[error("the application is not known, or its secret is wrong")]
    InvalidClient { by_header: bool },
    #[error("{0}")]
    InvalidGrant(&'static str),
    #[error("the application may not use this grant type")]
    UnauthorizedClient,
    #[error("the grant type is not supported")]
    UnsupportedGrantType,
    #[error("a scope is not known, or more than the application may ask for")]
    InvalidScope,
    #[error("the user has not decided yet")]
    AuthorizationPending,
    #[error("the device asks too often; five seconds more between two questions")]
    SlowDown,
    #[error("the user refused")]
    AccessDenied,
    #[error("the code has expired; begin again")]
    ExpiredToken,
    /// At userinfo (RFC 6750, 3.1).
    #[error("the token is missing, unknown, expired or revoked")]
    InvalidToken,
    #[error("the token has not the scope openid")]
    InsufficientScope,
    #[error("too many failures; come back later")]
    RateLimited { retry_after_s: u64 },
    #[error(transparent)]
    Failed(#[from] OauthError),
}

impl From<kernel::DatabaseError> for ProtocolError {
    fn from(error: kernel::DatabaseError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<tokio_postgres::Error> for ProtocolError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl ProtocolError {
    /// The registered name of the error.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient { .. } => "invalid_client",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::AccessDenied => "access_denied",
            Self::ExpiredToken => "expired_token",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::RateLimited { .. } => "temporarily_unavailable",
            Self::Failed(error)
                if kernel::DomainError::kind(error) == kernel::ErrorKind::Unavailable =>
            {
                "temporarily_unavailable"
            }
            Self::Failed(_) => "server_error",
        }
    }
}
