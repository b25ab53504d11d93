//! The daily reconciliations, and the work of each.

use std::time::Duration;

use kernel::bus::{Backoff, Job, JobError, NewJob, Outcome, Policy, Worker};
use kernel::{DomainError as _, Timestamp};
use serde::{Deserialize, Serialize};

use super::{GRACE_DEFAULT, ReconciliationId};
use crate::jobs::outcome;
use crate::payments::Payments;

pub(crate) const DAILY: &str = "payments.reconciliations.daily";
const KIND: &str = "payments.reconciliation.run";

const A_DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;
/// 03:00 UTC: providers have closed their day.
const TIME_OF_DAY_MICROS: i64 = 3 * 3_600 * 1_000_000;

/// A first run may read for long.
const POLICY: Policy = Policy {
    attempts_max: 12,
    timeout: Duration::from_secs(1_800),
    concurrency: 1,
    backoff: Backoff::Exponential { first: Duration::from_secs(5), max: Duration::from_secs(900) },
};

#[derive(Serialize, Deserialize)]
struct Payload {
    reconciliation_id: ReconciliationId,
}

pub(super) fn run(id: ReconciliationId) -> NewJob {
    NewJob::new(KIND, Payload { reconciliation_id: id }).key(id.to_string())
}

/// Starts a reconciliation of each provider that is in use, each day.
pub(crate) struct Daily(pub(crate) Payments);

impl Worker for Daily {
    fn kind(&self) -> &'static str {
        DAILY
    }

    async fn run(&self, _: &Job) -> Outcome {
        match self.0.begin_reconciliations(GRACE_DEFAULT).await {
            Ok(()) => Outcome::Later(next_after(self.0.clock.now())),
            Err(error) => Outcome::Retry(JobError::from(error)),
        }
    }
}

/// The next time of the day.
fn next_after(now: Timestamp) -> Timestamp {
    let days = (now.as_micros() - TIME_OF_DAY_MICROS).div_euclid(A_DAY_MICROS) + 1;
    Timestamp::from_micros(days * A_DAY_MICROS + TIME_OF_DAY_MICROS)
}

/// Carries a reconciliation out.
pub(crate) struct Reconcile(pub(crate) Payments);

impl Worker for Reconcile {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        POLICY
    }

    async fn run(&self, job: &Job) -> Outcome {
        let id = match job.parse::<Payload>() {
            Ok(payload) => payload.reconciliation_id,
            Err(error) => return Outcome::Dead(JobError::new(error)),
        };
        let result = self.0.reconcile(id).await;
        if let Err(error) = &result
            && (error.is_final() || job.attempt >= POLICY.attempts_max)
            && let Err(unsaid) = self.0.fail_reconciliation(id, error.code()).await
        {
            tracing::warn!(%id, %unsaid, "a reconciliation that failed still looks like running");
        }
        outcome(&*self.0.clock, result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_one_is_at_three_in_the_morning() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (now, next) in [
            ("2026-11-21T02:59:59Z", "2026-11-21T03:00:00Z"),
            ("2026-11-21T03:00:00Z", "2026-11-22T03:00:00Z"),
            ("2026-11-21T16:00:00Z", "2026-11-22T03:00:00Z"),
        ] {
            assert_eq!(next_after(at(now)), at(next));
        }
    }
}
