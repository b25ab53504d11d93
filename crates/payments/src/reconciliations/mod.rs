//! Reconciliations: what a provider says it did to our balance, against the ledger's clearing
//! account. (The silent flows are something else: there one flow is asked for at a time.)
//!
//! Both sides are read on from where the last run stopped and summed by what they are about: an
//! item is one deposit, refund, chargeback, withdrawal, fee or settlement. Items that differ are
//! the differences of a run, until they agree; so nothing falls between two days. What is younger
//! than the grace is left out, because the other side may be on its way.
//!
//! What only the provider knows of is booked on the way: its fees to `payments/fees/<asset>`, and
//! what it pays to the house's own bank account to `payments/bank/<asset>`. A run changes nothing
//! else in the ledger.

pub(crate) mod http;
pub(crate) mod jobs;
mod run;
mod service;
mod store;

#[cfg(test)]
mod tests;

use std::time::Duration;

use kernel::{SignedAmount, Timestamp};

pub use crate::ids::ReconciliationId;
pub use service::NewReconciliation;

use crate::provider::Subject;

/// Long enough for a webhook that comes late.
pub(crate) const GRACE_DEFAULT: Duration = Duration::from_secs(3_600);
pub(crate) const GRACE_MAX: Duration = Duration::from_secs(30 * 24 * 3_600);

/// A run, as its rows say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    pub id: ReconciliationId,
    pub provider: String,
    pub status: Status,
    pub grace: Duration,
    /// Of the provider, that were new to us.
    pub entries: i64,
    pub differences: i32,
    /// A stable code, if it failed.
    pub failure: Option<String>,
    pub balances: Vec<BalancePair>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Running,
    Completed,
    Failed,
}

impl Status {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Running, Self::Completed, Self::Failed].into_iter().find(|it| it.as_str() == name)
    }
}

/// What the provider owes us at the end of a run. Both move on while they are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalancePair {
    pub asset: String,
    pub scale: u8,
    pub ours: SignedAmount,
    pub theirs: SignedAmount,
}

/// What both sides say of one thing; `None` of a side that says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) subject: Subject,
    pub(crate) reference: String,
    pub(crate) asset: String,
    pub(crate) ours: Option<SignedAmount>,
    pub(crate) theirs: Option<SignedAmount>,
    pub(crate) moved_at: Timestamp,
}

/// Something that didn't agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) number: i32,
    pub(crate) kind: Kind,
    pub(crate) subject: Subject,
    pub(crate) reference: String,
    pub(crate) asset: String,
    pub(crate) ours: Option<SignedAmount>,
    pub(crate) theirs_asset: String,
    pub(crate) theirs: Option<SignedAmount>,
    pub(crate) moved_at: Timestamp,
}

/// In which way two sides differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The provider has it, and our books don't.
    MissingHere,
    /// Our books have it, and the provider doesn't.
    MissingThere,
    Amount,
    /// What the provider kept isn't what was booked as kept.
    Fee,
    /// The provider counts it in another currency.
    Currency,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::MissingHere, Self::MissingThere, Self::Amount, Self::Fee, Self::Currency];

    /// As stored and shown.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::MissingHere => "missing_here",
            Self::MissingThere => "missing_there",
            Self::Amount => "amount",
            Self::Fee => "fee",
            Self::Currency => "currency",
        }
    }

    fn of(item: &Item) -> Self {
        match (item.subject, item.ours, item.theirs) {
            (Subject::Fee, ..) => Self::Fee,
            (_, None, _) => Self::MissingHere,
            (_, _, None) => Self::MissingThere,
            _ => Self::Amount,
        }
    }
}

/// The differences of items that don't agree, in the items' order. One thing that each side has
/// in a currency of its own is one difference.
pub(crate) fn differences(items: Vec<Item>) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    for item in items {
        let twin = found.iter_mut().rev().find(|known| known.is_twin_of(&item));
        match twin {
            Some(known) => known.join(item),
            None => found.push(Difference::of(item)),
        }
    }
    for (difference, number) in found.iter_mut().zip(1..) {
        difference.number = number;
    }
    found
}

impl Difference {
    fn of(item: Item) -> Self {
        Self {
            number: 0,
            kind: Kind::of(&item),
            subject: item.subject,
            reference: item.reference,
            theirs_asset: item.asset.clone(),
            asset: item.asset,
            ours: item.ours,
            theirs: item.theirs,
            moved_at: item.moved_at,
        }
    }

    /// Whether each has the side that the other one lacks.
    fn is_twin_of(&self, item: &Item) -> bool {
        let fits = (self.ours.is_none() && item.theirs.is_none())
            || (self.theirs.is_none() && item.ours.is_none());
        fits && (self.subject, &self.reference) == (item.subject, &item.reference)
            && self.asset != item.asset
    }

    fn join(&mut self, item: Item) {
        self.kind = Kind::Currency;
        self.moved_at = self.moved_at.max(item.moved_at);
        if item.ours.is_some() {
            (self.asset, self.ours) = (item.asset, item.ours);
        } else {
            (self.theirs_asset, self.theirs) = (item.asset, item.theirs);
        }
    }
}
