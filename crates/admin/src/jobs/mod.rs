//! Jobs, dead letters and consumers of the bus, for whoever keeps the system running. What a job
//! does belongs to its context; here it is looked at, run again or given up.

pub(crate) mod http;
mod service;

use identity::UserId;
use kernel::Timestamp;
use kernel::bus::{ConsumerRow, JobRow};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::JobId;

/// Work to be done. What is done is not here any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobJson {
    pub(crate) id: JobId,
    #[schema(example = "payments.deposit.submit")]
    pub(crate) kind: String,
    /// `waiting`, `running` or `dead`.
    #[schema(value_type = String, example = "dead")]
    pub(crate) state: &'static str,
    /// At most one job of the kind that is not dead has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    pub(crate) payload: Value,
    /// The user whom it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<UserId>,
    /// Runs that were begun since it was made or redriven.
    pub(crate) attempts: u32,
    /// When it is, or was, due.
    pub(crate) run_at: Timestamp,
    /// When the process that runs it counts as dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) locked_until: Option<Timestamp>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_error: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Who reads the events of a context, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consumer)]
pub(crate) struct ConsumerJson {
    #[schema(example = "notifications.mail")]
    pub(crate) name: String,
    #[schema(example = "identity")]
    pub(crate) context: String,
    /// The last event that it has handled.
    pub(crate) position: i64,
    /// Events that it has yet to handle.
    pub(crate) lag: i64,
    /// Failed attempts at the next event.
    pub(crate) failures: u32,
    /// When the next event is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_error: Option<String>,
    pub(crate) updated_at: Timestamp,
}

impl From<JobRow> for JobJson {
    fn from(row: JobRow) -> Self {
        Self {
            id: JobId::from_u128(row.id),
            kind: row.kind,
            state: row.state.as_str(),
            key: row.key,
            payload: row.payload,
            subject: row.subject.map(UserId::from_u128),
            attempts: row.attempts,
            run_at: row.run_at,
            locked_until: row.locked_until,
            last_error: row.last_error,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

impl From<ConsumerRow> for ConsumerJson {
    fn from(row: ConsumerRow) -> Self {
        Self {
            lag: row.last_position_of_context.saturating_sub(row.position).max(0),
            name: row.name,
            context: row.context,
            position: row.position,
            failures: row.failures,
            retry_at: row.retry_at,
            last_error: row.last_error,
            updated_at: row.updated_at,
        }
    }
}
