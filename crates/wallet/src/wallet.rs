//! The facade: what other contexts and the edges call. The operations stand with their features.

use std::sync::{Arc, Weak};
use std::time::Duration;

use identity::Identity;
use kernel::bus::{self, Bus};
use kernel::db::Database;
use kernel::redis::Redis;
use kernel::time::Clock;
use ledger::Ledger;

use crate::error::{Result, WalletError};
use crate::feed::FeedMemory;
use crate::limits::LimitCache;
use crate::people::Owners;
use crate::recipients::Searches;
use crate::{invitations, limits, messages, requests, schedules};

/// The wallet of this process. Clones share it, and cost nothing: every request has one.
#[derive(Clone)]
pub struct Wallet(Arc<Parts>);

/// What a wallet consists of.
pub struct Parts {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ledger: Ledger,
    pub(crate) identity: Identity,
    pub(crate) owners: Owners,
    pub(crate) limits: LimitCache,
    pub(crate) fed: FeedMemory,
    pub(crate) searches: Searches,
    interrupt: Option<Interrupt>,
}

/// How a wallet runs.
#[derive(Clone, Default)]
pub struct WalletOptions {
    /// For tests: says at which step the process is to stop, as if it were killed there.
    pub interrupt: Option<Interrupt>,
    /// Where processes share their limits.
    pub redis: Option<Redis>,
}

/// See [`WalletOptions::interrupt`].
pub type Interrupt = Arc<dyn Fn(Step) -> bool + Send + Sync>;

/// A moment between two writes of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The message is written, the ledger wasn't called.
    TransferBeforeLedger,
    /// The ledger has answered, nobody knows yet.
    TransferAfterLedger,
    AcceptBeforeLedger,
    AcceptAfterLedger,
    InvitationBeforeLedger,
    InvitationAfterLedger,
    ClaimBeforeLedger,
    ClaimAfterLedger,
    RequestBeforeLedger,
    RequestAfterLedger,
    OccurrenceBeforeLedger,
    OccurrenceAfterLedger,
}

impl Step {
    /// Every step.
    pub const ALL: &'static [Self] = &[
        Self::TransferBeforeLedger,
        Self::TransferAfterLedger,
        Self::AcceptBeforeLedger,
        Self::AcceptAfterLedger,
        Self::InvitationBeforeLedger,
        Self::InvitationAfterLedger,
        Self::ClaimBeforeLedger,
        Self::ClaimAfterLedger,
        Self::RequestBeforeLedger,
        Self::RequestAfterLedger,
        Self::OccurrenceBeforeLedger,
        Self::OccurrenceAfterLedger,
    ];
}

impl std::ops::Deref for Wallet {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Wallet {
    /// A wallet on a running ledger and identity. The schema must be migrated. Its task, which
    /// notices limits that other processes changed, ends with the last clone.
    pub fn start(
        database: Database,
        clock: Arc<dyn Clock>,
        ledger: Ledger,
        identity: Identity,
        options: WalletOptions,
    ) -> Self {
        let parts = Arc::new(Parts {
            database,
            clock,
            ledger,
            identity,
            owners: Owners::default(),
            limits: LimitCache::default(),
            fed: FeedMemory::default(),
            searches: Searches::new(options.redis),
            interrupt: options.interrupt,
        });
        tokio::spawn(tend(Arc::downgrade(&parts)));
        Self(parts)
    }

    /// The wallet, if it is still there.
    pub(crate) fn upgrade(parts: &Weak<Parts>) -> Option<Self> {
        parts.upgrade().map(Self)
    }

    /// Stops here if a test says so.
    pub(crate) fn step(&self, step: Step) -> Result<()> {
        match &self.interrupt {
            Some(interrupt) if interrupt(step) => Err(WalletError::Interrupted),
            _ => Ok(()),
        }
    }
}

/// Sees to it that messages are swept, and then looks after the limits.
async fn tend(parts: Weak<Parts>) {
    const AGAIN: Duration = Duration::from_secs(1);
    while let Some(wallet) = Wallet::upgrade(&parts) {
        let sweep = bus::NewJob::new(messages::SWEEP, serde_json::json!({}));
        let ensured = bus::ensure_recurring(&wallet.database, &*wallet.clock, sweep).await;
        drop(wallet);
        let Err(error) = ensured else { break };
        tracing::warn!(%error, "the sweep of messages could not be enqueued; it is tried again");
        tokio::time::sleep(AGAIN).await;
    }
    limits::watch(parts).await;
}

/// What this context does in the background.
pub struct Workers(Wallet);

/// Its consumer and workers, to be registered with the process's bus.
pub fn workers(wallet: &Wallet) -> Workers {
    Workers(wallet.clone())
}

impl Workers {
    /// Registers them.
    #[must_use]
    pub fn register(&self, bus: Bus) -> Bus {
        let wallet = &self.0;
        bus.consumer(invitations::VerifiedEmails(wallet.clone()))
            .consumer(schedules::Unfreezing(wallet.clone()))
            .worker(invitations::Finish(wallet.clone()))
            .worker(invitations::Claim(wallet.clone()))
            .worker(invitations::Expire(wallet.clone()))
            .worker(messages::Sweep(wallet.clone()))
            .worker(requests::Finish(wallet.clone()))
            .worker(requests::Expire(wallet.clone()))
            .worker(schedules::Run(wallet.clone()))
    }
}
