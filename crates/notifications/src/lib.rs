//! What users are told: in the app, by mail, by short message, in browsers, by webhooks.
//!
//! What it owns: the schema `notifications`. What it deliberately does not do: it decides nothing
//! about money or users, and nobody waits for it: whatever it does follows from what other contexts
//! have committed.
//!
//! | module | what |
//! |---|---|
//! | [`events`] | the log of each user: the only source of everything below |
//! | `preferences` | which kinds a user wants, and where |
//! | `inbox`, `stream` | the log as a list, and as it grows |
//! | `texts` | titles and texts in the user's language |
//! | `messages` | what leaves for people, and mail: rendered, sent once, retried |
//! | `sms`, `breaker` | short messages, by providers of which one stands in for another |
//! | `push_subscriptions` | Web Push |
//! | `mailbox`, `suppressions` | what was kept instead of sent; addresses that get no mail |
//! | `outgoing` | requests to addresses that users chose |
//! | [`webhooks`] | events posted to addresses of the user's choice |
//! | [`grpc`] | the same over gRPC |
//!
//! Reading order: `events/mod.rs`, `events/sources.rs`, `messages/mod.rs`, `messages/jobs.rs`.

mod breaker;
mod error;
pub mod events;
mod facade;
pub mod grpc;
mod ids;
mod inbox;
mod mailbox;
mod messages;
mod outgoing;
mod preferences;
mod push_subscriptions;
mod sms;
mod stream;
mod suppressions;
mod texts;
pub mod webhooks;

pub use error::NotificationsError;
pub use events::EventKind;
pub use events::feed::RunningFeed;
pub use facade::{Notifications, NotificationsOptions, Parts, Workers, document, routes, workers};
pub use ids::{EventId, MailId, PushSubscriptionId};
pub use messages::{MailOptions, SmtpUrl};
pub use sms::SmsUrl;
pub use webhooks::{WebhookError, WebhookOptions};

/// The schema `notifications`.
pub const MIGRATIONS: kernel::Migrations = kernel::migrations! {
    "notifications";
    1 "notifications" "../migrations/0001_notifications.sql",
    2 "webhooks" "../migrations/0002_webhooks.sql",
    3 "invitations" "../migrations/0003_invitations.sql",
    4 "mail_pace" "../migrations/0004_mail_pace.sql",
    5 "channels" "../migrations/0005_channels.sql",
};
