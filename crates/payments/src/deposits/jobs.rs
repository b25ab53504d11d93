//! Finishes what a request has begun, and asks the provider again.

use kernel::bus::{Job, JobError, NewJob, Outcome, Policy, Worker};
use serde::{Deserialize, Serialize};

use crate::ids::DepositId;
use crate::jobs::POLICY;
use crate::payments::Payments;
use crate::reconcile::Flow;

pub(crate) const KIND: &str = "payments.deposit.advance";

/// Brings a deposit as far as the provider is.
pub(crate) struct Advance(pub(crate) Payments);

#[derive(Serialize, Deserialize)]
struct Payload {
    deposit_id: DepositId,
}

pub(crate) fn advance(deposit_id: DepositId) -> NewJob {
    NewJob::new(KIND, Payload { deposit_id }).key(deposit_id.to_string())
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
            Ok(Payload { deposit_id }) => {
                let result = self.0.advance_deposit(deposit_id).await;
                self.0.outcome_of(Flow::Deposit(deposit_id), result).await
            }
            Err(error) => Outcome::Dead(JobError::new(error)),
        }
    }
}
