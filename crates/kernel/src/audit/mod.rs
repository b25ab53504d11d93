//! The audit log: who did what, was refused what, or looked at whose data. Only ever added to:
//! the database refuses updates and deletions.
//!
//! An action is recorded in the transaction that does it; a view before the data goes out.

mod store;

pub use store::{entries, record, record_in_tx};

use std::net::IpAddr;

use serde::Serialize;
use serde_json::Value;

use crate::id::{IdSource as _, UuidV7};
use crate::time::Timestamp;

/// The schema `audit`.
pub const MIGRATIONS: crate::Migrations = crate::migrations! {
    "audit";
    1 "audit" "../../migrations/0001_audit.sql",
    2 "applications" "../../migrations/0002_audit_applications.sql",
};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditActor {
    User(u128),
    /// A program, with the id of its key.
    ApiKey(u128),
    /// A third party's program, with its id; the subject is the user for whom it acts.
    Application(u128),
    /// Whoever holds the operator's token.
    Operator,
    /// A job.
    System,
    /// Nobody who is known.
    Anonymous,
}

/// Something to record.
#[derive(Debug, Clone)]
pub struct NewEntry {
    pub id: u128,
    pub actor: AuditActor,
    /// Dotted and stable, such as `admin.user.frozen`.
    pub action: &'static str,
    /// The user whom it concerns.
    pub subject: Option<u128>,
    /// The id of what it was done to, if that is no user.
    pub object: Option<String>,
    pub reason: Option<String>,
    /// What else is to be known; no secrets.
    pub data: Value,
    pub ip: Option<IpAddr>,
}

/// Something that was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: u128,
    pub at: Timestamp,
    pub actor: AuditActor,
    pub action: String,
    pub subject: Option<u128>,
    pub object: Option<String>,
    pub reason: Option<String>,
    pub data: Value,
    pub ip: Option<IpAddr>,
    pub request_id: Option<String>,
}

/// Which entries to list. All conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryFilter {
    pub actor: Option<u128>,
    /// One of [`AuditActor::KINDS`].
    pub actor_kind: Option<&'static str>,
    pub subject: Option<u128>,
    /// The action, or with a trailing dot everything below it.
    pub action: Option<String>,
    pub from: Option<Timestamp>,
    pub before: Option<Timestamp>,
}

impl NewEntry {
    pub fn new(actor: AuditActor, action: &'static str) -> Self {
        let (id, data) = (UuidV7.next_bits(), Value::Object(serde_json::Map::new()));
        Self { id, actor, action, subject: None, object: None, reason: None, data, ip: None }
    }

    #[must_use]
    pub fn subject(mut self, user: u128) -> Self {
        self.subject = Some(user);
        self
    }

    #[must_use]
    pub fn object(mut self, id: impl ToString) -> Self {
        self.object = Some(id.to_string());
        self
    }

    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    #[must_use]
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = serde_json::to_value(data).expect("audit data has only plain values");
        self
    }

    #[must_use]
    pub fn ip(mut self, ip: IpAddr) -> Self {
        self.ip = Some(ip);
        self
    }
}

impl AuditActor {
    pub const KINDS: [&str; 6] =
        ["user", "api_key", "operator", "system", "anonymous", "application"];

    /// Its kind as stored and shown.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::ApiKey(_) => "api_key",
            Self::Application(_) => "application",
            Self::Operator => "operator",
            Self::System => "system",
            Self::Anonymous => "anonymous",
        }
    }

    /// The id of the user or key.
    pub const fn id(self) -> Option<u128> {
        match self {
            Self::User(id) | Self::ApiKey(id) | Self::Application(id) => Some(id),
            Self::Operator | Self::System | Self::Anonymous => None,
        }
    }

    fn of(kind: &str, id: Option<u128>) -> Self {
        match (kind, id) {
            ("user", Some(id)) => Self::User(id),
            ("api_key", Some(id)) => Self::ApiKey(id),
            ("application", Some(id)) => Self::Application(id),
            ("operator", _) => Self::Operator,
            ("system", _) => Self::System,
            _ => Self::Anonymous,
        }
    }
}
