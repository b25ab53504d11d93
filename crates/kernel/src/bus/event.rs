//! What happened: published in the publisher's transaction, read by position.

use std::time::Duration;

use deadpool_postgres::Transaction;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{JobError, hint, store};
use crate::id::{IdSource as _, UuidV7};
use crate::{Clock, Database, DatabaseError, SystemClock, Timestamp};

/// An event before it is published.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// UUIDv7; events that are sequenced together are ordered by it.
    pub id: u128,
    /// Whose event it is: `wallet`.
    pub context: &'static str,
    /// In the past tense: `wallet.request.created`.
    pub kind: &'static str,
    /// The user whom it concerns, for their timeline.
    pub subject: Option<u128>,
    pub data: Value,
}

impl NewEvent {
    /// # Panics
    /// If `data` can't be JSON, which only a map with keys that aren't text can't.
    pub fn new(
        context: &'static str,
        kind: &'static str,
        subject: Option<u128>,
        data: impl Serialize,
    ) -> Self {
        let data = serde_json::to_value(data).expect("an event's data has text for keys");
        Self { id: UuidV7.next_bits(), context, kind, subject, data }
    }
}

/// An event that was published and has its position.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// From 1, without gaps, per context.
    pub position: i64,
    pub id: u128,
    pub context: String,
    pub kind: String,
    pub subject: Option<u128>,
    pub data: Value,
    /// When the publisher said so; positions need not be in this order.
    pub at: Timestamp,
}

impl Event {
    /// The data as the type that it was published from.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        Ok(T::deserialize(&self.data)?)
    }
}

/// Tells what happened, if and when `tx` commits. One round trip for any number of events.
pub async fn publish_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    events: &[NewEvent],
) -> Result<(), DatabaseError> {
    if events.is_empty() {
        return Ok(());
    }
    store::events::insert(tx, clock.now(), events).await?;
    hint::give(&hint::EVENTS);
    Ok(())
}

/// The events of a context after a position, in order.
pub async fn events(
    database: &Database,
    context: &str,
    after: i64,
    limit: usize,
) -> Result<Vec<Event>, DatabaseError> {
    let client = database.client().await?;
    store::events::after(&client, context, after, limit).await
}

/// The position of the last event of a context; 0 if there is none.
pub async fn last_position(database: &Database, context: &str) -> Result<i64, DatabaseError> {
    store::events::last_position(database, context).await
}

/// The events of these contexts that concern a user, newest first; a page goes on `before` the
/// last event of the one before it.
pub async fn events_of_subject(
    database: &Database,
    subject: u128,
    contexts: &[&str],
    before: Option<(Timestamp, u128)>,
    limit: usize,
) -> Result<Vec<Event>, DatabaseError> {
    store::events::of_subject(database, subject, contexts, before, limit).await
}

/// Gives positions to what has been committed. A running [`Bus`](super::Bus) does this by itself;
/// this is for commands that run without one. Returns how many events got theirs.
pub async fn sequence(database: &Database) -> Result<u64, DatabaseError> {
    let mut all = 0;
    loop {
        match store::events::sequence(database, SystemClock.now(), "").await? {
            Some(0) => return Ok(all),
            Some(some) => all += some,
            // Another process is at it, and may have looked before our caller's commit.
            None => tokio::task::yield_now().await,
        }
    }
}

/// How long events are kept: who comes later finds what happened in the audit log and the ledger.
const KEPT_FOR: Duration = Duration::from_secs(365 * 24 * 3_600);

/// Forgets events that are older than a year, unless a consumer has them still to read. Returns how
/// many they were.
pub async fn forget_events(database: &Database, clock: &dyn Clock) -> Result<u64, DatabaseError> {
    let before = clock.now().saturating_sub(KEPT_FOR);
    let mut all = 0;
    loop {
        match store::events::forget(database, before).await? {
            0 => return Ok(all),
            some => all += some,
        }
    }
}
