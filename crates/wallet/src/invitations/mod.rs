//! Transfers to an e-mail address that no user has. The value is held on the ledger until somebody
//! registers with the address and verifies it; otherwise the hold runs out and the sender has it back.
//!
//! An invitation has the id of its hold. The row is written first, in the transaction that enqueues
//! the job which finishes what a crash leaves; then the ledger is called; then the row says so.
//! Claiming is one linked batch: the hold is released and the same value goes to the new user, or
//! neither. Claim, cancel and expiry race on the ledger, where one wins.

mod jobs;
mod service;
mod store;

pub(crate) use jobs::{Claim, Expire, Finish, VerifiedEmails};
pub(crate) use store::{Invited, erase_in_tx};

use identity::UserId;
use kernel::{Amount, Timestamp};

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The hold may not be there yet.
    New,
    Waiting,
    /// The address was verified; value is on its way.
    Claiming,
    Claimed,
    Cancelled,
    Expired,
}

impl State {
    const ALL: [Self; 6] =
        [Self::New, Self::Waiting, Self::Claiming, Self::Claimed, Self::Cancelled, Self::Expired];

    const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Waiting => "waiting",
            Self::Claiming => "claiming",
            Self::Claimed => "claimed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// An invitation as stored.
#[derive(Clone, Debug)]
pub(crate) struct Invitation {
    pub(crate) id: u128,
    pub(crate) sender: UserId,
    /// In lower case.
    pub(crate) email: String,
    pub(crate) asset: String,
    pub(crate) amount: Amount,
    pub(crate) reference: Option<String>,
    pub(crate) has_message: bool,
    pub(crate) fingerprint: u64,
    pub(crate) state: State,
    pub(crate) claimed_by: Option<UserId>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) timeout_s: u32,
}
