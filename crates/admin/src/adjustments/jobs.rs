//! What a crash or a week left undone.

use std::time::Duration;

use kernel::Timestamp;
use kernel::bus::{Job, JobError, NewJob, Outcome, Worker};
use serde::{Deserialize, Serialize};

use super::Adjustment;
use crate::ids::AdjustmentId;
use crate::{Admin, AdminError};

pub(crate) const SETTLE: &str = "admin.adjustments.settle";
pub(crate) const EXPIRE: &str = "admin.adjustments.expire";

/// The request that approves settles too; the job is for the case that it doesn't get there.
const SETTLE_AFTER: Duration = Duration::from_secs(10);
/// While the ledger is led elsewhere or can't be reached.
const LEDGER_AGAIN_AFTER: Duration = Duration::from_secs(2);

#[derive(Serialize, Deserialize)]
struct Payload {
    adjustment: AdjustmentId,
}

/// The job that moves an approved adjustment.
pub(super) fn settle(approved: &Adjustment, now: Timestamp) -> NewJob {
    job(SETTLE, approved).at(now.saturating_add(SETTLE_AFTER))
}

/// The job that ends a proposal when its time has passed.
pub(super) fn expire(proposed: &Adjustment) -> NewJob {
    job(EXPIRE, proposed).at(proposed.expires_at)
}

fn job(kind: &'static str, adjustment: &Adjustment) -> NewJob {
    NewJob::new(kind, Payload { adjustment: adjustment.id })
        .key(adjustment.id.to_string())
        .subject(adjustment.user.as_u128())
}

pub(crate) struct SettleWorker(pub(crate) Admin);

impl Worker for SettleWorker {
    fn kind(&self) -> &'static str {
        SETTLE
    }

    async fn run(&self, job: &Job) -> Outcome {
        let payload: Payload = match job.parse() {
            Ok(payload) => payload,
            Err(error) => return Outcome::Dead(error),
        };
        let settled = async {
            let adjustment = self.0.stored(payload.adjustment).await?;
            self.0.settle(&adjustment).await
        };
        match settled.await {
            Ok(_) => Outcome::Done,
            Err(AdminError::Ledger(error)) => {
                tracing::debug!(%error, "an adjustment waits for the ledger");
                Outcome::Later(self.0.clock.now().saturating_add(LEDGER_AGAIN_AFTER))
            }
            Err(error) => Outcome::Retry(JobError::from(error)),
        }
    }
}

pub(crate) struct ExpireWorker(pub(crate) Admin);

impl Worker for ExpireWorker {
    fn kind(&self) -> &'static str {
        EXPIRE
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse::<Payload>() {
            Ok(payload) => match self.0.expire(payload.adjustment).await {
                Ok(()) => Outcome::Done,
                Err(error) => Outcome::Retry(JobError::from(error)),
            },
            Err(error) => Outcome::Dead(error),
        }
    }
}
