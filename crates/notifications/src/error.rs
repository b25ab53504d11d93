//! What can go wrong in notifications.

use kernel::{DatabaseError, DomainError, ErrorKind};

use crate::outgoing::UrlRefusal;
use crate::push_subscriptions::PUSH_SUBSCRIPTIONS_MAX;
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
    #[error("there is no such message")]
    MessageNotFound,
    #[error("no provider of short messages has signed this")]
    SmsSignatureRefused,
    #[error("the user has no such push subscription")]
    PushSubscriptionNotFound,
    #[error("the user has too many push subscriptions")]
    PushSubscriptionsTooMany,
    #[error("the push endpoint is not one that may be reached: {0}")]
    PushEndpointRefused(UrlRefusal),
    #[error("a key of the browser is malformed")]
    PushKeysMalformed,
    /// The vault has another key than when it was sealed.
    #[error("a sealed key can't be opened")]
    KeyUnreadable,
    #[error("events up to {0} are too old to be kept")]
    EventsForgotten(i64),
    #[error("the address is not suppressed")]
    SuppressionNotFound,
    /// The settings of the mail server make no sense; the program can't start.
    #[error("the settings of mail are not valid: {0}")]
    MailOptions(String),
    /// The settings of a provider of short messages make no sense; the program can't start.
    #[error("the settings of short messages are not valid: {0}")]
    SmsOptions(String),
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
    /// One of each, for the list of codes. Failures of other crates have codes of their own.
    pub fn all() -> Vec<Self> {
        vec![
            Self::EventNotFound,
            Self::KindUnknown(String::new()),
            Self::KindTwice(String::new()),
            Self::SecurityRequired("security.new_device"),
            Self::PreferencesChanged,
            Self::TooManyStreams,
            Self::MailNotFound,
            Self::MessageNotFound,
            Self::SmsSignatureRefused,
            Self::PushSubscriptionNotFound,
            Self::PushSubscriptionsTooMany,
            Self::PushEndpointRefused(UrlRefusal::Scheme),
            Self::PushKeysMalformed,
            Self::KeyUnreadable,
            Self::EventsForgotten(0),
            Self::SuppressionNotFound,
            Self::SmsOptions(String::new()),
            Self::MailOptions(String::new()),
            Self::Text(String::new()),
        ]
        .into_iter()
        .chain(WebhookError::all().into_iter().map(Self::Webhook))
        .collect()
    }
}

impl DomainError for NotificationsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::EventNotFound
            | Self::MailNotFound
            | Self::MessageNotFound
            | Self::PushSubscriptionNotFound
            | Self::SuppressionNotFound => ErrorKind::NotFound,
            Self::KindUnknown(_)
            | Self::KindTwice(_)
            | Self::PushEndpointRefused(_)
            | Self::PushKeysMalformed => ErrorKind::Invalid,
            Self::SecurityRequired(_)
            | Self::PushSubscriptionsTooMany
            | Self::EventsForgotten(_) => ErrorKind::Unprocessable,
            Self::SmsSignatureRefused => ErrorKind::Unauthenticated,
            Self::PreferencesChanged => ErrorKind::PreconditionFailed,
            Self::TooManyStreams => ErrorKind::RateLimited,
            Self::MailOptions(_) | Self::SmsOptions(_) | Self::Text(_) | Self::KeyUnreadable => {
                ErrorKind::Internal
            }
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
            Self::MessageNotFound => "notifications.message.not_found",
            Self::SmsSignatureRefused => "notifications.sms.signature_refused",
            Self::PushSubscriptionNotFound => "notifications.push_subscription.not_found",
            Self::PushSubscriptionsTooMany => "notifications.push_subscriptions.too_many",
            Self::PushEndpointRefused(_) => "notifications.push_subscription.endpoint_refused",
            Self::PushKeysMalformed => "notifications.push_subscription.keys_malformed",
            Self::KeyUnreadable => "notifications.key.unreadable",
            Self::EventsForgotten(_) => "notifications.events.forgotten",
            Self::SmsOptions(_) => "notifications.sms.misconfigured",
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
            Self::MessageNotFound => "there is no such message, or it is long gone".to_owned(),
            Self::SmsSignatureRefused => "no provider of this bank has signed this".to_owned(),
            Self::PushSubscriptionNotFound => "you have no such push subscription".to_owned(),
            Self::PushSubscriptionsTooMany => {
                format!("you have {PUSH_SUBSCRIPTIONS_MAX} browsers subscribed; remove one first")
            }
            Self::PushEndpointRefused(why) => why.to_string(),
            Self::PushKeysMalformed => {
                "the keys are not those of a browser: `p256dh` is a point of P-256, `auth` 16 bytes, both in base64url".to_owned()
            }
            Self::EventsForgotten(last) => format!(
                "events up to {last} are too old to be kept; begin with `after=0` or `after={last}`"
            ),
            Self::MailOptions(_) | Self::SmsOptions(_) | Self::Text(_) | Self::KeyUnreadable => {
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
