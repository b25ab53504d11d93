//! What is carried on by jobs until it ends: deposits, refunds and withdrawals. A request writes
//! the job with its row; another one is written for a flow of which nothing was heard.

use kernel::bus::{Job, JobError, NewJob, Outcome, Policy, Worker};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::deposits::Payee;
use crate::error::PaymentsError;
use crate::ids::{DepositId, RefundId, WithdrawalId};
use crate::jobs::POLICY;
use crate::payments::Payments;

/// A flow, as a job names it: `{"deposit_id": "dep_…"}`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Flow {
    #[serde(rename = "deposit_id")]
    Deposit(DepositId),
    #[serde(rename = "refund_id")]
    Refund(RefundId),
    #[serde(rename = "withdrawal_id")]
    Withdrawal(WithdrawalId),
}

/// Flows of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowKind {
    Deposit,
    Refund,
    Withdrawal,
}

impl FlowKind {
    pub(crate) const ALL: [Self; 3] = [Self::Deposit, Self::Refund, Self::Withdrawal];

    /// In the schema of this context.
    pub(crate) const fn table(self) -> &'static str {
        match self {
            Self::Deposit => "deposits",
            Self::Refund => "refunds",
            Self::Withdrawal => "withdrawals",
        }
    }

    pub(crate) const fn flow(self, id: Uuid) -> Flow {
        match self {
            Self::Deposit => Flow::Deposit(DepositId::from_uuid(id)),
            Self::Refund => Flow::Refund(RefundId::from_uuid(id)),
            Self::Withdrawal => Flow::Withdrawal(WithdrawalId::from_uuid(id)),
        }
    }

    /// Of the jobs that carry such flows on.
    const fn job_kind(self) -> &'static str {
        match self {
            Self::Deposit => "payments.deposit.advance",
            Self::Refund => "payments.refund.advance",
            Self::Withdrawal => "payments.withdrawal.advance",
        }
    }
}

impl Flow {
    pub(crate) const fn kind(self) -> FlowKind {
        match self {
            Self::Deposit(_) => FlowKind::Deposit,
            Self::Refund(_) => FlowKind::Refund,
            Self::Withdrawal(_) => FlowKind::Withdrawal,
        }
    }

    pub(crate) const fn id(self) -> Uuid {
        match self {
            Self::Deposit(id) => id.as_uuid(),
            Self::Refund(id) => id.as_uuid(),
            Self::Withdrawal(id) => id.as_uuid(),
        }
    }

    /// Carries it on; one job at a time.
    pub(crate) fn advance(self) -> NewJob {
        let key = match self {
            Self::Deposit(id) => id.to_string(),
            Self::Refund(id) => id.to_string(),
            Self::Withdrawal(id) => id.to_string(),
        };
        NewJob::new(self.kind().job_kind(), self).key(key)
    }
}

impl Flow {
    /// The same, of somebody's deposit, charge or refund.
    pub(crate) fn advance_for(self, payee: &Payee) -> NewJob {
        match payee.user() {
            Some(user) => self.advance().subject(user.as_u128()),
            None => self.advance(),
        }
    }
}

/// Brings flows of a kind as far as the provider is.
pub(crate) struct Advance(pub(crate) FlowKind, pub(crate) Payments);

impl Worker for Advance {
    fn kind(&self) -> &'static str {
        self.0.job_kind()
    }

    fn policy(&self) -> Policy {
        POLICY
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse() {
            Ok(flow) => {
                let result = self.1.advance(flow).await;
                self.1.outcome_of(flow, result).await
            }
            Err(error) => Outcome::Dead(JobError::new(error)),
        }
    }
}

impl Payments {
    async fn advance(&self, flow: Flow) -> Result<(), PaymentsError> {
        match flow {
            Flow::Deposit(id) => self.advance_deposit(id).await,
            Flow::Refund(id) => self.advance_refund(id).await,
            Flow::Withdrawal(id) => self.advance_withdrawal(id).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn jobs_of_every_kind_find_their_flow() {
        for kind in FlowKind::ALL {
            let flow = kind.flow(Uuid::from_u128(7));
            let stored = serde_json::to_value(flow).unwrap();
            let read: Flow = serde_json::from_value(stored.clone()).unwrap();
            assert_eq!((read.kind(), read.id()), (kind, Uuid::from_u128(7)), "{stored}");
        }
        let deposit = DepositId::from_uuid(Uuid::from_u128(7));
        let stored = serde_json::to_value(Flow::Deposit(deposit)).unwrap();
        assert_eq!(stored, json!({ "deposit_id": deposit }));
    }
}
