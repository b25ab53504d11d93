//! What can go wrong where people decide and register. Programs at the protocol's own addresses
//! are answered as the RFCs say: see `protocol`.

use identity::IdentityError;
use kernel::{DatabaseError, DomainError, ErrorKind};

/// A failure of this context.
#[derive(Debug, thiserror::Error)]
pub enum OauthError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error("what is stored can't be read: {0}")]
    Corrupt(&'static str),
    #[error("there is no such application")]
    ApplicationNotFound,
    #[error("the first request with this key registered the application")]
    ApplicationExists,
    #[error("the user has as many applications as one may have")]
    ApplicationsTooMany,
    #[error("a public application has no secret")]
    ApplicationIsPublic,
    #[error("the application has another version")]
    VersionConflict,
    /// What an application would be breaks a rule; `field` is its name.
    #[error("{field}: {detail}")]
    Invalid { field: &'static str, detail: &'static str },
    #[error("there is no such request, it was decided, or it has expired")]
    RequestNotFound,
    #[error("the application wants a fresh sign-in")]
    SignInTooOld,
    #[error("there is no device that waits with this code")]
    DeviceNotFound,
    #[error("the user has allowed the application nothing")]
    ConsentNotFound,
    #[error("it can't be found out at the moment whether a token is good")]
    Unavailable,
    #[error("too many attempts; again in {retry_after_s} s")]
    RateLimited { retry_after_s: u64 },
}

impl From<tokio_postgres::Error> for OauthError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

impl OauthError {
    /// One of each, for the list of codes.
    pub fn all() -> Vec<Self> {
        vec![
            Self::Corrupt(""),
            Self::ApplicationNotFound,
            Self::ApplicationExists,
            Self::ApplicationsTooMany,
            Self::ApplicationIsPublic,
            Self::VersionConflict,
            Self::Invalid { field: "redirect_uris", detail: "a field breaks a rule" },
            Self::RequestNotFound,
            Self::SignInTooOld,
            Self::DeviceNotFound,
            Self::ConsentNotFound,
            Self::Unavailable,
            Self::RateLimited { retry_after_s: 1 },
        ]
    }
}

impl DomainError for OauthError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Identity(error) => error.kind(),
            Self::Corrupt(_) => ErrorKind::Internal,
            Self::ApplicationNotFound
            | Self::RequestNotFound
            | Self::DeviceNotFound
            | Self::ConsentNotFound => ErrorKind::NotFound,
            Self::ApplicationExists => ErrorKind::Conflict,
            Self::ApplicationsTooMany | Self::ApplicationIsPublic => ErrorKind::Unprocessable,
            Self::VersionConflict => ErrorKind::PreconditionFailed,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::SignInTooOld => ErrorKind::Forbidden,
            Self::Unavailable => ErrorKind::Unavailable,
            Self::RateLimited { .. } => ErrorKind::RateLimited,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::Corrupt(_) => "oauth.data.corrupt",
            Self::ApplicationNotFound => "oauth.application.not_found",
            Self::ApplicationExists => "oauth.application.exists",
            Self::ApplicationsTooMany => "oauth.application.too_many",
            Self::ApplicationIsPublic => "oauth.application.public",
            Self::VersionConflict => "oauth.application.version_conflict",
            Self::Invalid { .. } => "oauth.application.invalid",
            Self::RequestNotFound => "oauth.request.not_found",
            Self::SignInTooOld => "oauth.request.sign_in_too_old",
            Self::DeviceNotFound => "oauth.device.not_found",
            Self::ConsentNotFound => "oauth.consent.not_found",
            Self::Unavailable => "oauth.unavailable",
            Self::RateLimited { .. } => "oauth.rate_limited",
        }
    }

    fn client_message(&self) -> String {
        let text = match self {
            Self::Database(error) => return error.client_message(),
            Self::Identity(error) => return error.client_message(),
            Self::Invalid { .. } => return self.to_string(),
            Self::Corrupt(_) => {
                "something went wrong on our side; it has been logged with this request's id"
            }
            Self::ApplicationNotFound => "there is no such application",
            Self::ApplicationExists => {
                "the first request with this Idempotency-Key registered the application; its secret isn't shown again"
            }
            Self::ApplicationsTooMany => "you have 20 applications; delete one first",
            Self::ApplicationIsPublic => "a public application has no secret",
            Self::VersionConflict => "the application has changed; read it again",
            Self::RequestNotFound => {
                "there is no such request, or it has expired; begin again in the application"
            }
            Self::SignInTooOld => "the application wants you to sign in again first",
            Self::DeviceNotFound => "no device waits with this code; look at the device again",
            Self::ConsentNotFound => "you have allowed this application nothing",
            Self::Unavailable => "tokens can't be checked at the moment; try again",
            Self::RateLimited { .. } => "too many attempts; come back later",
        };
        text.to_owned()
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after_s } => Some(*retry_after_s),
            Self::Database(error) => error.retry_after_s(),
            Self::Identity(error) => error.retry_after_s(),
            _ => None,
        }
    }
}
