//! The database: Postgres from `DATABASE_URL` or the private one, behind a pool.

mod config;
mod error;
mod lock;
mod replicas;
mod statements;

pub use config::{DatabaseOptions, parse_url};
pub(crate) use error::describe;
pub use error::{DatabaseError, constraint};
pub use lock::lock_name_in_tx;
pub use replicas::ReplicaOptions;
pub use statements::Statements;

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool::managed::QueueMode;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Socket, tls::NoTlsStream};

use self::replicas::Replicas;
use crate::postgres::{PrivatePostgres, VERSION_MIN};

const RETRY_MIN: Duration = Duration::from_millis(10);
const RETRY_MAX: Duration = Duration::from_secs(1);

/// A database that answered once and is new enough. Clones share the pool.
#[derive(Debug, Clone)]
pub struct Database {
    pool: Pool,
    config: Config,
    replicas: Option<Arc<Replicas>>,
}

/// A connection outside of the pool: the ledger's writers, LISTEN, migrations.
pub struct Dedicated {
    /// Sends statements; its session ends when it is dropped.
    pub client: Client,
    /// Must be polled for the client to get on; ends with the session.
    pub connection: Connection<Socket, NoTlsStream>,
}

impl Database {
    /// Connects to a server given as a URL or as `key=value` pairs.
    pub async fn connect_url(url: &str, options: DatabaseOptions) -> Result<Self, DatabaseError> {
        Self::connect(parse_url(url)?, options).await
    }

    /// Connects to the private Postgres, which has to outlive the result.
    pub async fn connect_private(
        postgres: &PrivatePostgres,
        options: DatabaseOptions,
    ) -> Result<Self, DatabaseError> {
        Self::connect(postgres.connection_config(), options).await
    }

    /// Waits for the server up to `options.connect_max`, checks its version and makes the pool.
    pub async fn connect(config: Config, options: DatabaseOptions) -> Result<Self, DatabaseError> {
        let config = options.apply(config);
        let client = first_connection(&config, options.connect_max).await?;
        check_version(&client).await?;
        Ok(Self { pool: pool(&config, &options), config, replicas: None })
    }

    /// The same with servers that follow it. They need not be there yet. Say it after migrations:
    /// only a replica that has caught up with this moment is read from.
    #[must_use]
    pub fn with_replicas(mut self, options: ReplicaOptions) -> Self {
        if !options.servers.is_empty() {
            self.replicas = Some(Arc::new(Replicas::start(&self, options)));
        }
        self
    }

    /// A session from the pool; see [`Statements`].
    pub async fn client(&self) -> Result<Object, DatabaseError> {
        self.pool.get().await.map_err(DatabaseError::from)
    }

    /// A session for reads that may be as old as `lag_max`, and never older than the installation
    /// lets them be: `Duration::MAX` leaves it to that. It is of a replica that has just said that
    /// it is near enough, else of the primary. It can't write, and a transaction in it sees one
    /// moment.
    ///
    /// If the replica dies while it works on a statement, that statement fails with an error that
    /// is [transient](DatabaseError::is_transient), and has to be sent again with another session:
    /// [`read_within`](Self::read_within) does that by itself.
    pub async fn replica_client(&self, lag_max: Duration) -> Result<Object, DatabaseError> {
        match self.near_replica(lag_max).await {
            Some((client, _)) => Ok(client),
            None => self.client().await,
        }
    }

    /// Reads what may be as old as `lag_max`, as with [`replica_client`](Self::replica_client). A
    /// read that a replica leaves unfinished, because it dies, hangs or has to remove rows that the
    /// read still sees, is done again by the primary, at once and from the beginning.
    ///
    /// ```ignore
    /// database.read_within(Duration::MAX, |client| async move { store::list(&client).await }).await
    /// ```
    pub async fn read_within<T, F>(
        &self,
        lag_max: Duration,
        read: impl Fn(Object) -> F,
    ) -> Result<T, DatabaseError>
    where
        F: Future<Output = Result<T, DatabaseError>>,
    {
        if let Some((client, mut lost)) = self.near_replica(lag_max).await {
            let answer = tokio::select! {
                answer = read(client) => answer,
                () = lost.wait() => Err(DatabaseError::NoAnswer),
            };
            match answer {
                Err(error) if error.is_transient() => {
                    lost.doubt();
                    tracing::debug!(%error, "a replica left a read unfinished");
                }
                answer => return answer,
            }
        }
        read(self.client().await?).await
    }

    async fn near_replica(&self, lag_max: Duration) -> Option<(Object, replicas::Lost)> {
        let replicas = self.replicas.as_ref()?;
        let found = replicas.client(lag_max).await;
        let from = if found.is_some() { "replica" } else { "primary" };
        metrics::counter!("database_lagging_reads_total", "from" => from).increment(1);
        found
    }

    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// A session of its own, whose connection the caller polls (for notifications, say).
    pub async fn dedicated(&self) -> Result<Dedicated, DatabaseError> {
        let (client, connection) = self.config.connect(NoTls).await?;
        Ok(Dedicated { client, connection })
    }

    /// A session of its own, polled by a task until it ends.
    pub async fn dedicated_client(&self) -> Result<Client, DatabaseError> {
        let Dedicated { client, connection } = self.dedicated().await?;
        tokio::spawn(drive(connection));
        Ok(client)
    }

    /// Closes the sessions that nobody uses, and the others when they are given back.
    pub fn close(&self) {
        self.pool.close();
        if let Some(replicas) = &self.replicas {
            replicas.close();
        }
    }
}

fn pool(config: &Config, options: &DatabaseOptions) -> Pool {
    let manager = Manager::from_config(
        config.clone(),
        NoTls,
        ManagerConfig { recycling_method: RecyclingMethod::Fast },
    );
    // The one that was used last has its statements and its pages at hand.
    Pool::builder(manager)
        .queue_mode(QueueMode::Lifo)
        .max_size(options.connections_max)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(options.wait_max))
        .create_timeout(Some(options.wait_max))
        .recycle_timeout(Some(options.wait_max))
        .build()
        .expect("a runtime is given")
}

/// Polls a connection to its end; what the server has to say goes to our log.
async fn drive(mut connection: Connection<Socket, NoTlsStream>) {
    loop {
        match std::future::poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => tracing::debug!(%notice, "Postgres notice"),
            Some(Ok(_)) => {}
            Some(Err(error)) => return tracing::warn!(%error, "lost a session with Postgres"),
            None => return,
        }
    }
}

/// A server that starts or restarts is waited for; one that refuses us isn't.
async fn first_connection(config: &Config, patience: Duration) -> Result<Client, DatabaseError> {
    let deadline = Instant::now() + patience;
    let mut pause = RETRY_MIN;
    loop {
        let error = match tokio::time::timeout(patience, config.connect(NoTls)).await {
            Ok(Ok((client, connection))) => {
                tokio::spawn(drive(connection));
                return Ok(client);
            }
            Ok(Err(error)) => DatabaseError::from(error),
            Err(_) => DatabaseError::NoAnswer,
        };
        if !error.is_transient() || Instant::now() + pause > deadline {
            return Err(error);
        }
        tracing::debug!(%error, "the database does not answer yet");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(RETRY_MAX);
    }
}

async fn check_version(client: &Client) -> Result<(), DatabaseError> {
    let row = client.query_one("SHOW server_version_num", &[]).await?;
    let number: u32 = row.get::<_, &str>(0).parse().unwrap_or(0);
    let found = number / 10_000;
    if found < VERSION_MIN { Err(DatabaseError::TooOld { found }) } else { Ok(()) }
}

#[cfg(test)]
pub(crate) mod tests;
