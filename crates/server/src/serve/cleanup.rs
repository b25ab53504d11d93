//! Background work that is nobody's in particular: forgetting what is of no use any more.

use std::sync::Arc;
use std::time::Duration;

use kernel::bus::{self, Bus, Job, JobError, NewJob, Outcome, Worker};
use kernel::replay::Replay;
use kernel::{Clock, Database, DatabaseError};
use payments::Payments;

const EVERY: Duration = Duration::from_secs(3600);

/// What is forgotten.
#[derive(Clone, Copy)]
enum Old {
    /// First answers, after a day.
    Answers,
    /// Events of the bus, after a year.
    Events,
    /// What payment providers told us, some time after it was acted on.
    ProviderWebhooks,
}

impl Old {
    const ALL: [Self; 3] = [Self::Answers, Self::Events, Self::ProviderWebhooks];

    const fn kind(self) -> &'static str {
        match self {
            Self::Answers => "server.answers.forget",
            Self::Events => "server.events.forget",
            Self::ProviderWebhooks => "server.provider_webhooks.forget",
        }
    }
}

/// Forgets one kind of things, each hour.
struct Forget {
    old: Old,
    database: Database,
    clock: Arc<dyn Clock>,
    payments: Payments,
}

/// Adds the workers, and makes sure that their jobs exist.
pub(super) async fn register(
    bus: Bus,
    database: &Database,
    clock: &Arc<dyn Clock>,
    payments: &Payments,
) -> Result<Bus, DatabaseError> {
    let mut bus = bus;
    for old in Old::ALL {
        bus::ensure_recurring(database, &**clock, NewJob::new(old.kind(), ())).await?;
        bus = bus.worker(Forget {
            old,
            database: database.clone(),
            clock: Arc::clone(clock),
            payments: payments.clone(),
        });
    }
    Ok(bus)
}

impl Worker for Forget {
    fn kind(&self) -> &'static str {
        self.old.kind()
    }

    async fn run(&self, _: &Job) -> Outcome {
        match self.forget().await {
            Ok(()) => Outcome::Later(self.clock.now().saturating_add(EVERY)),
            Err(error) => Outcome::Retry(error),
        }
    }
}

impl Forget {
    async fn forget(&self) -> Result<(), JobError> {
        match self.old {
            Old::Answers => {
                Replay::new(self.database.clone(), Arc::clone(&self.clock)).clean().await?;
            }
            Old::Events => {
                bus::forget_events(&self.database, &*self.clock).await?;
            }
            Old::ProviderWebhooks => {
                self.payments.forget_webhooks().await?;
            }
        }
        Ok(())
    }
}
