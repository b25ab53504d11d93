//! Taking over what happened between people before this ledger began: accounts and transfers with
//! their own times, as the ledger's imports.
//!
//! Invariants: nothing is older than what the ledger has already, so a history can be taken over
//! into an empty ledger only; a repeat of the same changes nothing; nobody is told of it, because
//! it is no news. Rules on balances hold as for everything else.

mod service;

use identity::UserId;
use kernel::{Amount, Timestamp};
use ledger::TransferId;
use ledger::engine::{Extra, NewTransfer, TransferFlags};

use crate::books;
use crate::ids::{Purpose, derived};

/// An account that was opened in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastAccount {
    pub user: UserId,
    pub asset: String,
    pub opened_at: Timestamp,
}

/// A transfer that was made in the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastTransfer {
    pub id: TransferId,
    pub at: Timestamp,
    pub kind: PastKind,
    /// Nobody for what the house issues.
    pub from: Option<UserId>,
    pub to: UserId,
    pub asset: String,
    pub amount: Amount,
    pub message: Option<String>,
    pub reference: Option<String>,
    pub outcome: PastOutcome,
}

/// Why it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastKind {
    Transfer,
    RequestPayment,
    Scheduled,
    /// Value that came to be, such as a harvest, or that was there at the begin.
    Issue,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastOutcome {
    AtOnce,
    Accepted(Timestamp),
    Declined(Timestamp),
    Cancelled(Timestamp),
    /// Nobody answered. The ledger itself says when something expires, so that is now.
    Expires,
}

impl PastKind {
    const fn code(self) -> u16 {
        match self {
            Self::Transfer => books::TRANSFER,
            Self::RequestPayment => books::REQUEST_PAYMENT,
            Self::Scheduled => books::SCHEDULED,
            Self::Issue => books::ISSUE,
        }
    }
}

impl PastTransfer {
    /// The ledger's transfers: this one, and what resolved it. The debited account is the house's
    /// if it is from nobody.
    fn records(&self, house: u128, asset_no: u32) -> Vec<NewTransfer> {
        let pending = if self.outcome == PastOutcome::AtOnce { 0 } else { TransferFlags::PENDING };
        let extra = Extra {
            user_data_32: if self.message.is_some() { books::HAS_MESSAGE } else { 0 },
            reference: self.reference.as_deref().map(Into::into),
            ..Extra::default()
        };
        let made = NewTransfer {
            id: self.id.as_u128(),
            debit_account: self.from.map_or(house, |from| from.account_id(&self.asset)),
            credit_account: self.to.account_id(&self.asset),
            amount: self.amount.get(),
            asset: asset_no,
            code: self.kind.code(),
            flags: TransferFlags(TransferFlags::IMPORTED | pending),
            timestamp: self.at.as_micros(),
            extra: Some(Box::new(extra)),
        };
        let (purpose, flag, at) = match self.outcome {
            PastOutcome::AtOnce | PastOutcome::Expires => return vec![made],
            PastOutcome::Accepted(at) => (Purpose::Accept, TransferFlags::POST_PENDING, at),
            PastOutcome::Declined(at) => (Purpose::Decline, TransferFlags::VOID_PENDING, at),
            PastOutcome::Cancelled(at) => (Purpose::Cancel, TransferFlags::VOID_PENDING, at),
        };
        let id = derived(purpose, made.id, 0);
        let resolved = NewTransfer {
            timestamp: at.as_micros(),
            ..books::resolution(id, made.id, flag | TransferFlags::IMPORTED)
        };
        vec![made, resolved]
    }

    /// Gives what nobody answered a second to run out in.
    fn expiry(&self) -> NewTransfer {
        let id = derived(Purpose::Expire, self.id.as_u128(), 0);
        let mut extend = books::resolution(id, self.id.as_u128(), TransferFlags::EXTEND_PENDING);
        extend.extra.get_or_insert_default().timeout_s = 1;
        extend
    }
}
