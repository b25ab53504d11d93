//! What operators see and do: jobs, dead letters, consumers.

use std::fmt;
use std::str::FromStr;

use deadpool_postgres::GenericClient;
use serde_json::Value;

use super::job::RECURRING_KEY;
use super::store;
use crate::{Clock, Database, DatabaseError, Timestamp};

/// Where a job stands. One that is done isn't there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    Waiting,
    Running,
    Dead,
}

impl JobState {
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Running, Self::Dead];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for JobState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

/// Which jobs; `None` is any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    pub state: Option<JobState>,
    pub kind: Option<String>,
    pub subject: Option<u128>,
}

/// A job with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRow {
    pub id: u128,
    pub kind: String,
    pub key: Option<String>,
    pub state: JobState,
    pub payload: Value,
    pub subject: Option<u128>,
    /// Runs that were begun since it was made or redriven.
    pub attempts: u32,
    pub run_at: Timestamp,
    /// When its process counts as dead, while it runs.
    pub locked_until: Option<Timestamp>,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl JobRow {
    /// Whether it waits to come again, as it always does: see
    /// [`ensure_recurring`](super::ensure_recurring).
    pub fn is_to_come_again(&self) -> bool {
        self.state == JobState::Waiting && self.key.as_deref() == Some(RECURRING_KEY)
    }
}

/// How far a consumer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerRow {
    pub name: String,
    pub context: String,
    /// The last event that it has handled.
    pub position: i64,
    /// The last event that there is; 0 without any.
    pub last_position_of_context: i64,
    pub updated_at: Timestamp,
    /// Failed attempts at the next event.
    pub failures: u32,
    /// When it is tried again.
    pub retry_at: Option<Timestamp>,
    /// Why it failed last; stays until the consumer gets on.
    pub last_error: Option<String>,
}

/// Jobs, newest first; a page goes on `after` the last id of the one before it.
pub async fn jobs(
    database: &Database,
    filter: &JobFilter,
    after: Option<u128>,
    limit: usize,
) -> Result<Vec<JobRow>, DatabaseError> {
    store::jobs::list(database, filter, after, limit).await
}

pub async fn job(database: &Database, id: u128) -> Result<Option<JobRow>, DatabaseError> {
    store::jobs::get(database, id).await
}

/// Lets a dead job run again, from its first attempt. False if it isn't dead, or if its key has
/// gone to another job meanwhile. In the transaction that records it, act and record are one.
pub async fn redrive(
    client: &mut impl GenericClient,
    clock: &dyn Clock,
    id: u128,
) -> Result<bool, DatabaseError> {
    Ok(store::jobs::redrive(client, clock.now(), Some(id), None).await? == 1)
}

/// The same for all dead jobs of a kind. Returns how many run again.
pub async fn redrive_all(
    client: &mut impl GenericClient,
    clock: &dyn Clock,
    kind: &str,
) -> Result<u64, DatabaseError> {
    store::jobs::redrive(client, clock.now(), None, Some(kind)).await
}

/// Removes a job that isn't running.
pub async fn discard(client: &impl GenericClient, id: u128) -> Result<bool, DatabaseError> {
    store::jobs::discard(client, id).await
}

pub async fn consumers(database: &Database) -> Result<Vec<ConsumerRow>, DatabaseError> {
    store::consumers::list(database).await
}

/// Every context that has ever published something.
pub async fn contexts(database: &Database) -> Result<Vec<String>, DatabaseError> {
    store::consumers::contexts(database).await
}

/// Makes a consumer go on after this position: back to handle events again, forward to leave
/// some out. Waits for the batch that is under way. False if there is no such consumer.
pub async fn set_position(
    database: &Database,
    clock: &dyn Clock,
    consumer: &str,
    position: i64,
) -> Result<bool, DatabaseError> {
    store::consumers::set_position(database, clock.now(), consumer, position).await
}
