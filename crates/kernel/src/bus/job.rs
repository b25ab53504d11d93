//! Work to be done later: enqueued in the caller's transaction, run at least once.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use deadpool_postgres::{GenericClient, Transaction};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::runner::POLL;
use super::{hint, store};
use crate::id::{IdSource as _, UuidV7};
use crate::{Clock, Database, DatabaseError, Timestamp, db};

/// What is kept of an error's text.
const ERROR_CHARS_MAX: usize = 2_000;

/// The key of a job that comes again and again and was given none.
pub(super) const RECURRING_KEY: &str = "recurring";

/// A job before it is enqueued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    pub id: u128,
    /// A command: `payments.deposit.submit`. Names the worker.
    pub kind: &'static str,
    pub payload: Value,
    /// Not before; as soon as possible if `None`.
    pub run_at: Option<Timestamp>,
    /// While a job of the kind with this key waits or runs, enqueuing another does nothing.
    pub key: Option<String>,
    /// The user whom it concerns.
    pub subject: Option<u128>,
}

impl NewJob {
    /// # Panics
    /// If `payload` can't be JSON, which only a map with keys that aren't text can't.
    pub fn new(kind: &'static str, payload: impl Serialize) -> Self {
        let payload = serde_json::to_value(payload).expect("a job's payload has text for keys");
        Self { id: UuidV7.next_bits(), kind, payload, run_at: None, key: None, subject: None }
    }

    #[must_use]
    pub fn at(self, run_at: Timestamp) -> Self {
        Self { run_at: Some(run_at), ..self }
    }

    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    #[must_use]
    pub fn subject(self, subject: u128) -> Self {
        Self { subject: Some(subject), ..self }
    }
}

/// A job as its worker sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub id: u128,
    pub kind: String,
    pub payload: Value,
    /// From 1; more than the failures if a process died in between.
    pub attempt: u32,
    pub subject: Option<u128>,
    pub created_at: Timestamp,
    /// When it was due.
    pub run_at: Timestamp,
}

impl Job {
    /// The payload as the type that it was made from.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        Ok(T::deserialize(&self.payload)?)
    }
}

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is deleted.
    Done,
    /// It runs again after the backoff of the kind, or is dead if this was the last attempt.
    Retry(JobError),
    /// The same after this time, because the other side asked for it.
    RetryAfter(Duration, JobError),
    /// Nothing failed: it runs again then, counted from the first attempt.
    Later(Timestamp),
    /// No attempt can help.
    Dead(JobError),
}

/// Lets a worker's body use `?`: what it returns as an error is tried again.
impl From<Result<(), JobError>> for Outcome {
    fn from(result: Result<(), JobError>) -> Self {
        result.map_or_else(Self::Retry, |()| Self::Done)
    }
}

/// Why an attempt failed: one line for operators, at most 2,000 characters. It is stored, logged
/// and shown, so it must not hold a secret.
///
/// Any error becomes one by `?`, with its causes; of Postgres' only the message, because its
/// details hold the values of rows. It is no [`std::error::Error`] itself, because
/// that conversion could not exist beside it.
#[derive(Clone, PartialEq, Eq)]
pub struct JobError(String);

impl JobError {
    pub fn new(text: impl fmt::Display) -> Self {
        // Postgres has no text with a zero in it, and other sides' words must not begin a new
        // line of our log.
        let text = text.to_string();
        let one_line = text.chars().filter(|c| *c != '\0');
        let one_line = one_line.map(|c| if c.is_control() { ' ' } else { c });
        Self(one_line.take(ERROR_CHARS_MAX).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<E: Error + 'static> From<E> for JobError {
    fn from(error: E) -> Self {
        let mut text = String::new();
        let mut next: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = next {
            let postgres = error.downcast_ref::<tokio_postgres::Error>();
            let error_text = postgres.map_or_else(|| error.to_string(), db::describe);
            // Many errors repeat their cause in their own text.
            if !text.contains(&error_text) {
                text.push_str(if text.is_empty() { "" } else { ": " });
                text.push_str(&error_text);
            }
            next = if postgres.is_some() { None } else { error.source() };
        }
        Self::new(text)
    }
}

/// Gives work to be done, if and when `tx` commits. One round trip for any number of jobs.
pub async fn enqueue_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    jobs: &[NewJob],
) -> Result<(), DatabaseError> {
    if jobs.is_empty() {
        return Ok(());
    }
    insert(tx, clock, jobs).await
}

/// The same in a transaction of its own.
pub async fn enqueue(
    database: &Database,
    clock: &dyn Clock,
    jobs: &[NewJob],
) -> Result<(), DatabaseError> {
    if jobs.is_empty() {
        return Ok(());
    }
    insert(&database.client().await?, clock, jobs).await
}

async fn insert(
    client: &impl GenericClient,
    clock: &dyn Clock,
    jobs: &[NewJob],
) -> Result<(), DatabaseError> {
    let now = clock.now();
    store::jobs::insert(client, now, jobs).await?;
    // What is due later the runner finds by itself, in time.
    let soon = now.saturating_add(POLL);
    if jobs.iter().any(|job| job.run_at.is_none_or(|at| at <= soon)) {
        hint::give(&hint::JOBS);
    }
    Ok(())
}

/// Removes the job with this key, if it isn't dead, and says whether there was one. A run of it
/// that is under way goes on to its end, whose outcome is then ignored: it isn't run again.
pub async fn cancel_in_tx(
    tx: &Transaction<'_>,
    kind: &str,
    key: &str,
) -> Result<bool, DatabaseError> {
    store::jobs::cancel(tx, kind, key).await
}

/// Makes sure that a job which comes again and again (its worker answers
/// [`Outcome::Later`]) is there. To be called at each start. One without a key of its own never
/// ends: if it is dead, which operators should see, a successor runs an hour later.
pub async fn ensure_recurring(
    database: &Database,
    clock: &dyn Clock,
    job: NewJob,
) -> Result<(), DatabaseError> {
    let job = if job.key.is_some() { job } else { job.key(RECURRING_KEY) };
    enqueue(database, clock, &[job]).await
}
