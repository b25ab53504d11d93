//! One run of a job, and how it ended.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::guard::guarded;
use super::{Does, Shared, WorkerSlot, passes};
use crate::DatabaseError;
use crate::bus::store;
use crate::bus::store::jobs::Claimed;
use crate::bus::{Job, JobError, Outcome};

/// An outcome that can't be written for so long after the longest run is given up.
const WRITE_MAX: Duration = Duration::from_secs(10);

/// Between attempts to write an outcome.
const WRITE_AGAIN: Duration = Duration::from_millis(250);

/// When a job that recurs is tried anew after it was dead.
const SUCCESSOR_AFTER: Duration = Duration::from_secs(3_600);

/// A run of this process.
pub(super) struct Run {
    pub(super) id: u128,
    pub(super) claim: Uuid,
}

/// `_place` is given to the next run when this one's outcome is written.
pub(super) async fn run(
    shared: Arc<Shared>,
    worker: usize,
    claimed: Claimed,
    _place: OwnedSemaphorePermit,
) {
    let slot = &shared.workers[worker];
    let (job, claim, began) = (&claimed.job, claimed.claim, Instant::now());
    let outcome = attempt(&shared, slot, &claimed).await;
    metrics::histogram!("bus_job_seconds", "kind" => slot.kind).record(began.elapsed());
    let written = match &outcome {
        None => "done",
        Some(outcome) => write(&shared, slot, job, claim, outcome, began).await,
    };
    metrics::counter!("bus_jobs_total", "kind" => slot.kind, "outcome" => written).increment(1);
    shared.under_way.lock().retain(|run| (run.id, run.claim) != (job.id, claim));
    shared.progress.notify_waiters();
}

/// `None` if the outcome is written already.
async fn attempt(shared: &Shared, slot: &WorkerSlot, claimed: &Claimed) -> Option<Outcome> {
    let job = &claimed.job;
    if job.attempt > slot.policy.attempts_max {
        // The last attempt had no outcome: its process died, of this job perhaps.
        let error = claimed.last_error.as_deref().unwrap_or("no attempt is left");
        return Some(Outcome::Dead(JobError::new(error)));
    }
    let ended = match &slot.does {
        Does::Worker(worker) => guarded(slot.policy.timeout, worker.run(job)).await.map(Some),
        Does::Event => {
            let again = passes::redrive(shared, job, claimed.claim);
            guarded(slot.policy.timeout, again).await.and_then(|ended| ended)
        }
    };
    ended.unwrap_or_else(|error| Some(Outcome::Retry(error)))
}

/// Writes the outcome until that works or it is too late, and returns what it came to.
async fn write(
    shared: &Shared,
    slot: &WorkerSlot,
    job: &Job,
    claim: Uuid,
    outcome: &Outcome,
    began: Instant,
) -> &'static str {
    loop {
        let error = match write_once(shared, slot, job, claim, outcome).await {
            Ok(Some(written)) => return written,
            Ok(None) => {
                tracing::warn!(
                    kind = slot.kind,
                    attempt = job.attempt,
                    "a run ended after its lease, or was cancelled; its outcome doesn't count"
                );
                return "lost";
            }
            Err(error) => error,
        };
        tracing::warn!(kind = slot.kind, %error, "the outcome of a job can't be written yet");
        if began.elapsed() > slot.policy.timeout + WRITE_MAX || shared.is_stopping() {
            return "lost";
        }
        shared.pause(WRITE_AGAIN).await;
    }
}

/// `None` if the claim is no longer good.
async fn write_once(
    shared: &Shared,
    slot: &WorkerSlot,
    job: &Job,
    claim: Uuid,
    outcome: &Outcome,
) -> Result<Option<&'static str>, DatabaseError> {
    let (database, now) = (&shared.database, shared.clock.now());
    let again = |wait: Duration| now.saturating_add(wait);
    let is_last = job.attempt >= slot.policy.attempts_max;
    let (kind, attempt) = (slot.kind, job.attempt);
    let (is_written, written) = match outcome {
        Outcome::Done => {
            let client = database.client().await?;
            (store::jobs::remove(&client, job.id, claim).await?, "done")
        }
        Outcome::Later(at) => {
            (store::jobs::postpone(database, now, job.id, claim, *at, None).await?, "later")
        }
        Outcome::Retry(error) | Outcome::RetryAfter(_, error) if !is_last => {
            let wait = match outcome {
                Outcome::RetryAfter(wait, _) => *wait,
                _ => slot.policy.backoff.delay(attempt, job.id),
            };
            tracing::warn!(kind, attempt, ?wait, %error, "a job failed and is tried again");
            let at = again(wait);
            (store::jobs::postpone(database, now, job.id, claim, at, Some(error)).await?, "retry")
        }
        Outcome::Retry(error) | Outcome::RetryAfter(_, error) | Outcome::Dead(error) => {
            tracing::error!(kind, attempt, %error, "a job is dead");
            let again_at = again(SUCCESSOR_AFTER);
            (store::jobs::bury(database, now, job.id, claim, error, again_at).await?, "dead")
        }
    };
    Ok(is_written.then_some(written))
}
