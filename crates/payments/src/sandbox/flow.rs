//! What happens to a payment, a refund or a payout in the sandbox. Pure: a step either applies to
//! the object as it is, or does nothing, so steps that come twice are harmless.

use std::time::Duration;

use kernel::Amount;
use serde::{Deserialize, Serialize};

use super::DisputeId;
use super::cards::{CardBehaviour, IbanBehaviour};
use crate::provider::{Dispute, DisputeStatus};

const NOW: Duration = Duration::ZERO;
const SLOWLY: Duration = Duration::from_secs(600);
const AN_HOUR: Duration = Duration::from_secs(3_600);
const A_DAY: Duration = Duration::from_secs(24 * 3_600);
const A_WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Something that happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    Decide,
    /// The holder did not confirm it in time.
    Expire,
    /// The bank takes it back.
    Reverse,
    Dispute,
    EndDispute,
    /// A refund that succeeded, or a payout that was paid, comes back.
    ComeBack,
}

/// What a step has to tell, and what happens later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Happened {
    pub(super) event: &'static str,
    pub(super) next: Option<(Duration, Step)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PaymentRow {
    pub(super) id: String,
    pub(super) reference: String,
    pub(super) asset: String,
    pub(super) amount: Amount,
    pub(super) behaviour: CardBehaviour,
    pub(super) return_url: Option<String>,
    pub(super) status: PaymentState,
    pub(super) reason: Option<String>,
    pub(super) refunded: Amount,
    pub(super) reversed: Amount,
    pub(super) dispute: Option<Dispute>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PaymentState {
    RequiresAction,
    Processing,
    Succeeded,
    Failed,
    Reversed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RefundRow {
    pub(super) id: String,
    pub(super) reference: String,
    pub(super) payment: String,
    pub(super) amount: Amount,
    pub(super) status: RefundState,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RefundState {
    Processing,
    Succeeded,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PayoutRow {
    pub(super) id: String,
    pub(super) reference: String,
    pub(super) asset: String,
    pub(super) amount: Amount,
    pub(super) behaviour: IbanBehaviour,
    pub(super) status: PayoutState,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PayoutState {
    Processing,
    Paid,
    Failed,
    Returned,
}

impl PaymentRow {
    /// How it begins.
    pub(super) fn begin(&self) -> Happened {
        match (self.status, self.behaviour) {
            (PaymentState::RequiresAction, _) => {
                Happened { event: "payment.requires_action", next: Some((AN_HOUR, Step::Expire)) }
            }
            (_, CardBehaviour::Slow) => {
                Happened { event: "payment.processing", next: Some((SLOWLY, Step::Decide)) }
            }
            _ => Happened { event: "payment.processing", next: Some((NOW, Step::Decide)) },
        }
    }

    /// The holder decides.
    pub(super) fn confirm(&mut self, is_approved: bool) -> Option<Happened> {
        if self.status != PaymentState::RequiresAction {
            return None;
        }
        if !is_approved {
            return Some(self.fail("authentication_failed"));
        }
        self.status = PaymentState::Processing;
        Some(Happened { event: "payment.processing", next: Some((NOW, Step::Decide)) })
    }

    pub(super) fn take(&mut self, step: Step) -> Option<Happened> {
        match (step, self.status) {
            (Step::Decide, PaymentState::Processing) => Some(self.decide()),
            (Step::Expire, PaymentState::RequiresAction) => {
                Some(self.fail("authentication_expired"))
            }
            (Step::Reverse, PaymentState::Succeeded) => {
                self.status = PaymentState::Reversed;
                self.reason = Some("late_failure".to_owned());
                self.reversed = self.left();
                Some(Happened { event: "payment.reversed", next: None })
            }
            (Step::Dispute, PaymentState::Succeeded) if self.dispute.is_none() => {
                self.dispute = Some(Dispute {
                    id: DisputeId::generate().to_string(),
                    status: DisputeStatus::Open,
                    amount: self.left(),
                });
                Some(Happened { event: "dispute.opened", next: Some((A_WEEK, Step::EndDispute)) })
            }
            (Step::EndDispute, PaymentState::Succeeded) => self.end_dispute(),
            _ => None,
        }
    }

    fn decide(&mut self) -> Happened {
        if let CardBehaviour::Fails(reason) = self.behaviour {
            return self.fail(reason);
        }
        self.status = PaymentState::Succeeded;
        let next = match self.behaviour {
            CardBehaviour::Reversed => Some((AN_HOUR, Step::Reverse)),
            CardBehaviour::DisputeLost | CardBehaviour::DisputeWon => {
                Some((AN_HOUR, Step::Dispute))
            }
            _ => None,
        };
        Happened { event: "payment.succeeded", next }
    }

    fn fail(&mut self, reason: &str) -> Happened {
        self.status = PaymentState::Failed;
        self.reason = Some(reason.to_owned());
        Happened { event: "payment.failed", next: None }
    }

    fn end_dispute(&mut self) -> Option<Happened> {
        let dispute = self.dispute.as_mut().filter(|it| it.status == DisputeStatus::Open)?;
        let (status, event) = match self.behaviour {
            CardBehaviour::DisputeWon => (DisputeStatus::Won, "dispute.won"),
            _ => (DisputeStatus::Lost, "dispute.lost"),
        };
        dispute.status = status;
        Some(Happened { event, next: None })
    }

    /// What a dispute is about.
    pub(super) fn disputed(&self) -> Amount {
        self.dispute.as_ref().map_or(Amount::ZERO, |dispute| dispute.amount)
    }

    /// What was not refunded.
    fn left(&self) -> Amount {
        self.amount.checked_sub(self.refunded).unwrap_or(Amount::ZERO)
    }

    /// Reserves an amount for a refund, or says why it can't be.
    pub(super) fn begin_refund(&mut self, amount: Amount) -> Result<Happened, &'static str> {
        if self.status != PaymentState::Succeeded {
            return Err("payment_not_refundable");
        }
        if self.dispute.as_ref().is_some_and(|dispute| dispute.status != DisputeStatus::Won) {
            return Err("payment_disputed");
        }
        if amount > self.left() {
            return Err("refund_too_large");
        }
        self.refunded = self.refunded.checked_add(amount).ok_or("refund_too_large")?;
        Ok(Happened { event: "refund.processing", next: Some((NOW, Step::Decide)) })
    }

    /// The bank sent a refund back.
    pub(super) fn refund_came_back(&mut self, amount: Amount) {
        self.refunded = self.refunded.checked_sub(amount).unwrap_or(Amount::ZERO);
    }
}

impl RefundRow {
    pub(super) fn take(&mut self, step: Step, behaviour: CardBehaviour) -> Option<Happened> {
        match (step, self.status) {
            (Step::Decide, RefundState::Processing) => {
                self.status = RefundState::Succeeded;
                let fails = behaviour == CardBehaviour::RefundFails;
                let next = fails.then_some((AN_HOUR, Step::ComeBack));
                Some(Happened { event: "refund.succeeded", next })
            }
            (Step::ComeBack, RefundState::Succeeded) => {
                self.status = RefundState::Failed;
                self.reason = Some("card_closed".to_owned());
                Some(Happened { event: "refund.failed", next: None })
            }
            _ => None,
        }
    }
}

impl PayoutRow {
    /// How it begins.
    pub(super) fn begin(&self) -> Happened {
        let wait = if self.behaviour == IbanBehaviour::Slow { SLOWLY } else { NOW };
        Happened { event: "payout.processing", next: Some((wait, Step::Decide)) }
    }

    pub(super) fn take(&mut self, step: Step) -> Option<Happened> {
        match (step, self.status, self.behaviour) {
            (Step::Decide, PayoutState::Processing, IbanBehaviour::Fails) => {
                self.status = PayoutState::Failed;
                self.reason = Some("account_closed".to_owned());
                Some(Happened { event: "payout.failed", next: None })
            }
            (Step::Decide, PayoutState::Processing, behaviour) => {
                self.status = PayoutState::Paid;
                let returns = behaviour == IbanBehaviour::Returns;
                let next = returns.then_some((A_DAY, Step::ComeBack));
                Some(Happened { event: "payout.paid", next })
            }
            (Step::ComeBack, PayoutState::Paid, _) => {
                self.status = PayoutState::Returned;
                self.reason = Some("returned_by_bank".to_owned());
                Some(Happened { event: "payout.returned", next: None })
            }
            _ => None,
        }
    }
}

/// After which times an event is delivered: once and at once, or with a seed up to three times in
/// the next half minute.
pub(super) fn deliveries(disorder: Option<u64>, event: &str, number: i64) -> Vec<Duration> {
    let Some(seed) = disorder else { return vec![NOW] };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_be_bytes()).update(&number.to_be_bytes()).update(event.as_bytes());
    let hash = *hasher.finalize().as_bytes();
    let copies = 1 + usize::from(hash[0] % 3);
    let wait = |byte: &u8| Duration::from_secs(u64::from(byte % 30));
    hash[1..=copies].iter().map(wait).collect()
}
