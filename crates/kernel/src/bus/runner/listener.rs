use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::AsyncMessage;

use super::Shared;
use crate::DatabaseError;
use crate::bus::store::{LISTEN, NEW_EVENTS, NEW_JOBS};
use crate::db::Dedicated;

const RECONNECT_MIN: Duration = Duration::from_millis(100);
const RECONNECT_MAX: Duration = Duration::from_secs(5);

/// Wakes the others when another process says that there is something. Without it they poll.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut pause = RECONNECT_MIN;
    loop {
        let mut was_listening = false;
        tokio::select! {
            () = shared.stopped() => return,
            ended = listen(&shared, &mut was_listening) => {
                if let Err(error) = ended {
                    tracing::warn!(%error, "lost the session that listens for events and jobs");
                }
            }
        }
        pause = if was_listening { RECONNECT_MIN } else { (pause * 2).min(RECONNECT_MAX) };
        tokio::select! {
            () = shared.stopped() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn listen(shared: &Shared, is_listening: &mut bool) -> Result<(), DatabaseError> {
    let Dedicated { client, mut connection } = shared.database.dedicated().await?;
    let mut listening = pin!(client.batch_execute(LISTEN));
    loop {
        tokio::select! {
            listens = &mut listening, if !*is_listening => {
                listens?;
                *is_listening = true;
                // For what was told while nobody listened.
                shared.wake();
            }
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(told))) => hear(shared, told.payload()),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            }
        }
    }
}

fn hear(shared: &Shared, payload: &str) {
    let (word, origin) = payload.split_once(' ').unwrap_or((payload, ""));
    match word {
        // This process knows.
        _ if origin == shared.name => {}
        NEW_EVENTS => shared.new_events.notify_one(),
        NEW_JOBS => shared.new_jobs.notify_one(),
        // Newer programs may say it in other words.
        _ => shared.wake(),
    }
}
