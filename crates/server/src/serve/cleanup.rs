//! Background work that is nobody's in particular.

use std::sync::Arc;
use std::time::Duration;

use kernel::bus::{self, Job, JobError, NewJob, Outcome, Worker};
use kernel::replay::Replay;
use kernel::{Clock, Database, DatabaseError};

const KIND: &str = "server.answers.forget";
const EVERY: Duration = Duration::from_secs(3600);

/// Forgets first answers that are older than a day.
pub(super) struct ForgetAnswers {
    replay: Replay,
    clock: Arc<dyn Clock>,
}

impl ForgetAnswers {
    pub(super) fn new(replay: Replay, clock: Arc<dyn Clock>) -> Self {
        Self { replay, clock }
    }

    /// Makes sure that the job exists.
    pub(super) async fn ensure(
        database: &Database,
        clock: &dyn Clock,
    ) -> Result<(), DatabaseError> {
        bus::ensure_recurring(database, clock, NewJob::new(KIND, ())).await
    }
}

impl Worker for ForgetAnswers {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: &Job) -> Outcome {
        match self.replay.clean().await {
            Ok(_) => Outcome::Later(self.clock.now().saturating_add(EVERY)),
            Err(error) => Outcome::Retry(JobError::from(error)),
        }
    }
}
