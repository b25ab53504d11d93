//! The facade: what other contexts and the edges call. The operations stand with their features.

use std::sync::Arc;

use identity::Identity;
use kernel::bus::Bus;
use kernel::{Clock, Database, Vault};
use ledger::Ledger;
use payments::Payments;

use crate::books::Books;
use crate::error::Result;
use crate::orders::jobs::Finish;
use crate::rules::RulesMemory;
use crate::{locations, products};

/// The shop of this process. Clones share it, and cost nothing: every request has one.
#[derive(Clone)]
pub struct Shop(Arc<Parts>);

/// What a shop consists of.
pub struct Parts {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) vault: Vault,
    pub(crate) ledger: Ledger,
    pub(crate) identity: Identity,
    pub(crate) payments: Payments,
    pub(crate) books: Books,
    pub(crate) rules: RulesMemory,
    pub(crate) options: ShopOptions,
}

/// What the shop stands on.
#[derive(Clone)]
pub struct Ground {
    pub database: Database,
    pub clock: Arc<dyn Clock>,
    pub vault: Vault,
    pub ledger: Ledger,
    pub identity: Identity,
    pub payments: Payments,
}

/// How a shop runs.
#[derive(Clone, Default)]
pub struct ShopOptions {
    /// Where browsers reach this server, such as `https://shop.example`, for links in mails.
    pub public_url: Option<String>,
}

impl std::ops::Deref for Shop {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Shop {
    /// The schema must be migrated, the one of the bus too.
    pub async fn start(ground: Ground, options: ShopOptions) -> Result<Self> {
        locations::ensure_main(&ground.database, ground.clock.now()).await?;
        Ok(Self(Arc::new(Parts {
            books: Books::new(ground.ledger.clone()),
            rules: RulesMemory::default(),
            database: ground.database,
            clock: ground.clock,
            vault: ground.vault,
            ledger: ground.ledger,
            identity: ground.identity,
            payments: ground.payments,
            options,
        })))
    }

    /// Adds the workers and consumers of this context.
    #[must_use]
    pub fn register(&self, bus: Bus) -> Bus {
        bus.worker(Finish(self.clone())).worker(products::jobs::SetFloor(self.clone()))
    }
}
