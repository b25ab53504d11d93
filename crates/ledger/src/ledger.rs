//! The facade: what other contexts and the edges call. The operations themselves stand with
//! their features.

use std::sync::Arc;

use deadpool_postgres::Object;
use kernel::db::Database;
use kernel::time::Clock;

use crate::assets::AssetCache;
use crate::error::LedgerError;
use crate::leader::{Handle, LedgerOptions, Status};
use crate::transfers::AccountNames;

/// The ledger of this process. Clones share it, and cost nothing: every request has one.
#[derive(Clone)]
pub struct Ledger(Arc<Parts>);

/// What a ledger consists of.
pub struct Parts {
    pub(crate) database: Database,
    pub(crate) handle: Handle,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) assets: AssetCache,
    pub(crate) names: AccountNames,
}

impl std::ops::Deref for Ledger {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What this process is at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Starting,
    Leading,
    /// Another process leads; it can be reached at this address, if it is known.
    Following(Option<String>),
    /// The database can't be used.
    Failing,
    Stopped,
}

impl Ledger {
    /// Starts to lead, or to follow the process that does. The schema must be migrated.
    pub fn start(database: Database, clock: Arc<dyn Clock>, options: LedgerOptions) -> Self {
        let handle = Handle::start(database.clone(), Arc::clone(&clock), options);
        let (assets, names) = (AssetCache::default(), AccountNames::default());
        Self(Arc::new(Parts { database, handle, clock, assets, names }))
    }

    /// Waits until requests can be served: here, or by a leader whose address is known.
    pub async fn ready(&self) -> bool {
        !matches!(self.handle.settled().await, Status::Stopped)
    }

    /// What this process is now.
    pub fn role(&self) -> Role {
        match self.handle.status() {
            Status::Starting => Role::Starting,
            Status::Leading(led) if led.is_valid() => Role::Leading,
            Status::Following(address) => Role::Following(address),
            Status::Leading(_) | Status::Failing => Role::Failing,
            Status::Stopped => Role::Stopped,
        }
    }

    /// A session from the pool. After a failure of the database some sessions are dead without
    /// knowing it, so for a while each is asked for a sign of life first.
    pub(crate) async fn client(&self) -> Result<Object, LedgerError> {
        const DEAD_MAX: usize = 32;
        for _ in 0..DEAD_MAX {
            let client = self.database.client().await?;
            let is_fine = match self.handle.status() {
                Status::Leading(led) if !led.is_new() => true,
                _ => client.batch_execute("").await.is_ok(),
            };
            if is_fine {
                return Ok(client);
            }
            drop(Object::take(client));
        }
        Err(LedgerError::Unavailable)
    }

    /// Finishes what is under way and gives the lease up.
    pub async fn stop(&self) {
        self.handle.stop().await;
    }
}
