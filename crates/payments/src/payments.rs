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
use crate::stripe::Stripe;
use crate::{reconciliations, silent_flows, webhooks};

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
    /// All that flows may be under way with.
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
        let mut providers = vec![Arc::clone(&sandbox) as Arc<dyn Provider>];
        let stripe = options.stripe.clone().map(Stripe::new);
        providers.extend(stripe.map(|stripe| Arc::new(stripe) as Arc<dyn Provider>));
        for kind in [silent_flows::KIND, reconciliations::jobs::DAILY] {
            ensure_recurring(&database, &*clock, NewJob::new(kind, ())).await?;
        }
        Ok(Self(Arc::new(Parts {
            database,
            clock,
            vault,
            books: Books::new(ledger),
            options,
            providers,
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
            .worker(silent_flows::AskAboutSilent(self.clone()))
            .worker(reconciliations::jobs::Daily(self.clone()))
            .worker(reconciliations::jobs::Reconcile(self.clone()))
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

    pub(crate) fn providers(&self) -> impl Iterator<Item = &dyn Provider> {
        self.providers.iter().map(|provider| &**provider)
    }

    /// The providers of new deposits and withdrawals.
    pub(crate) fn offered(&self) -> impl Iterator<Item = &dyn Provider> {
        let is_offered =
            |it: &&Arc<dyn Provider>| it.name() != sandbox::NAME || self.options.offers_sandbox;
        self.providers.iter().filter(is_offered).map(|provider| &**provider)
    }

    /// The one that is asked for, or the only one there is.
    pub(crate) fn deposit_provider(
        &self,
        name: Option<&str>,
    ) -> Result<&dyn Provider, PaymentsError> {
        let mut offered = self.offered();
        if let Some(name) = name {
            let found = offered.find(|provider| provider.name() == name);
            return found.ok_or(PaymentsError::ProviderNotOffered);
        }
        let first = offered.next().ok_or(PaymentsError::ProviderNotOffered)?;
        if offered.next().is_some() { Err(PaymentsError::ProviderMissing) } else { Ok(first) }
    }

    /// The first one that pays out.
    pub(crate) fn withdrawal_provider(&self) -> Result<&dyn Provider, PaymentsError> {
        let found = self.offered().find(|provider| provider.abilities().pays_out);
        found.ok_or(PaymentsError::WithdrawalsNotOffered)
    }

    /// See [`CrashPoint`](crate::CrashPoint).
    pub(crate) async fn pass(&self, place: &'static str) {
        self.options.crash.pass(place).await;
    }
}
