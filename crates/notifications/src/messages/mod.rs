//! Mail: one row per mail, one job per row, rendered at each attempt, and sent over SMTP or kept in
//! the mailbox.
//!
//! Invariants:
//! - A row and its job commit with what they tell of; the same source is mailed once.
//! - Codes and links are never stored, but asked for when the mail is rendered.
//! - A mail is handed over by one attempt at a time, and only after the database knows that it is
//!   about to be: what may have been taken by the server is never sent again by itself
//!   (docs/decisions/0012-mail-once.md).
//! - No header has a line break in it.
//!
//! Reading order: this file, `render` (what a mail says), `compose` (its bytes), `options`, `smtp`
//! (the dialogue and what answers mean), `jobs` (an attempt), `service`, `http`.

mod compose;
pub(crate) mod http;
pub(crate) mod jobs;
mod options;
mod render;
pub(crate) mod service;
mod smtp;
pub(crate) mod store;
#[cfg(test)]
mod tests;

#[cfg(test)]
use compose::mailbox_of;
pub use options::{MailOptions, SmtpUrl};
pub(crate) use render::Layouts;
pub(crate) use smtp::Smtp;

use identity::UserId;
use kernel::Timestamp;
use serde_json::Value;

use crate::events::EventKind;
use crate::ids::MailId;

/// Kinds of mail that aren't events: codes, and what is said to people who are no users.
#[cfg(test)]
pub(crate) const MAIL_KINDS: [&str; 6] = [
    "challenge.verify_email",
    "challenge.sign_in",
    "challenge.reset_password",
    "challenge.change_email",
    "account.registered_again",
    "invite.created",
];

/// A mail before it is queued.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewMessage {
    /// What it was made from; the same source is mailed once.
    pub(crate) source: String,
    pub(crate) kind: &'static str,
    pub(crate) user: Option<UserId>,
    pub(crate) to: String,
    pub(crate) locale: String,
    pub(crate) params: Value,
}

/// A mail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: MailId,
    pub(crate) kind: String,
    pub(crate) user: Option<UserId>,
    pub(crate) to: String,
    pub(crate) locale: String,
    pub(crate) params: Value,
    pub(crate) status: MessageStatus,
    pub(crate) attempt: i32,
    pub(crate) provider: Option<String>,
    pub(crate) reply: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum MessageStatus {
    /// It waits for an attempt, or one is under way that the server has not seen the text of.
    Queued,
    /// The server gets the text now.
    HandingOver,
    /// The server took it.
    Sent,
    /// It is in the mailbox.
    Kept,
    /// No further attempt helps.
    Failed,
    /// Its address is suppressed.
    Suppressed,
    /// What it would have said is no longer true.
    Expired,
    /// A process died while it handed it over; nobody knows whether the server took it.
    Unknown,
}

impl MessageStatus {
    pub(crate) const ALL: [Self; 8] = [
        Self::Queued,
        Self::HandingOver,
        Self::Sent,
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
