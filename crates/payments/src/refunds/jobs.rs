//! Finishes what a request has begun, and asks the provider again.

use kernel::bus::{Job, JobError, NewJob, Outcome, Policy, Worker};
use serde::{Deserialize, Serialize};

use crate::ids::RefundId;
use crate::jobs::POLICY;
use crate::payments::Payments;
use crate::reconcile::Flow;

pub(crate) const KIND: &str = "payments.refund.advance";

/// Brings a refund as far as the provider is.
pub(crate) struct Advance(pub(crate) Payments);

#[derive(Serialize, Deserialize)]
struct Payload {
    refund_id: RefundId,
}

pub(crate) fn advance(refund_id: RefundId) -> NewJob {
    NewJob::new(KIND, Payload { refund_id }).key(refund_id.to_string())
}

impl Worker for Advance {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn policy(&self) -> Policy {
        POLICY
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse::<Payload>() {
            Ok(Payload { refund_id }) => {
                let result = self.0.advance_refund(refund_id).await;
                self.0.outcome_of(Flow::Refund(refund_id), result).await
            }
            Err(error) => Outcome::Dead(JobError::new(error)),
        }
    }
}
