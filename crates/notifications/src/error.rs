//! What can go wrong in notifications.

use kernel::{DatabaseError, DomainError, ErrorKind};

use crate::webhooks::WebhookError;

/// An expected failure.
#[derive(Debug, thiserror::Error)]
pub enum NotificationsError {
    #[error("the user has no event with this sequence")]
    EventNotFound,
    #[error("the kind {0:?} is unknown")]
    KindUnknown(String),
    #[error("the kind {0:?} is given twice")]
    KindTwice(String),
    #[error("{0} can't be switched off")]
    SecurityRequired(&'static str),
    #[error("the preferences have changed")]
    PreferencesChanged,
    #[error("the user has too many streams open")]
    TooManyStreams,
    #[error("there is no such mail in the mailbox")]
    MailNotFound,
    #[error("the address is not suppressed")]
    SuppressionNotFound,
    /// The settings of the mail server make no sense; the program can't start.
    #[error("the settings of mail are not valid: {0}")]
    MailOptions(String),
    /// A text that the program carries is broken; its tests find that.
    #[error("a text can't be rendered: {0}")]
    Text(String),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Identity(#[from] identity::IdentityError),
    #[error(transparent)]
    Wallet(wallet::WalletError),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
}

impl From<tokio_postgres::Error> for NotificationsError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

impl NotificationsError {
    /// One of each, for the list of codes. Failures of what is beneath have codes of their own.
    pub fn all() -> Vec<Self> {
        vec![
            Self::EventNotFound,
            Self::KindUnknown(String::new()),
            Self::KindTwice(String::new()),
            Self::SecurityRequired("security.new_device"),
            Self::PreferencesChanged,
            Self::TooManyStreams,
            Self::MailNotFound,
            Self::SuppressionNotFound,
            Self::MailOptions(String::new()),
            Self::Text(String::new()),
        ]
    }
}

impl DomainError for NotificationsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::EventNotFound | Self::MailNotFound | Self::SuppressionNotFound => {
                ErrorKind::NotFound
            }
            Self::KindUnknown(_) | Self::KindTwice(_) => ErrorKind::Invalid,
            Self::SecurityRequired(_) => ErrorKind::Unprocessable,
            Self::PreferencesChanged => ErrorKind::PreconditionFailed,
            Self::TooManyStreams => ErrorKind::RateLimited,
            Self::MailOptions(_) | Self::Text(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
            Self::Identity(error) => error.kind(),
            Self::Wallet(error) => error.kind(),
            Self::Webhook(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::EventNotFound => "notifications.event.not_found",
            Self::KindUnknown(_) => "notifications.preferences.kind_unknown",
            Self::KindTwice(_) => "notifications.preferences.kind_twice",
            Self::SecurityRequired(_) => "notifications.preferences.security_required",
            Self::PreferencesChanged => "notifications.preferences.changed",
            Self::TooManyStreams => "notifications.stream.too_many",
            Self::MailNotFound => "notifications.mail.not_found",
            Self::SuppressionNotFound => "notifications.suppression.not_found",
            Self::MailOptions(_) => "notifications.mail.misconfigured",
            Self::Text(_) => "notifications.text.broken",
            Self::Database(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::Wallet(error) => error.code(),
            Self::Webhook(error) => error.code(),
        }
    }

    fn client_message(&self) -> String {
        match self {
            Self::EventNotFound => "you have no event with this sequence".to_owned(),
            Self::KindUnknown(kind) => format!("there is no kind of event called {kind:?}"),
            Self::KindTwice(kind) => format!("the kind {kind:?} is given twice"),
            Self::SecurityRequired(kind) => format!(
                "`{kind}` tells you of changes to your security and can't be switched off: otherwise whoever gets into your account could hide it"
            ),
            Self::PreferencesChanged => {
                "the preferences have changed since; read them again".to_owned()
            }
            Self::TooManyStreams => format!(
                "you have {} streams open already; close one first",
                crate::stream::STREAMS_PER_USER_MAX
            ),
            Self::MailNotFound => "there is no such mail in the mailbox".to_owned(),
            Self::SuppressionNotFound => "this address is not suppressed".to_owned(),
            Self::MailOptions(_) | Self::Text(_) => {
                "something is wrong on our side; it has been logged with this request's id"
                    .to_owned()
            }
            Self::Database(error) => error.client_message(),
            Self::Identity(error) => error.client_message(),
            Self::Wallet(error) => error.client_message(),
            Self::Webhook(error) => error.client_message(),
        }
    }

    fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooManyStreams => Some(5),
            Self::Database(error) => error.retry_after_s(),
            Self::Identity(error) => error.retry_after_s(),
            Self::Wallet(error) => error.retry_after_s(),
            Self::Webhook(error) => error.retry_after_s(),
            _ => None,
        }
    }
}
