//! A Redis that all processes share, for what is a help and no more: limits, a cache.
//!
//! Invariants: nobody waits for an answer longer than some milliseconds, and nobody at all while it is known
//! to be lost; whoever asks gets an answer or none, never an error; it holds nothing that can't be
//! done without.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ::redis::aio::MultiplexedConnection;
use ::redis::{Client, ConnectionAddr, IntoConnectionInfo as _, RedisResult};
use parking_lot::Mutex;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// For one answer: many times what it takes, and little for whoever waits.
const ANSWER_MAX: Duration = Duration::from_millis(5);
/// So many answers that didn't come, one after the other, and it counts as lost. Few of them say more
/// of a busy processor here than of it; if there are few, the look at it each second will tell.
const SILENT_MAX: u32 = 20;
/// Between two looks at it, also while it is lost.
const EACH: Duration = Duration::from_secs(1);
/// For a connection and a first answer, for which nobody waits.
const CONNECT_MAX: Duration = Duration::from_millis(500);
/// What is written to see that it can be.
const PROBE: &str = "bushel:probe";

/// Why there can be no Redis at an address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RedisUrlError {
    #[error("that is no URL of a Redis, such as redis://:password@cache.example:6379/0")]
    Malformed,
    #[error("TLS to Redis is not supported; use a private network, and redis://")]
    TlsUnsupported,
}

/// Where a Redis is. Holds a password, perhaps, and doesn't show it.
#[derive(Clone)]
pub struct RedisUrl {
    client: Client,
    /// Host and port.
    name: String,
    answer_max: Duration,
}

/// A Redis that is there or not. Clones share its connection.
#[derive(Clone)]
pub struct Redis(Arc<Watched>);

struct Watched {
    shared: Arc<Shared>,
    /// Ends with the last clone.
    watch: AbortHandle,
}

struct Shared {
    url: RedisUrl,
    /// `None` while it is lost.
    connection: Mutex<Option<MultiplexedConnection>>,
    is_there: watch::Sender<bool>,
    /// Answers in a row that didn't come.
    silent: AtomicU32,
}

impl RedisUrl {
    /// `redis://[user:password@]host[:port][/database]`, or `unix:///path/of/socket`.
    pub fn try_new(url: &str) -> Result<Self, RedisUrlError> {
        if url.starts_with("rediss:") {
            return Err(RedisUrlError::TlsUnsupported);
        }
        let info = url.into_connection_info().map_err(|_| RedisUrlError::Malformed)?;
        let name = match info.addr() {
            ConnectionAddr::Tcp(host, port) => format!("{host}:{port}"),
            ConnectionAddr::Unix(path) => path.display().to_string(),
            _ => return Err(RedisUrlError::TlsUnsupported),
        };
        let client = Client::open(info).map_err(|_| RedisUrlError::Malformed)?;
        Ok(Self { client, name, answer_max: ANSWER_MAX })
    }

    /// For tests, which share the machine with others, and must not take that for a loss.
    #[must_use]
    pub fn with_patience(self, answer_max: Duration) -> Self {
        Self { answer_max, ..self }
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisUrl({})", self.name)
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis({})", self.0.shared.url.name)
    }
}

impl Redis {
    /// Looks for it from now on, on the current runtime, and says in the log when it is lost and when
    /// it is back. It need not be there yet.
    pub fn start(url: RedisUrl) -> Self {
        let shared = Arc::new(Shared {
            url,
            connection: Mutex::new(None),
            is_there: watch::Sender::new(false),
            silent: AtomicU32::new(0),
        });
        let watch = tokio::spawn(look_after(Arc::clone(&shared))).abort_handle();
        Self(Arc::new(Watched { shared, watch }))
    }

