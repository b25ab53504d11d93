//! Reads changes for as long as the identity lives, on a session of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::poll_fn;
use kernel::db::Dedicated;
use kernel::{Database, DatabaseError};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client};

use super::Changes;
use super::store::{Change, LISTEN, Place};

/// Without a sign from the database, changes are read so often.
const POLL: Duration = Duration::from_millis(250);
const RECONNECT: Duration = Duration::from_millis(250);
/// A silent session is given up after this.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// Rows are kept longer than this; who was away for longer can't know what it missed.
const GAP_MAX: Duration = Duration::from_secs(600);

/// The task that reads; it ends with this value.
pub(crate) struct Feed(JoinHandle<()>);

impl Drop for Feed {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Feed {
    /// Ends it; from then on nothing that is remembered can be trusted.
    pub(crate) fn stop(&self) {
        self.0.abort();
    }

    /// Returns when changes are being read: what is remembered from now on can be trusted.
    pub(crate) async fn start(
        database: Database,
        changes: Arc<Changes>,
    ) -> Result<Self, DatabaseError> {
        let session = Session::open(&database).await?;
        let place = Place::now(&session.client).await?;
        changes.known_at(Instant::now());
        Ok(Self(tokio::spawn(run(database, changes, session, place))))
    }
}

struct Session {
    client: Client,
    told: Arc<Notify>,
    driver: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Session {
    async fn open(database: &Database) -> Result<Self, DatabaseError> {
        let Dedicated { client, mut connection } = database.dedicated().await?;
        let told = Arc::new(Notify::new());
        let tell = Arc::clone(&told);
        let driver = tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await
            {
                if matches!(message, AsyncMessage::Notification(_)) {
                    tell.notify_one();
                }
            }
        });
        let session = Self { client, told, driver };
        session.client.batch_execute(LISTEN).await?;
        Ok(session)
    }
}

async fn run(database: Database, changes: Arc<Changes>, session: Session, mut place: Place) {
    let mut session = Some(session);
    loop {
        let Some(open) = session.take() else {
            tokio::time::sleep(RECONNECT).await;
            match tokio::time::timeout(ANSWER_MAX, Session::open(&database)).await {
                Ok(Ok(opened)) => session = Some(opened),
                Ok(Err(error)) => tracing::debug!(%error, "changes of users can't be read"),
                Err(_) => tracing::debug!("the database doesn't answer"),
            }
            continue;
        };
        match tokio::time::timeout(ANSWER_MAX, read(&changes, &open, &mut place)).await {
            Ok(Ok(())) => {
                let told = open.told.notified();
                let _ = tokio::time::timeout(POLL, told).await;
                session = Some(open);
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "lost the session that reads changes of users")
            }
            Err(_) => tracing::warn!("the session that reads changes of users is silent"),
        }
    }
}

async fn read(
    changes: &Changes,
    session: &Session,
    place: &mut Place,
) -> Result<(), DatabaseError> {
    let began = Instant::now();
    let gap = began.duration_since(*changes.read_at.read());
    for change in place.read(&session.client).await? {
        match change {
            Change::User(user) => changes.forget(user),
            Change::Keys => changes.forget_keys(),
        }
    }
    if gap > GAP_MAX {
        changes.forget_all();
    }
    changes.known_at(began);
    Ok(())
}
