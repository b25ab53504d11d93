//! Adjustments: staff changes a user's balance, by two people. One proposes, another approves,
//! and only then the ledger moves the amount between `admin/adjustments/<asset>` and the account.
//!
//! Invariants: nobody decides about their own proposal or about their own account (in the same
//! statement that changes the state, and by a constraint); an approved adjustment is moved exactly
//! once, because the transfer's id follows from the adjustment's; what is decided never changes.
//!
//! Reading order: this file, `service` (propose and decide), `settle` (the ledger), `jobs` (what
//! a crash or a week left undone), `store`, `http`.

pub(crate) mod http;
pub(crate) mod jobs;
mod service;
mod settle;
mod store;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use identity::UserId;
use kernel::id::derived;
use kernel::{Amount, Timestamp};
use ledger::engine::{Extra, NewTransfer};
use ledger::{AccountId, TransferId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use service::{Filter, Proposal, Target};

use crate::AdminError;
use crate::ids::AdjustmentId;

/// A proposal that nobody decides about is void after this.
pub(crate) const OPEN_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// Category of the house accounts on the other side.
const HOUSE_CODE: u16 = 103;
/// Category of the accounts in which users hold value.
const USER_CODE: u16 = 100;
const ADJUSTMENT_CODE: u16 = 220;
const REVERSAL_CODE: u16 = 221;

/// Seen from the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AdjustmentDirection)]
pub(crate) enum Direction {
    /// The user gets the amount.
    Credit,
    /// The user gives it.
    Debit,
}

/// Where an adjustment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AdjustmentState)]
pub enum State {
    /// Waits for a second person.
    Proposed,
    /// Decided, and on its way to the ledger.
    Approved,
    /// The ledger has moved the amount.
    Applied,
    /// The ledger has refused it; `failure` says why.
    Failed,
    Rejected,
    /// Taken back by whoever proposed it.
    Cancelled,
    /// Nobody decided in time.
    Expired,
}

/// A change of a user's balance, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Adjustment {
    pub(crate) id: AdjustmentId,
    pub(crate) account: AccountId,
    pub(crate) user: UserId,
    pub(crate) asset: String,
    pub(crate) scale: u8,
    pub(crate) direction: Direction,
    pub(crate) amount: Amount,
    pub(crate) reason: String,
    pub(crate) reference: Option<String>,
    /// What this one takes back: the adjustment and its transfer.
    pub(crate) reverses: Option<AdjustmentId>,
    pub(crate) transfer_id: TransferId,
    pub(crate) state: State,
    pub(crate) proposed_by: UserId,
    pub(crate) proposed_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) decided_by: Option<UserId>,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) decision_reason: Option<String>,
    pub(crate) settled_at: Option<Timestamp>,
    pub(crate) failure: Option<String>,
}

impl Direction {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Debit => "debit",
        }
    }

    pub(crate) const fn opposite(self) -> Self {
        match self {
            Self::Credit => Self::Debit,
            Self::Debit => Self::Credit,
        }
    }
}

impl FromStr for Direction {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Credit, Self::Debit].into_iter().find(|it| it.as_str() == text).ok_or(())
    }
}

impl State {
    pub(crate) const ALL: [Self; 7] = [
        Self::Proposed,
        Self::Approved,
        Self::Applied,
        Self::Failed,
        Self::Rejected,
        Self::Cancelled,
        Self::Expired,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

impl Adjustment {
    /// Why this person can't decide about it, if they can't.
    pub(crate) fn why_not_decided_by(&self, person: UserId, now: Timestamp) -> Option<AdminError> {
        if self.proposed_by == person {
            Some(AdminError::OwnProposal)
        } else if self.user == person {
            Some(AdminError::OwnAccount)
        } else {
            self.why_not_open(now)
        }
    }

    /// Why there is nothing to decide or to cancel any more, if there isn't.
    pub(crate) fn why_not_open(&self, now: Timestamp) -> Option<AdminError> {
        match self.state {
            State::Proposed if self.expires_at <= now => Some(AdminError::ProposalExpired),
            State::Proposed => None,
            State::Expired => Some(AdminError::ProposalExpired),
            state => Some(AdminError::NotProposed(state)),
        }
    }

    /// Why it can't be reversed, if it can't.
    pub(crate) fn why_not_reversible(&self) -> Option<AdminError> {
        if self.reverses.is_some() {
            Some(AdminError::IsReversal)
        } else if self.state != State::Applied {
            Some(AdminError::NotApplied(self.state))
        } else {
            None
        }
    }

    /// What the ledger is to move between the house's account and the user's.
    fn transfer(&self, house: u128, asset_no: u32) -> NewTransfer {
        let user = self.account.as_u128();
        let (debit_account, credit_account) = match self.direction {
            Direction::Credit => (house, user),
            Direction::Debit => (user, house),
        };
        let reverses = self.reverses.map_or(0, |original| transfer_id(original).as_u128());
        let reference = self.reference.as_deref().map(Into::into);
        NewTransfer {
            id: self.transfer_id.as_u128(),
            debit_account,
            credit_account,
            amount: self.amount.get(),
            asset: asset_no,
            code: if self.reverses.is_some() { REVERSAL_CODE } else { ADJUSTMENT_CODE },
            extra: Some(Box::new(Extra { reverses, reference, ..Extra::default() })),
            ..NewTransfer::default()
        }
    }
}

/// The id of an adjustment's transfer.
pub(crate) fn transfer_id(adjustment: AdjustmentId) -> TransferId {
    let hash = hash("bushel adjustment transfer v1", &adjustment.as_u128().to_be_bytes());
    TransferId::from_u128(hash)
}

/// Where the other side of an asset's adjustments is.
fn house_address(asset: &str) -> String {
    format!("admin/adjustments/{asset}")
}

fn house_id(asset: &str) -> u128 {
    hash("bushel adjustment account v1", asset.as_bytes())
}

fn hash(purpose: &str, bytes: &[u8]) -> u128 {
    let mut hasher = blake3::Hasher::new_derive_key(purpose);
    derived::early_of_hash(hasher.update(bytes).finalize().as_bytes())
}

#[cfg(test)]
mod tests;
