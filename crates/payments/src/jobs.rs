//! How the work of this context is tried again.

use std::time::Duration;

use kernel::Clock;
use kernel::bus::{Backoff, JobError, Outcome, Policy};
use ledger::LedgerError;

use crate::error::PaymentsError;

/// How soon another process, which may lead the ledger, can have the job.
const LEADER_ELSEWHERE: Duration = Duration::from_secs(1);

/// Providers are down for hours, seldom for days; after that silent flows are asked for anew.
pub(crate) const POLICY: Policy = Policy {
    attempts_max: 40,
    timeout: Duration::from_secs(60),
    concurrency: 8,
    backoff: Backoff::Exponential { first: Duration::from_secs(2), max: Duration::from_secs(600) },
};

/// How a run ended, by what came of it.
pub(crate) fn outcome(clock: &dyn Clock, result: Result<(), PaymentsError>) -> Outcome {
    match result {
        Ok(()) => Outcome::Done,
        Err(PaymentsError::Ledger(LedgerError::NotLeader(_))) => {
            Outcome::Later(clock.now().saturating_add(LEADER_ELSEWHERE))
        }
        Err(error) if error.is_final() => Outcome::Dead(JobError::from(error)),
        Err(error) => Outcome::Retry(JobError::from(error)),
    }
}
