//! The database: Postgres from `DATABASE_URL` or the private one, behind a pool.

mod config;
mod error;
mod lock;
mod statements;

pub use config::{DatabaseOptions, parse_url};
pub(crate) use error::describe;
pub use error::{DatabaseError, constraint};
pub use lock::lock_name_in_tx;
pub use statements::Statements;

use std::time::{Duration, Instant};

use deadpool::managed::QueueMode;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Socket, tls::NoTlsStream};

use crate::postgres::{PrivatePostgres, VERSION_MIN};

const RETRY_MIN: Duration = Duration::from_millis(10);
const RETRY_MAX: Duration = Duration::from_secs(1);

/// A database that answered once and is new enough. Clones share the pool.
#[derive(Debug, Clone)]
pub struct Database {
    pool: Pool,
    config: Config,
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
        let manager = Manager::from_config(
            config.clone(),
            NoTls,
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        // The one that was used last has its statements and its pages at hand.
        let pool = Pool::builder(manager)
            .queue_mode(QueueMode::Lifo)
            .max_size(options.connections_max)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(options.wait_max))
            .create_timeout(Some(options.wait_max))
            .recycle_timeout(Some(options.wait_max))
            .build()
            .expect("a runtime is given");
        Ok(Self { pool, config })
    }

    /// A session from the pool; see [`Statements`].
    pub async fn client(&self) -> Result<Object, DatabaseError> {
        self.pool.get().await.map_err(DatabaseError::from)
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
    }
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
