//! What leaves for people: one row per message and one job per row, whatever the channel. And mail,
//! the first of the channels: rendered at each attempt, and sent over SMTP or kept in the mailbox.
//!
//! Invariants:
//! - A row and its job commit with what they tell of; the same source is mailed once.
//! - Codes and links are never stored, but asked for when the mail is rendered.
//! - A mail is handed over by one attempt at a time, and only after the database knows that it is
//!   about to be: what may have been taken by the server is never sent again by itself
//!   (docs/decisions/0012-mail-once.md).
//! - No header has a line break in it.
//!
//! Short messages are in `sms`, push messages in `push_subscriptions`.
//!
//! Reading order: this file, `render` (what a mail says), `purchase` (and of
//! what was bought), `compose` (its bytes), `options`, `smtp`
//! (the dialogue and what answers mean), `jobs` (an attempt), `service`, `http`.

mod compose;
pub(crate) mod http;
pub(crate) mod jobs;
mod options;
mod purchase;
mod render;
pub(crate) mod service;
mod smtp;
pub(crate) mod store;
#[cfg(test)]
mod tests;

#[cfg(test)]
use compose::mailbox_of;
pub use options::{MailOptions, SmtpUrl};
pub(crate) use render::{Layouts, Rendered};
pub(crate) use smtp::Smtp;

use identity::UserId;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::events::EventKind;
use crate::ids::MailId;
use crate::{push_subscriptions, sms};

/// Kinds of mail that aren't events: codes, and what is said to people who are no users.
#[cfg(test)]
pub(crate) const MAIL_KINDS: [&str; 7] = [
    "challenge.verify_email",
    "challenge.sign_in",
    "challenge.link_identity",
    "challenge.reset_password",
    "challenge.change_email",
    "account.registered_again",
    "invite.created",
];

/// Where the parameters of a mail have what it alone says: see `purchase`.
pub(crate) const ENCLOSED: &str = "enclosed";

/// How a message leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Channel {
    Mail,
    Sms,
    Push,
}

impl Channel {
    pub(crate) const ALL: [Self; 3] = [Self::Mail, Self::Sms, Self::Push];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Push => "push",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == name)
    }

    /// The kind of the jobs that send it.
    pub(crate) const fn job_kind(self) -> &'static str {
        match self {
            Self::Mail => jobs::SEND,
            Self::Sms => sms::jobs::SEND,
            Self::Push => push_subscriptions::jobs::SEND,
        }
    }
}

/// A message before it is queued.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewMessage {
    /// What it was made from; the same source is mailed once.
    pub(crate) source: String,
    pub(crate) channel: Channel,
    pub(crate) kind: &'static str,
    pub(crate) user: Option<UserId>,
    /// An address, a number, the id of a push subscription.
    pub(crate) to: String,
    pub(crate) locale: String,
    pub(crate) params: Value,
}

/// A mail, a short message or a push message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: MailId,
    pub(crate) channel: Channel,
    pub(crate) kind: String,
    pub(crate) user: Option<UserId>,
    pub(crate) to: String,
    pub(crate) locale: String,
    pub(crate) params: Value,
    pub(crate) status: MessageStatus,
    pub(crate) attempt: i32,
    /// How often it was handed over without an answer.
    pub(crate) doubts: i16,
    pub(crate) provider: Option<String>,
    pub(crate) reply: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum MessageStatus {
    /// It waits for an attempt, or one is under way that the server has not seen the text of.
    Queued,
    /// The server gets the text now.
    HandingOver,
    /// The server took it.
    Sent,
    /// It reached the phone, as its provider says.
    Delivered,
    /// It is in the mailbox.
    Kept,
    /// No further attempt helps.
    Failed,
    /// Its address is suppressed.
    Suppressed,
    /// What it would have said is no longer true.
    Expired,
    /// It was handed over and nothing is known of it: a process died meanwhile, or a provider of
    /// short messages didn't answer.
    Unknown,
}

impl MessageStatus {
    pub(crate) const ALL: [Self; 9] = [
        Self::Queued,
        Self::HandingOver,
        Self::Sent,
        Self::Delivered,
        Self::Kept,
        Self::Failed,
        Self::Suppressed,
        Self::Expired,
        Self::Unknown,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::HandingOver => "handing_over",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Kept => "kept",
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl Message {
    /// Codes and links that somebody waits for.
    pub(crate) fn is_challenge(&self) -> bool {
        self.kind.starts_with("challenge.")
    }

    /// Whether it goes also to an address that is suppressed. Somebody who asks for a code, or
    /// whose security is at stake, may have got the mailbox back; there are few of these, and the
    /// first one that arrives lifts the suppression.
    pub(crate) fn ignores_suppression(&self) -> bool {
        self.is_challenge() || EventKind::from_name(&self.kind).is_some_and(EventKind::is_security)
    }
}
