//! Stranded refunds: money that was to go back to a card which could not be reached any more. It is
//! in the order's account again, and staff gives it back otherwise: into the buyer's wallet, or
//! outside, which it says with a reason and a reference.
//!
//! Never more is given back than was stranded: the order is locked, the database checks the sums,
//! and the order's account doesn't fall below zero.

mod book;
pub(crate) mod http;
mod service;
pub(crate) mod store;

use identity::UserId;
use kernel::{Amount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{OrderId, OrderPaymentId, SettlementId};

/// What could not go back to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StrandedRefund {
    pub(crate) payment: OrderPaymentId,
    pub(crate) order: OrderId,
    /// The order's, for people.
    pub(crate) number: Option<i64>,
    /// Whose order it is; none if a guest's.
    pub(crate) user: Option<UserId>,
    pub(crate) currency: String,
    pub(crate) scale: u8,
    pub(crate) stranded: Amount,
    /// Of it, what was given back otherwise, or is about to be.
    pub(crate) settled: Amount,
    /// Why the card could not be reached.
    pub(crate) failure: Option<String>,
    pub(crate) updated_at: Timestamp,
    /// The first one first.
    pub(crate) settlements: Vec<Settlement>,
}

impl StrandedRefund {
    /// What still waits.
    pub(crate) const fn open(&self) -> u128 {
        self.stranded.get() - self.settled.get()
    }
}

/// How some of it was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settlement {
    pub(crate) id: SettlementId,
    pub(crate) order: OrderId,
    pub(crate) payment: OrderPaymentId,
    pub(crate) state: SettlementState,
    pub(crate) way: SettlementWay,
    pub(crate) amount: Amount,
    pub(crate) reason: Option<String>,
    pub(crate) created_at: Timestamp,
}

/// To where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SettlementWay {
    Wallet {
        payee: UserId,
    },
    /// Staff paid it elsewhere, where it is known by this.
    Outside {
        reference: String,
    },
}

/// How far it has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SettlementState {
    Pending,
    Done,
    /// The buyer has no open wallet in this currency.
    Refused,
}

impl SettlementState {
    const ALL: [Self; 3] = [Self::Pending, Self::Done, Self::Refused];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// What staff wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewSettlement {
    pub(crate) way: NewWay,
    /// All that waits, unless given.
    pub(crate) amount: Option<Amount>,
    pub(crate) reason: Option<String>,
}

/// To where staff wants it to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NewWay {
    Wallet,
    Outside { reference: String },
}
