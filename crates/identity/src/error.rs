//! What can go wrong in this context.

use kernel::{DatabaseError, DomainError, ErrorKind};

use crate::credential_error::CredentialError;
use crate::passwords::PasswordFlaw;

/// A failure of this context. What a caller may not learn (is there such a user?) has one variant
/// for all its causes.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("what is stored can't be read: {0}")]
    Corrupt(&'static str),
    /// A field breaks a rule; `field` is its name.
    #[error("{field}: {detail}")]
    Invalid { field: &'static str, detail: String },
    #[error("too many attempts; again in {retry_after_s} s")]
    RateLimited { retry_after_s: u64 },
    #[error("all threads that check passwords are busy")]
    PasswordsBusy,
    #[error("the password is not acceptable: {0}")]
    Password(PasswordFlaw),
    #[error("the current password is wrong")]
    PasswordWrong,
    #[error("unknown login, wrong password, locked password or deleted user")]
    SignInRefused,
    #[error("the e-mail address is not verified")]
    EmailUnverified,
    #[error("there is no such sign-in to confirm")]
    SignInNotFound,
    #[error("the sign-in can't be confirmed in this way")]
    MethodNotAllowed,
    #[error("the code or link is wrong, used or expired")]
    ChallengeRefused,
    #[error("the second factor is needed")]
    SecondFactorRequired,
    #[error("the second factor is wrong")]
    SecondFactorRefused,
    #[error("the refresh token is unknown, used, expired, or its session has ended")]
    RefreshTokenRefused,
    #[error("the handle is taken")]
    HandleTaken,
    #[error("the e-mail address is taken")]
    EmailTaken,
    #[error("there is no such user")]
    UserNotFound,
    #[error("there is no such session")]
    SessionNotFound,
    #[error("the user has another version")]
    VersionConflict,
    #[error(transparent)]
    Credential(#[from] CredentialError),
}

impl From<tokio_postgres::Error> for IdentityError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

impl IdentityError {
    /// One of each, for the list of codes.
    pub fn all() -> Vec<Self> {
        let mut all = vec![
            Self::Corrupt(""),
            Self::Invalid { field: "email", detail: "a field breaks a rule".to_owned() },
            Self::RateLimited { retry_after_s: 1 },
            Self::PasswordsBusy,
            Self::PasswordWrong,
            Self::SignInRefused,
            Self::EmailUnverified,
            Self::SignInNotFound,
            Self::MethodNotAllowed,
            Self::ChallengeRefused,
            Self::SecondFactorRequired,
            Self::SecondFactorRefused,
            Self::RefreshTokenRefused,
            Self::HandleTaken,
            Self::EmailTaken,
            Self::UserNotFound,
            Self::SessionNotFound,
            Self::VersionConflict,
        ];
        all.extend(PasswordFlaw::ALL.into_iter().map(Self::Password));
        all.extend(CredentialError::ALL.into_iter().map(Self::Credential));
        all
    }
}

impl DomainError for IdentityError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Credential(error) => error.kind(),
            Self::Corrupt(_) => ErrorKind::Internal,
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::RateLimited { .. } => ErrorKind::RateLimited,
            Self::PasswordsBusy => ErrorKind::Unavailable,
            Self::SignInRefused | Self::RefreshTokenRefused => ErrorKind::Unauthenticated,
            Self::EmailUnverified => ErrorKind::Forbidden,
            Self::SignInNotFound | Self::UserNotFound | Self::SessionNotFound => {
                ErrorKind::NotFound
            }
            Self::HandleTaken | Self::EmailTaken => ErrorKind::Conflict,
            Self::VersionConflict => ErrorKind::PreconditionFailed,
            Self::Password(_)
            | Self::PasswordWrong
            | Self::MethodNotAllowed
            | Self::ChallengeRefused
            | Self::SecondFactorRequired
            | Self::SecondFactorRefused => ErrorKind::Unprocessable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Credential(error) => error.code(),
            Self::Corrupt(_) => "identity.data.corrupt",
            Self::Invalid { .. } => "identity.user.invalid",
            Self::RateLimited { .. } => "identity.rate_limited",
            Self::PasswordsBusy => "identity.passwords.busy",
            Self::Password(flaw) => flaw.code(),
            Self::PasswordWrong => "identity.password.wrong",
            Self::SignInRefused => "identity.sign_in.refused",
            Self::EmailUnverified => "identity.email.unverified",
            Self::SignInNotFound => "identity.sign_in.not_found",
            Self::MethodNotAllowed => "identity.sign_in.method_not_allowed",
            Self::ChallengeRefused => "identity.challenge.refused",
            Self::SecondFactorRequired => "identity.second_factor.required",
            Self::SecondFactorRefused => "identity.second_factor.refused",
            Self::RefreshTokenRefused => "identity.refresh_token.refused",
            Self::HandleTaken => "identity.handle.taken",
            Self::EmailTaken => "identity.email.taken",
            Self::UserNotFound => "identity.user.not_found",
            Self::SessionNotFound => "identity.session.not_found",
            Self::VersionConflict => "identity.user.version_conflict",
        }
    }

    fn client_message(&self) -> String {
        let text = match self {
            Self::Database(error) => return error.client_message(),
            Self::Invalid { .. } | Self::Credential(_) => return self.to_string(),
            Self::Password(flaw) => return flaw.to_string(),
            Self::Corrupt(_) => {
                "something went wrong on our side; it has been logged with this request's id"
            }
            Self::RateLimited { .. } => "too many attempts; come back later",
            Self::PasswordsBusy => "very many people are signing in at the moment; try again",
            Self::PasswordWrong => "the current password is wrong",
            Self::SignInRefused => "the login or the password is wrong",
            Self::EmailUnverified => {
                "the e-mail address is not verified yet; a new mail is on its way"
            }
            Self::SignInNotFound => "there is no such sign-in, or it has expired; sign in again",
            Self::MethodNotAllowed => "this sign-in can't be confirmed in this way",
            Self::ChallengeRefused => "the code or link is wrong, was used, or has expired",
            Self::SecondFactorRequired => {
                "a code of the authenticator app or a recovery code is needed, too"
            }
            Self::SecondFactorRefused => {
                "the code of the authenticator app or the recovery code is wrong"
            }
            Self::RefreshTokenRefused => "the refresh token is not valid any more; sign in again",
            Self::HandleTaken => "somebody has, or had, this handle",
            Self::EmailTaken => "another user has this e-mail address",
            Self::UserNotFound => "there is no such user",
            Self::SessionNotFound => "there is no such session",
            Self::VersionConflict => "the user has changed; read it again",
        };
        text.to_owned()
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after_s } => Some(*retry_after_s),
            Self::PasswordsBusy => Some(2),
            Self::Database(error) => error.retry_after_s(),
            _ => None,
        }
    }
}
