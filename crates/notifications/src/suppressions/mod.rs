//! Addresses to which no more mail goes, because a server said that there is no such mailbox.
//!
//! Invariants: only such an answer puts an address here; staff can take it off again, and so does
//! a mail about a user's security that arrives there after all.

pub(crate) mod http;
pub(crate) mod service;
pub(crate) mod store;

use kernel::Timestamp;

use crate::ids::MailId;

/// An address that gets no mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// In lower case.
    pub(crate) address: String,
    /// What the server said.
    pub(crate) reply: String,
    /// The mail that it said it to.
    pub(crate) message: MailId,
    pub(crate) created_at: Timestamp,
}
