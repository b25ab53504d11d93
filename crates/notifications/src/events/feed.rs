//! Reads wallet transfers from the journal into logs.
//!
//! It works where this process leads the ledger; elsewhere it waits. The position moves in the
//! transaction that appends, so each transfer is told once. Under a backlog it pauses nine times
//! as long as a batch took, so that it takes a tenth of the time at most: transfers of people
//! who wait for an answer come first.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ledger::LedgerError;
use tokio::task::JoinHandle;
use wallet::{WalletError, WalletEvent, WalletEventKind};

use super::sources::{Told, invitations, of_transfer};
use super::store;
use crate::error::NotificationsError;
use crate::{Notifications, Parts};

const NAME: &str = "wallet";
/// Transfers of a batch, which one statement appends.
const BATCH: usize = 1_000;
/// How often it looks when there was nothing.
const IDLE: Duration = Duration::from_millis(200);
/// How often a process that doesn't lead looks whether it does.
const NOT_LEADING: Duration = Duration::from_secs(1);
const PAUSE_FACTOR: u32 = 9;

/// The task; dropping it ends it.
pub struct RunningFeed(JoinHandle<()>);

impl Drop for RunningFeed {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What came of a look at the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There may be more.
    More,
    Nothing,
    /// Another process leads.
    NotLeading,
}

/// Starts the loop. It ends when this is dropped, or the last of `notifications`.
pub(crate) fn start(notifications: &Notifications) -> RunningFeed {
    let parts = Arc::downgrade(&notifications.0);
    RunningFeed(tokio::spawn(async move {
        while let Some(parts) = parts.upgrade() {
            let pause = step(&Notifications(parts)).await;
            tokio::time::sleep(pause).await;
        }
    }))
}

/// One look, and how long to wait after it.
async fn step(notifications: &Notifications) -> Duration {
    let began = Instant::now();
    match notifications.read_feed().await {
        Ok(Progress::More) => began.elapsed() * PAUSE_FACTOR,
        Ok(Progress::Nothing) => IDLE,
        Ok(Progress::NotLeading) => NOT_LEADING,
        Err(error) => {
            tracing::warn!(%error, "wallet transfers could not be read into logs");
            NOT_LEADING
        }
    }
}

impl Parts {
    fn remembered(&self) -> Option<i64> {
        *self.feed_position.lock()
    }
}

impl Notifications {
    /// Reads wallet transfers into logs until there are no more: for tests and commands.
    pub async fn catch_up(&self) -> Result<(), NotificationsError> {
        while self.read_feed().await? == Progress::More {}
        Ok(())
    }

    /// Reads a batch. While nothing comes, the database isn't asked.
    pub(crate) async fn read_feed(&self) -> Result<Progress, NotificationsError> {
        let position = match self.remembered() {
            Some(position) => position,
            None => store::feed_position(&self.database, NAME).await?,
        };
        let events = match self.wallet.feed(position, BATCH).await {
            Ok(events) => events,
            Err(WalletError::Ledger(LedgerError::NotLeader(_))) => {
                // Whoever leads meanwhile moves the position.
                *self.feed_position.lock() = None;
                return Ok(Progress::NotLeading);
            }
            Err(error) => return Err(NotificationsError::Wallet(error)),
        };
        let Some(last) = events.last().map(|last| last.seq) else {
            *self.feed_position.lock() = Some(position);
            return Ok(Progress::Nothing);
        };
        let is_appended = self.append_transfers(position, last, &events).await;
        *self.feed_position.lock() = matches!(is_appended, Ok(true)).then_some(last);
        is_appended.map(|_| Progress::More)
    }

    /// Appends what follows a position, unless another process was here meanwhile.
    async fn append_transfers(
        &self,
        position: i64,
        last: i64,
        events: &[WalletEvent],
    ) -> Result<bool, NotificationsError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::lock_feed_in_tx(&tx, NAME).await? != Some(position) {
            return Ok(false);
        }
        let mut invited = invitations(events);
        let accepted = events.iter().filter(|event| event.kind == WalletEventKind::Accepted);
        let accepted: Vec<_> = accepted.map(|event| (event.sender, event.transfer_id)).collect();
        invited.extend(store::invitations_in_tx(&tx, &accepted).await?);
        let events = events.iter().flat_map(|event| of_transfer(event, &invited)).collect();
        self.tell_in_tx(&tx, Told { events, ..Told::default() }).await?;
        store::move_feed_in_tx(&tx, NAME, last).await?;
        tx.commit().await?;
        Ok(true)
    }
}
