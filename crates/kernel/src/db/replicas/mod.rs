//! Servers that follow the primary, for reads that may be a little old.
//!
//! How far a replica is behind is not taken from its own word, which an idle primary makes useless:
//! the primary is asked where its log ends, the replica how far it has replayed, and a replica that
//! has replayed what the primary had written at a moment knows everything up to that moment.
//!
//! Invariants:
//! - A session is handed out only after this very session has said that it has replayed what its
//!   lag needs: a replica that was restarted may have gone back.
//! - Who asks for a session gets one that answers, or the error of the primary.

mod marks;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use deadpool_postgres::{Object, Pool};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch as channel};
use tokio::task::AbortHandle;
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::types::PgLsn;

use self::marks::Marks;
use super::{Database, DatabaseError, DatabaseOptions, Statements as _, pool};

/// For a session of a replica, all told: then somebody else is asked.
const SESSION_MAX: Duration = Duration::from_millis(250);

/// Which replicas there are, and how old a read from them may be.
#[derive(Debug, Clone)]
pub struct ReplicaOptions {
    pub servers: Vec<Config>,
    /// No read is older, whatever its caller would take.
    pub lag_max: Duration,
    /// For each one's pool.
    pub pool: DatabaseOptions,
}

/// The replicas of a database. Whoever watches them ends with this value.
#[derive(Debug)]
pub(super) struct Replicas {
    list: Vec<Arc<Replica>>,
    lag_max: Duration,
    /// Whose turn it is.
    next: AtomicUsize,
    watching: Vec<AbortHandle>,
}

#[derive(Debug)]
struct Replica {
    /// Host and port, for the log and the metrics.
    name: String,
    config: Config,
    pool: Pool,
    /// `None`: it is not to be used.
    seen: Mutex<Option<Seen>>,
    /// Somebody doubts that it is there.
    doubted: Notify,
    /// How often it was lost.
    lost: channel::Sender<u64>,
}

/// What is known of a replica.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// How far it has replayed the log.
    replayed: PgLsn,
    /// It knows what had committed before this.
    known_until: Instant,
}

impl Replicas {
    pub(super) fn start(primary: &Database, options: ReplicaOptions) -> Self {
        let list: Vec<Arc<Replica>> =
            options.servers.into_iter().map(|config| Replica::new(config, &options.pool)).collect();
        let marks = Arc::new(Mutex::new(Marks::default()));
        let mut watching = vec![
            tokio::spawn(watch::primary(primary.config().clone(), Arc::clone(&marks)))
                .abort_handle(),
        ];
        for replica in &list {
            let task = watch::replica(
                Arc::clone(replica),
                primary.config().clone(),
                Arc::clone(&marks),
                options.lag_max,
            );
            watching.push(tokio::spawn(task).abort_handle());
        }
        Self { list, lag_max: options.lag_max, next: AtomicUsize::new(0), watching }
    }

    /// A session of the next replica that is near enough; `None` if there is none.
    pub(super) async fn client(&self, lag_max: Duration) -> Option<(Object, Lost)> {
        let lag_max = lag_max.min(self.lag_max);
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let (before, after) = self.list.split_at(turn % self.list.len().max(1));
        for replica in after.iter().chain(before) {
            let lost = Lost { replica: Arc::clone(replica), times: replica.lost.subscribe() };
            if let Some(client) = replica.client(lag_max).await {
                return Some((client, lost));
            }
        }
        None
    }

    pub(super) fn close(&self) {
        self.watching.iter().for_each(AbortHandle::abort);
        self.list.iter().for_each(|replica| replica.pool.close());
    }
}

impl Drop for Replicas {
    fn drop(&mut self) {
        self.close();
    }
}

/// Tells whoever reads from a replica that it is gone.
pub(super) struct Lost {
    replica: Arc<Replica>,
    times: channel::Receiver<u64>,
}

impl Lost {
    /// Returns when the replica has been lost since it was chosen.
    pub(super) async fn wait(&mut self) {
        // The sender is in the replica, so it can't be gone.
        let _ = self.times.changed().await;
    }

    /// A read from it has failed: until it has answered again nobody else is sent there.
    pub(super) fn doubt(&self) {
        self.replica.doubt();
    }
}

impl Replica {
    fn new(config: Config, options: &DatabaseOptions) -> Arc<Self> {
        let options = DatabaseOptions { wait_max: SESSION_MAX, ..options.clone() };
        let config = options.apply(config);
        Arc::new(Self {
            name: name(&config),
            pool: pool(&config, &options),
            config,
            seen: Mutex::new(None),
            doubted: Notify::new(),
            lost: channel::Sender::new(0),
        })
    }

    /// A session that has just said that it is near enough.
    async fn client(&self, lag_max: Duration) -> Option<Object> {
        self.near(lag_max)?;
        let session = async {
            let client = self.pool.get().await?;
            // Asked for anew, because the wait for the session may have taken some time.
            let Some(seen) = self.near(lag_max) else { return Ok(None) };
            let sql = "select pg_is_in_recovery() and pg_last_wal_replay_lsn() >= $1";
            let row = client.query_one_prepared(sql, &[&seen.replayed]).await?;
            Ok(row.get::<_, bool>(0).then_some(client))
        };
        let session = tokio::time::timeout(SESSION_MAX, session).await;
        match session.unwrap_or(Err(DatabaseError::NoAnswer)) {
            Ok(Some(client)) => Some(client),
            // All sessions are busy, which says nothing of it.
            Err(DatabaseError::PoolBusy) => None,
            Ok(None) | Err(_) => {
                self.doubt();
                None
            }
        }
    }

    fn near(&self, lag_max: Duration) -> Option<Seen> {
        self.seen.lock().filter(|seen| seen.known_until.elapsed() <= lag_max)
    }

    fn doubt(&self) {
        *self.seen.lock() = None;
        self.doubted.notify_one();
    }
}

/// Without user and password.
fn name(config: &Config) -> String {
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    });
    let host = hosts.chain(config.get_hostaddrs().iter().map(ToString::to_string)).next();
    let port = config.get_ports().first().copied().unwrap_or(5432);
    format!("{}:{port}", host.as_deref().unwrap_or("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_has_no_secret() {
        let check = |url: &str, expected| {
            assert_eq!(name(&super::super::parse_url(url).unwrap()), expected);
        };
        check("postgres://amy:secret@db-2.example:5433/shop", "db-2.example:5433");
        check("host=/run/postgresql user=amy password=secret", "/run/postgresql:5432");
        check("hostaddr=10.0.0.7 user=amy", "10.0.0.7:5432");
    }
}
