//! The facade: what other contexts and the edges call. The operations stand with their features.

use std::path::PathBuf;
use std::sync::Arc;

use kernel::bus::Bus;
use kernel::redis::Redis;
use kernel::{Clock, Database, Vault};
use ledger::Ledger;
use payments::Payments;
use tokio::sync::Semaphore;

use crate::answers::Answers;
use crate::books::Books;
use crate::error::Result;
use crate::order_payments::expiry::Expire;
use crate::order_payments::news::Charges;
use crate::order_payments::reminder::Remind;
use crate::orders::jobs::Finish;
use crate::products::cards::Cards;
use crate::rules::RulesMemory;
use crate::search::{self, Search};
use crate::{availability, imports, locations, price_lists, products};

/// The shop of this process. Clones share it, and cost nothing: every request has one.
#[derive(Clone)]
pub struct Shop(pub(crate) Arc<Parts>);

/// What a shop consists of.
pub struct Parts {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) vault: Vault,
    pub(crate) ledger: Ledger,
    pub(crate) payments: Payments,
    pub(crate) books: Books,
    pub(crate) rules: RulesMemory,
    pub(crate) search: Search,
    pub(crate) cards: Cards,
    pub(crate) answers: Answers,
    /// Pictures that are drawn at the same time.
    pub(crate) drawing: Semaphore,
}

/// What the shop stands on.
#[derive(Clone)]
pub struct Ground {
    pub database: Database,
    pub clock: Arc<dyn Clock>,
    pub vault: Vault,
    pub ledger: Ledger,
    pub payments: Payments,
}

/// How a shop runs.
#[derive(Clone, Default)]
pub struct ShopOptions {
    /// Where the search index is kept; in memory if there is no place.
    pub search_folder: Option<PathBuf>,
    /// The language of the catalogue's own texts, such as `de`; English unless told.
    pub language: Option<String>,
    /// Where answers of the catalogue are kept for some seconds; without one they aren't.
    pub redis: Option<Redis>,
}

/// What the shop does beside requests and the bus; dropping it ends it.
pub struct RunningShop {
    _search: search::feed::RunningFeed,
    _availability: availability::feed::RunningFeed,
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
            payments: ground.payments,
            search: Search::new(
                options.search_folder,
                options.language.unwrap_or_else(|| "en".to_owned()),
            ),
            cards: Cards::default(),
            answers: Answers::new(options.redis),
            drawing: Semaphore::new(2),
        })))
    }

    /// Starts what keeps up with the catalogue and the ledger.
    #[must_use]
    pub fn run(&self) -> RunningShop {
        RunningShop {
            _search: search::feed::start(self),
            _availability: availability::feed::start(self),
        }
    }

    /// Adds the workers and consumers of this context.
    #[must_use]
    pub fn register(&self, bus: Bus) -> Bus {
        bus.worker(Finish(self.clone()))
            .worker(Expire(self.clone()))
            .worker(Remind(self.clone()))
            .worker(products::jobs::Follow(self.clone()))
            .worker(price_lists::jobs::Turn(self.clone()))
            .worker(imports::jobs::Run(self.clone()))
            .consumer(Charges(self.clone()))
    }
}
