//! Finishes what a request has begun, and asks the provider again.

use kernel::bus::{Job, JobError, NewJob, Outcome, Policy, Worker};
use serde::{Deserialize, Serialize};

use crate::ids::WithdrawalId;
use crate::jobs::POLICY;
use crate::payments::Payments;
use crate::reconcile::Flow;

pub(crate) const KIND: &str = "payments.withdrawal.advance";

/// Brings a withdrawal as far as the provider is.
pub(crate) struct Advance(pub(crate) Payments);

#[derive(Serialize, Deserialize)]
struct Payload {
    withdrawal_id: WithdrawalId,
}

pub(crate) fn advance(withdrawal_id: WithdrawalId) -> NewJob {
    NewJob::new(KIND, Payload { withdrawal_id }).key(withdrawal_id.to_string())
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
            Ok(Payload { withdrawal_id }) => {
                let result = self.0.advance_withdrawal(withdrawal_id).await;
                self.0.outcome_of(Flow::Withdrawal(withdrawal_id), result).await
            }
            Err(error) => Outcome::Dead(JobError::new(error)),
        }
    }
}
