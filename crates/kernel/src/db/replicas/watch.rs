//! Asks the primary and the replicas how far they are, and says in the log when a replica is lost
//! and when it is back.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use thiserror::Error;
use tokio_postgres::types::PgLsn;
use tokio_postgres::{Client, Config, NoTls};

use super::super::{DatabaseError, drive};
use super::marks::Marks;
use super::{Replica, Seen};

/// A replica that has everything is seen as up to twice this behind.
const EACH: Duration = Duration::from_millis(200);
/// A server that is silent for so long is lost.
const ANSWER_MAX: Duration = Duration::from_secs(1);
const AGAIN: Duration = Duration::from_secs(1);

/// Why a replica can't be used.
#[derive(Debug, Error)]
enum Unfit {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("it takes writes, so it is no replica")]
    Primary,
    #[error("it is a copy of another database")]
    Stranger,
    #[error("the primary can't be asked whether this is its replica")]
    NoPrimary,
}

/// What was last said of a replica in the log.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Used,
    Behind,
    Lost,
}

/// Writes down where the primary is, for ever.
pub(super) async fn primary(config: Config, marks: Arc<Mutex<Marks>>) {
    loop {
        if let Err(error) = follow_primary(&config, &marks).await {
            tracing::debug!(%error, "the primary can't be asked how far its log is");
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn follow_primary(config: &Config, marks: &Mutex<Marks>) -> Result<(), DatabaseError> {
    let client = connect(config).await?;
    let statement = client.prepare("select pg_current_wal_lsn()").await?;
    loop {
        let asked_at = Instant::now();
        let row = in_time(client.query_one(&statement, &[])).await?;
        marks.lock().push(row.get::<_, PgLsn>(0).into(), asked_at);
        tokio::time::sleep(EACH).await;
    }
}

/// Keeps what is known of a replica up to date, for ever.
pub(super) async fn replica(
    replica: Arc<Replica>,
    primary: Config,
    marks: Arc<Mutex<Marks>>,
    lag_max: Duration,
) {
    let mut watch = Watch { replica, marks, lag_max, told: Told::Nothing };
    loop {
        if let Err(error) = watch.follow(&primary).await {
            watch.lose(&error);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

struct Watch {
    replica: Arc<Replica>,
    marks: Arc<Mutex<Marks>>,
    lag_max: Duration,
    told: Told,
}

impl Watch {
    /// Asks it again and again, until that fails.
    async fn follow(&mut self, primary: &Config) -> Result<(), Unfit> {
        let client = connect(&self.replica.config).await?;
        if identity(&client).await? != primary_identity(primary).await? {
            return Err(Unfit::Stranger);
        }
        let statement = "select pg_is_in_recovery(), pg_last_wal_replay_lsn()";
        let statement = in_time(client.prepare(statement)).await?;
        loop {
            let row = in_time(client.query_one(&statement, &[])).await?;
            match row.get(1) {
                Some(replayed) if row.get(0) => self.note(replayed),
                _ => return Err(Unfit::Primary),
            }
            // Whichever comes first.
            let _ = tokio::time::timeout(EACH, self.replica.doubted.notified()).await;
        }
    }

    fn note(&mut self, replayed: PgLsn) {
        let (known_until, first) = {
            let marks = self.marks.lock();
            (marks.known_until(replayed.into()), marks.first())
        };
        *self.replica.seen.lock() = known_until.map(|known_until| Seen { replayed, known_until });
        // With less than the first mark it is behind by more than that; without a mark nobody knows.
        let Some(lag) = known_until.or(first).map(|moment| moment.elapsed()) else { return };
        let name = || self.replica.name.clone();
        metrics::gauge!("database_replica_lag_seconds", "replica" => name()).set(lag.as_secs_f64());
        metrics::gauge!("database_replica_up", "replica" => name()).set(1.0);
        self.tell(lag, known_until.is_some());
    }

    /// One line for each change. One that is just at the limit must not fill the log, so a replica
    /// that was behind has to come nearer than that.
    fn tell(&mut self, lag: Duration, is_known: bool) {
        let (replica, lag_max) = (&self.replica.name, self.lag_max);
        match self.told {
            Told::Nothing if is_known && lag <= lag_max => {
                tracing::info!(replica, "reads go to a replica, too");
            }
            Told::Lost if is_known && lag <= lag_max => {
                tracing::info!(replica, "a replica is back")
            }
            Told::Behind if is_known && lag <= lag_max / 2 => {
                tracing::info!(replica, "a replica has caught up");
            }
            Told::Nothing | Told::Used if lag > lag_max => {
                tracing::warn!(replica, ?lag, "a replica is too far behind; reads go elsewhere");
                self.told = Told::Behind;
                return;
            }
            _ => return,
        }
        self.told = Told::Used;
    }

    fn lose(&mut self, error: &Unfit) {
        *self.replica.seen.lock() = None;
        self.replica.lost.send_modify(|times| *times += 1);
        let name = &self.replica.name;
        metrics::gauge!("database_replica_up", "replica" => name.clone()).set(0.0);
        if self.told != Told::Lost {
            tracing::warn!(replica = name, %error, "a replica is lost; reads go elsewhere");
            self.told = Told::Lost;
        }
    }
}

/// Which cluster of databases it is, and which database in it; a replica has both from its primary.
async fn identity(client: &Client) -> Result<(i64, u32), DatabaseError> {
    let sql = "select system_identifier, pg_database.oid
          from pg_control_system() cross join pg_database
         where datname = current_database()";
    let row = in_time(client.query_one(sql, &[])).await?;
    Ok((row.get(0), row.get(1)))
}

async fn primary_identity(config: &Config) -> Result<(i64, u32), Unfit> {
    let asked = async { identity(&connect(config).await?).await };
    asked.await.map_err(|error: DatabaseError| {
        tracing::debug!(%error, "the primary can't be asked who it is");
        Unfit::NoPrimary
    })
}

async fn connect(config: &Config) -> Result<Client, DatabaseError> {
    let (client, connection) = in_time(config.connect(NoTls)).await?;
    tokio::spawn(drive(connection));
    Ok(client)
}

async fn in_time<T>(
    asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, DatabaseError> {
    let answered = tokio::time::timeout(ANSWER_MAX, asked).await;
    Ok(answered.map_err(|_| DatabaseError::NoAnswer)??)
}
