use kernel::{DatabaseError, DomainError, ErrorKind, Problem};
use thiserror::Error;

use super::ENDPOINTS_MAX;
use crate::outgoing::UrlRefusal;

/// Why something about webhooks can't be done.
#[derive(Debug, Error)]
pub enum WebhookError {
    #[error("there is no such webhook")]
    NotFound,
    #[error("there is no such message of this webhook")]
    DeliveryNotFound,
    #[error("a user has at most {ENDPOINTS_MAX} webhooks")]
    TooMany,
    #[error("url: {0}")]
    UrlRefused(UrlRefusal),
    #[error("kinds: a webhook has 1 to 50 of them")]
    KindsCount,
    #[error(
        "kinds: expected a kind such as `transfer.received`, its beginning as in `transfer.*`, or `*`"
    )]
    KindMalformed { index: usize },
    #[error("description: at most 200 characters, none of them a control character")]
    DescriptionMalformed,
    #[error("the webhook has changed; read it again and base the change on that")]
    VersionMismatch,
    #[error("the webhook is disabled; enable it first")]
    Disabled,
    #[error("the Idempotency-Key was used with another body before")]
    KeyReused,
    #[error("a secret can't be opened: the vault's key is not the one that sealed it")]
    SecretUnreadable,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl WebhookError {
    /// One of each, for the list of codes.
    pub fn all() -> Vec<Self> {
        vec![
            Self::NotFound,
            Self::DeliveryNotFound,
            Self::TooMany,
            Self::UrlRefused(UrlRefusal::Malformed),
            Self::KindsCount,
            Self::KindMalformed { index: 0 },
            Self::DescriptionMalformed,
            Self::VersionMismatch,
            Self::Disabled,
            Self::KeyReused,
            Self::SecretUnreadable,
        ]
    }

    /// The field of the body that is wrong, as a JSON pointer.
    fn pointer(&self) -> Option<String> {
        match self {
            Self::UrlRefused(_) => Some("/url".to_owned()),
            Self::KindsCount => Some("/kinds".to_owned()),
            Self::KindMalformed { index } => Some(format!("/kinds/{index}")),
            Self::DescriptionMalformed => Some("/description".to_owned()),
            _ => None,
        }
    }

    /// As a problem that names the field.
    pub(crate) fn into_problem(self) -> Problem {
        let pointer = self.pointer();
        let problem = Problem::from(self);
        match pointer {
            Some(pointer) => {
                let detail = problem.detail.clone();
                problem.with_field(pointer, detail)
            }
            None => problem,
        }
    }
}

impl From<tokio_postgres::Error> for WebhookError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

impl DomainError for WebhookError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::DeliveryNotFound => ErrorKind::NotFound,
            Self::TooMany | Self::Disabled => ErrorKind::Conflict,
            Self::UrlRefused(_)
            | Self::KindsCount
            | Self::KindMalformed { .. }
            | Self::DescriptionMalformed => ErrorKind::Invalid,
            Self::VersionMismatch => ErrorKind::PreconditionFailed,
            Self::KeyReused => ErrorKind::Unprocessable,
            Self::SecretUnreadable => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "notifications.webhook.not_found",
            Self::DeliveryNotFound => "notifications.webhook_delivery.not_found",
            Self::TooMany => "notifications.webhook.too_many",
            Self::UrlRefused(_) => "notifications.webhook.url_refused",
            Self::KindsCount => "notifications.webhook.kinds_count",
            Self::KindMalformed { .. } => "notifications.webhook.kind_malformed",
            Self::DescriptionMalformed => "notifications.webhook.description_malformed",
            Self::VersionMismatch => "notifications.webhook.version_mismatch",
            Self::Disabled => "notifications.webhook.disabled",
            Self::KeyReused => "request.idempotency_key.reused",
            Self::SecretUnreadable => "notifications.webhook.secret_unreadable",
            Self::Database(error) => error.code(),
        }
    }

    fn client_message(&self) -> String {
        match self {
            Self::SecretUnreadable => "the secret can't be read at the moment".to_owned(),
            Self::Database(error) => error.client_message(),
            _ => self.to_string(),
        }
    }
}
