//! Listens for appends of all processes, on a session of its own.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use kernel::db::Dedicated;
use kernel::{Database, DatabaseError};
use tokio::task::JoinHandle;
use tokio_postgres::AsyncMessage;

use super::Hub;
use crate::events::store::LISTEN;

const RECONNECT_MIN: Duration = Duration::from_millis(100);
const RECONNECT_MAX: Duration = Duration::from_secs(5);

/// The task; dropping it ends it.
pub(crate) struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listening {
    pub(crate) fn stop(&self) {
        self.0.abort();
    }
}

pub(crate) fn listen(database: Database, hub: Hub) -> Listening {
    Listening(tokio::spawn(async move {
        let mut pause = RECONNECT_MIN;
        loop {
            let mut was_listening = false;
            if let Err(error) = hear(&database, &hub, &mut was_listening).await {
                tracing::warn!(%error, "lost the session that listens for notifications");
            }
            pause = if was_listening { RECONNECT_MIN } else { (pause * 2).min(RECONNECT_MAX) };
            tokio::time::sleep(pause).await;
        }
    }))
}

async fn hear(
    database: &Database,
    hub: &Hub,
    is_listening: &mut bool,
) -> Result<(), DatabaseError> {
    let Dedicated { client, mut connection } = database.dedicated().await?;
    let mut listening = pin!(client.batch_execute(LISTEN));
    loop {
        tokio::select! {
            listens = &mut listening, if !*is_listening => {
                listens?;
                *is_listening = true;
                // For what was told while nobody listened.
                hub.wake_all();
            }
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(told))) => hub.hear(told.payload()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            }
        }
    }
}