    /// The answer, if it comes in time.
    pub(crate) async fn ask<T, F>(
        &self,
        question: impl FnOnce(MultiplexedConnection) -> F,
    ) -> Option<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let shared = &self.0.shared;
        let Some(connection) = shared.connection.lock().clone() else {
            count("skipped");
            return None;
        };
        match tokio::time::timeout(shared.url.answer_max, question(connection)).await {
            Ok(Ok(answer)) => {
                shared.silent.store(0, Ordering::Relaxed);
                count("answered");
                return Some(answer);
            }
            Ok(Err(error)) => shared.lose(&error),
            Err(_) => {
                if shared.silent.fetch_add(1, Ordering::Relaxed) + 1 >= SILENT_MAX {
                    shared.lose(&"it doesn't answer in time");
                }
            }
        }
        count("failed");
        None
    }

    /// Returns when it is there.
    pub async fn there(&self) {
        // The sender is in `self`, so it can't be gone.
        let _ = self.0.shared.is_there.subscribe().wait_for(|is_there| *is_there).await;
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

fn count(outcome: &'static str) {
    metrics::counter!("redis_questions_total", "outcome" => outcome).increment(1);
}

impl Shared {
    /// Nobody asks it any more, until it has been found again.
    fn lose(&self, why: &dyn fmt::Display) {
        *self.connection.lock() = None;
        if self.is_there.send_replace(false) {
            self.say_lost(why);
        }
    }

    fn say_lost(&self, why: &dyn fmt::Display) {
        metrics::gauge!("redis_up").set(0.0);
        tracing::warn!(
            redis = self.url.name, %why,
            "Redis is lost; until it is back each process has its own limits, and no cache"
        );
    }

    fn find(&self, connection: MultiplexedConnection, is_first: bool) {
        *self.connection.lock() = Some(connection);
        self.silent.store(0, Ordering::Relaxed);
        metrics::gauge!("redis_up").set(1.0);
        self.is_there.send_replace(true);
        if is_first {
            tracing::info!(redis = self.url.name, "limits and cache are shared by Redis");
        } else {
            tracing::info!(redis = self.url.name, "Redis is back");
        }
    }
}

/// Keeps a connection, for ever.
async fn look_after(shared: Arc<Shared>) {
    let mut is_first = true;
    loop {
        let is_there = *shared.is_there.borrow();
        match (is_there, probe(&shared).await) {
            (true, Ok(_)) => {}
            (true, Err(why)) => shared.lose(&why),
            (false, Ok(connection)) => {
                shared.find(connection, is_first);
                is_first = false;
            }
            (false, Err(why)) if is_first => {
                shared.say_lost(&why);
                is_first = false;
            }
            (false, Err(_)) => {}
        }
        tokio::time::sleep(EACH).await;
    }
}

/// Writes something: one that is full, or only a replica, is of no use.
async fn probe(shared: &Shared) -> Result<MultiplexedConnection, String> {
    let known = shared.connection.lock().clone();
    let probed = async {
        let mut connection = match known {
            Some(connection) => connection,
            None => shared.url.client.get_multiplexed_async_connection().await?,
        };
        let mut write = ::redis::cmd("SET");
        let written: RedisResult<()> =
            write.arg(PROBE).arg(1).arg("PX").arg(1_000).query_async(&mut connection).await;
        written.map(|()| connection)
    };
    match tokio::time::timeout(CONNECT_MAX, probed).await {
        Ok(probed) => probed.map_err(|error| error.to_string()),
        Err(_) => Err("it doesn't answer in time".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_without_showing_passwords() {
        let url = RedisUrl::try_new("redis://amy:secret@cache.example/2").unwrap();
        assert_eq!(format!("{url:?}"), "RedisUrl(cache.example:6379)");
        let url = RedisUrl::try_new("unix:///run/redis.sock").unwrap();
        assert_eq!(format!("{url:?}"), "RedisUrl(/run/redis.sock)");
        for wrong in ["cache.example", "redis://amy:secret@cache.example:port", "http://a", ""] {
            let error = RedisUrl::try_new(wrong).unwrap_err();
            assert_eq!(error, RedisUrlError::Malformed, "{wrong}");
            assert!(!error.to_string().contains("secret"));
        }
        let tls = RedisUrl::try_new("rediss://cache.example");
        assert_eq!(tls.unwrap_err(), RedisUrlError::TlsUnsupported);
    }
}
