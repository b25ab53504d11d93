//! Mail and short messages that were not sent, because no mail server and no provider is configured:
//! staff reads them here. That is for
//! development and trials, where nobody has a mail server; codes and links are in it.
//!
//! Invariants: a mail is here once; after 30 days it is gone.

pub(crate) mod http;
pub(crate) mod service;
pub(crate) mod store;

use std::collections::BTreeMap;

use kernel::Timestamp;

use crate::ids::MailId;
use crate::messages::Channel;

/// A mail as it would have been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptMail {
    pub(crate) id: MailId,
    pub(crate) channel: Channel,
    pub(crate) kind: String,
    pub(crate) to: String,
    /// Empty for a short message, as are headers and HTML.
    pub(crate) subject: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) created_at: Timestamp,
}

/// The same without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptMailSummary {
    pub(crate) id: MailId,
    pub(crate) channel: Channel,
    pub(crate) kind: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) created_at: Timestamp,
}
