//! Chargebacks: a deposit that was captured and is taken back from us, because the card's holder
//! disputes it or the bank reverses it.
//!
//! The user's account gives what it has (a balancing debit, so never below its floor), the house
//! bears the rest. Both are given back when a dispute is won. How much came from the user is what
//! the ledger recorded, so each step can be taken again.

mod service;
pub(crate) mod store;

#[cfg(test)]
mod tests;

use kernel::Amount;

use crate::ids::{ChargebackId, DepositId};
use crate::provider::{Dispute, DisputeStatus};

/// A chargeback as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chargeback {
    pub(crate) id: ChargebackId,
    pub(crate) deposit: DepositId,
    pub(crate) kind: Kind,
    pub(crate) amount: Amount,
    pub(crate) status: DisputeStatus,
    /// How much the user's account gave; `None` until it was taken.
    pub(crate) taken: Option<Amount>,
    pub(crate) is_given: bool,
}

/// Why it was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Dispute,
    /// The bank took it back by itself; there is nothing to win.
    Reversal,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Dispute => "dispute",
            Self::Reversal => "reversal",
        }
    }
}

/// What the provider takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) kind: Kind,
    /// The provider's id of the dispute.
    pub(crate) reference: String,
    pub(crate) amount: Amount,
    pub(crate) status: DisputeStatus,
}

impl Claim {
    pub(crate) fn of_dispute(dispute: &Dispute) -> Self {
        Self {
            kind: Kind::Dispute,
            reference: dispute.id.clone(),
            amount: dispute.amount,
            status: dispute.status,
        }
    }

    pub(crate) fn of_reversal(amount: Amount) -> Self {
        let reference = Kind::Reversal.as_str().to_owned();
        Self { kind: Kind::Reversal, reference, amount, status: DisputeStatus::Lost }
    }
}

pub(crate) const fn status_name(status: DisputeStatus) -> &'static str {
    match status {
        DisputeStatus::Open => "open",
        DisputeStatus::Won => "won",
        DisputeStatus::Lost => "lost",
    }
}

pub(crate) fn status_of(name: &str) -> Option<DisputeStatus> {
    let all = [DisputeStatus::Open, DisputeStatus::Won, DisputeStatus::Lost];
    all.into_iter().find(|status| status_name(*status) == name)
}

/// The status after news: an end is the end, and an open dispute is never news.
pub(crate) const fn after(current: DisputeStatus, news: DisputeStatus) -> DisputeStatus {
    match current {
        DisputeStatus::Open => news,
        DisputeStatus::Won | DisputeStatus::Lost => current,
    }
}

/// What is still to be done in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Take,
    Give,
    Nothing,
}

/// Also a dispute that was won before we heard that it was open is taken first: somebody may have
/// begun to, and died before that was written down.
pub(crate) const fn due(status: DisputeStatus, is_taken: bool, is_given: bool) -> Due {
    match (status, is_taken, is_given) {
        (_, false, _) => Due::Take,
        (DisputeStatus::Won, true, false) => Due::Give,
        _ => Due::Nothing,
    }
}
