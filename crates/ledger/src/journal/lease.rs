//! Who may write the journal: one process at a time.
//!
//! The leader holds a session lock in Postgres, which a crash gives up at once, and renews a
//! lease in a row, which a stopped process lets run out. Taking over raises the epoch under a
//! lock that every commit shares, so nothing of an old epoch commits afterwards (fencing).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kernel::db::Database;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::error::StoreError;

/// How long a leader that says nothing keeps its place.
const LEASE_S: f64 = 3.0;
/// The leader stops believing itself earlier, by the local monotonic clock.
const BELIEF: Duration = Duration::from_millis(2_500);
/// How often the lease is renewed.
pub(crate) const RENEW_EVERY: Duration = Duration::from_millis(800);

/// Until when the leader may answer reads from memory.
#[derive(Clone, Debug)]
pub(crate) struct Validity {
    start: Instant,
    until_ms: Arc<AtomicU64>,
}

impl Validity {
    fn new() -> Self {
        Self { start: Instant::now(), until_ms: Arc::new(AtomicU64::new(0)) }
    }

    /// Whether the lease holds at this moment. The monotonic clock goes on while a process is
    /// stopped, so one that wakes up late finds that it is over.
    pub(crate) fn holds(&self) -> bool {
        let now = self.start.elapsed().as_millis();
        now < u128::from(self.until_ms.load(Ordering::Acquire))
    }

    fn extend(&self, asked_at: Instant) {
        let until = (asked_at + BELIEF).duration_since(self.start).as_millis();
        self.until_ms.store(u64::try_from(until).unwrap_or(u64::MAX), Ordering::Release);
    }

    fn end(&self) {
        self.until_ms.store(0, Ordering::Release);
    }
}

/// The right to write, until it is lost.
pub(crate) struct Lease {
    client: Client,
    pub(crate) epoch: i64,
    pub(crate) validity: Validity,
}

/// What came of asking for the lease.
pub(crate) enum Acquired {
    Leads(Lease),
    /// Another process leads; it can be reached here.
    Follows(Option<String>),
}

/// Takes the lease if it is free.
pub(crate) async fn acquire(
    database: &Database,
    node: &str,
    address: &str,
) -> Result<Acquired, StoreError> {
    let client = database.dedicated_client().await?;
    if !lock_session(&client).await? {
        let sql = "select address, lease_until < clock_timestamp() from ledger.leader";
        let row = client.query_one(sql, &[]).await?;
        let is_expired: bool = row.try_get(1)?;
        if !is_expired {
            return Ok(Acquired::Follows(row.try_get(0)?));
        }
        tracing::warn!("the leader's lease has run out; ending its sessions");
        end_sessions_of_leader(&client).await?;
        if !lock_session(&client).await? {
            return Ok(Acquired::Follows(None));
        }
    }
    let validity = Validity::new();
    let asked_at = Instant::now();
    let epoch = raise_epoch(&client, node, address).await?;
    validity.extend(asked_at);
    Ok(Acquired::Leads(Lease { client, epoch, validity }))
}

async fn lock_session(client: &Client) -> Result<bool, StoreError> {
    let row = client.query_one("select pg_try_advisory_lock(4711, 3)", &[]).await?;
    Ok(row.try_get(0)?)
}

/// Ends the sessions that hold the leader's locks: its process is stopped or cut off.
async fn end_sessions_of_leader(client: &Client) -> Result<(), StoreError> {
    let sql = "select pg_terminate_backend(pid, 1000) from pg_locks \
               where locktype = 'advisory' and classid = 4711 and objid in (1, 3) and granted \
               and database = (select oid from pg_database where datname = current_database()) \
               and pid <> pg_backend_pid()";
    client.execute(sql, &[]).await?;
    Ok(())
}

async fn raise_epoch(client: &Client, node: &str, address: &str) -> Result<i64, StoreError> {
    const TRIES: usize = 5;
    for _ in 0..TRIES {
        match try_raise_epoch(client, node, address).await {
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                client.batch_execute("rollback").await?;
                end_sessions_of_leader(client).await?;
            }
            result => return Ok(result?),
        }
    }
    Err(StoreError::Corrupt("the lock of the journal's writers is not given up"))
}

async fn try_raise_epoch(
    client: &Client,
    node: &str,
    address: &str,
) -> Result<i64, tokio_postgres::Error> {
    client
        .batch_execute("set lock_timeout = '2s'; begin; select pg_advisory_xact_lock(4711, 1)")
        .await?;
    let sql = "update ledger.leader set epoch = epoch + 1, node = $1, address = $2, \
               lease_until = clock_timestamp() + make_interval(secs => $3) returning epoch";
    let row = client.query_one(sql, &[&node, &address, &LEASE_S]).await?;
    client.batch_execute("commit").await?;
    row.try_get(0)
}

impl Lease {
    /// Renews the lease; `false` if another process leads by now.
    pub(crate) async fn renew(&self) -> Result<bool, StoreError> {
        let asked_at = Instant::now();
        let sql = "update ledger.leader \
                   set lease_until = clock_timestamp() + make_interval(secs => $2) \
                   where epoch = $1";
        let is_ours = self.client.execute(sql, &[&self.epoch, &LEASE_S]).await? == 1;
        if is_ours {
            self.validity.extend(asked_at);
        } else {
            self.validity.end();
        }
        Ok(is_ours)
    }

    /// Gives the lease up, so that another process can take it at once.
    pub(crate) async fn release(self) {
        self.validity.end();
        let sql = "update ledger.leader set lease_until = '-infinity' where epoch = $1";
        if let Err(error) = self.client.execute(sql, &[&self.epoch]).await {
            tracing::debug!(%error, "the lease could not be given up; it runs out by itself");
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.validity.end();
    }
}
