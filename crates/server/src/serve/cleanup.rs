//! Background work that is nobody's in particular: forgetting what is of no use any more.

use std::sync::Arc;
use std::time::Duration;

use kernel::bus::{self, Bus, Job, JobError, NewJob, Outcome, Worker};
use kernel::replay::Replay;
use kernel::{Clock, Database, DatabaseError};

const EVERY: Duration = Duration::from_secs(3600);

/// What is forgotten.
#[derive(Clone, Copy)]
enum Old {
    /// First answers, after a day.
    Answers,
    /// Events of the bus, after a year.
    Events,
}

impl Old {
    const ALL: [Self; 2] = [Self::Answers, Self::Events];

    const fn kind(self) -> &'static str {
        match self {
            Self::Answers => "server.answers.forget",
            Self::Events => "server.events.forget",
        }
    }
}

/// Forgets one kind of things, each hour.
struct Forget {
    old: Old,
    database: Database,
    clock: Arc<dyn Clock>,
}

/// Adds the workers, and makes sure that their jobs exist.
pub(super) async fn register(
    bus: Bus,
    database: &Database,
    clock: &Arc<dyn Clock>,
) -> Result<Bus, DatabaseError> {
    let mut bus = bus;
    for old in Old::ALL {
        bus::ensure_recurring(database, &**clock, NewJob::new(old.kind(), ())).await?;
        bus = bus.worker(Forget { old, database: database.clone(), clock: Arc::clone(clock) });
    }
    Ok(bus)
}

impl Worker for Forget {
    fn kind(&self) -> &'static str {
        self.old.kind()
    }

    async fn run(&self, _: &Job) -> Outcome {
        let forgotten = match self.old {
            Old::Answers => {
                Replay::new(self.database.clone(), Arc::clone(&self.clock)).clean().await
            }
            Old::Events => bus::forget_events(&self.database, &*self.clock).await,
        };
        match forgotten {
            Ok(_) => Outcome::Later(self.clock.now().saturating_add(EVERY)),
            Err(error) => Outcome::Retry(JobError::from(error)),
        }
    }
}
