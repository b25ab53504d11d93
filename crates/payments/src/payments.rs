//! The facade: what the edges and other contexts call. The operations stand with their features.

use std::sync::Arc;

use kernel::bus::{Bus, NewJob, ensure_recurring};
use kernel::{Clock, Database, Vault};
use ledger::Ledger;

use crate::books::Books;
use crate::error::PaymentsError;
use crate::flows::{Advance, FlowKind};
use crate::options::PaymentsOptions;
use crate::provider::Provider;
use crate::sandbox::{self, Sandbox};
use crate::{reconcile, webhooks};

/// The payments of this process. Clones share them.
#[derive(Clone)]
pub struct Payments(Arc<Parts>);

/// What was made by a request, now or by the same request before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made<T> {
    pub it: T,
    pub is_repeat: bool,
}

/// What payments consist of.
pub struct Parts {
    pub(crate) database: Database,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) vault: Vault,
    pub(crate) books: Books,
    pub(crate) options: PaymentsOptions,
    pub(crate) sandbox: Arc<Sandbox>,
    providers: Vec<Arc<dyn Provider>>,
}

impl std::ops::Deref for Payments {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Payments {
    /// The schema must be migrated, the one of the bus too.
    pub async fn start(
        database: Database,
        clock: Arc<dyn Clock>,
        ledger: Ledger,
        vault: Vault,
        options: PaymentsOptions,
    ) -> Result<Self, PaymentsError> {
        let sandbox = Sandbox::new(database.clone(), Arc::clone(&clock), &vault, &options);
        let sandbox = Arc::new(sandbox);
        let first = NewJob::new(reconcile::KIND, ());
        ensure_recurring(&database, &*clock, first).await?;
        Ok(Self(Arc::new(Parts {
            database,
            clock,
            vault,
            books: Books::new(ledger),
            options,
            providers: vec![Arc::clone(&sandbox) as Arc<dyn Provider>],
            sandbox,
        })))
    }

    /// Adds the workers of this context.
    #[must_use]
    pub fn register(&self, bus: Bus) -> Bus {
        let bus = FlowKind::ALL
            .into_iter()
            .fold(bus, |bus, kind| bus.worker(Advance(kind, self.clone())));
        bus.worker(webhooks::jobs::Process(self.clone()))
            .worker(reconcile::Reconcile(self.clone()))
            .worker(sandbox::jobs::Steps(self.clone()))
            .worker(sandbox::jobs::Deliver::new(self.clone()))
    }

    /// The sandbox, for drills.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    pub(crate) fn provider(&self, name: &str) -> Result<&dyn Provider, PaymentsError> {
        let found = self.providers.iter().find(|provider| provider.name() == name);
        found.map(|provider| &**provider).ok_or(PaymentsError::ProviderNotFound)
    }

    /// The provider of new deposits and withdrawals.
    pub(crate) fn provider_of_new(&self) -> &dyn Provider {
        &*self.providers[0]
    }

    /// See [`CrashPoint`](crate::CrashPoint).
    pub(crate) async fn pass(&self, place: &'static str) {
        self.options.crash.pass(place).await;
    }
}
