//! The log of events of each user: what the in-app list, the stream, the feed and webhooks show.
//!
//! Invariants: a user's sequences have no gaps and become visible in order; the same source is
//! told once, and a person isn't told the same twice by list or mail; nothing is appended to the log
//! of a deleted user. What is forgotten for its age is the beginning of a log, and never a part of
//! its middle.
//!
//! How sequences stay without gaps: an append raises the counter in the user's row of
//! `notifications.logs`, and so holds that row until it commits. Whoever appends for the same
//! user waits, and counts on from what was committed; an append that is rolled back takes its
//! counting back too. Rows are locked in the order of user ids, so appends never deadlock. So a
//! reader that saw sequence 7 knows that 1 to 6 are visible, and goes on with `sequence > 7`.
//!
//! Reading order: `kind` (what there is), `sources` and
//! `orders` (what becomes an event for whom), `store`
//! (the append), `telling` (what goes out), `consumer` and `feed` (who calls it), `service`,
//! `present` and `http` (reading).

pub(crate) mod consumer;
pub(crate) mod feed;
pub(crate) mod http;
pub(crate) mod jobs;
mod kind;
mod orders;
pub(crate) mod present;
pub(crate) mod service;
pub(crate) mod sources;
pub(crate) mod store;
mod telling;
#[cfg(test)]
mod tests;

pub use kind::EventKind;

use identity::UserId;
use kernel::Timestamp;
use serde_json::Value;

use crate::ids::EventId;

/// An event before it is appended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewUserEvent {
    pub(crate) user: UserId,
    pub(crate) kind: EventKind,
    /// Facts, with people named by their ids.
    pub(crate) data: Value,
    pub(crate) at: Timestamp,
    /// What it was made from; the same source is told once.
    pub(crate) source: String,
    /// Another event tells the user the same: this one is for programs, in log and webhooks only.
    pub(crate) is_told_otherwise: bool,
    /// Its mail, if that isn't an ordinary one.
    pub(crate) mail: Option<OwnMail>,
}

/// A mail that says more than its event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OwnMail {
    /// Empty: the user's address.
    pub(crate) to: String,
    /// Empty: the user's language.
    pub(crate) locale: String,
    /// What the mail alone says; it is in no log.
    pub(crate) enclosed: Value,
}

/// Something that a user is told.
#[derive(Debug, Clone, PartialEq)]
pub struct UserEvent {
    pub id: EventId,
    pub user: UserId,
    /// From 1 without gaps per user.
    pub sequence: i64,
    /// The name of its [`EventKind`]; a newer program may have written one that isn't known here.
    pub kind: String,
    pub data: Value,
    pub at: Timestamp,
    pub is_in_app: bool,
    pub is_webhook: bool,
    pub read_at: Option<Timestamp>,
}

/// The largest sequence that a reader may name: what a JSON number holds exactly.
pub(crate) const SEQUENCE_MAX: i64 = (1 << 53) - 1;
