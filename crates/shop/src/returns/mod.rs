//! Returns: goods that come back. Their buyer asks within a period, or staff says so; staff decides,
//! and says what becomes of what arrives: it goes on a shelf again or is written off, in one batch
//! of the ledger, and the money goes back if staff wants.
//!
//! Something else may be sent in place of what comes back: see `exchanges`.
//!
//! Never more pieces come back than were sent: the order is locked while that is looked at, the
//! database checks the sums, and the account of what customers have doesn't fall below zero. What a
//! return asks for is spoken for until it is rejected or closed.

mod book;
pub(crate) mod exchanges;
pub(crate) mod http;
pub(crate) mod json;
mod plan;
mod receiving;
mod service;
pub(crate) mod store;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::exchanges::Exchange;
use crate::ids::{OrderId, OrderLineId, OrderRefundId, ReturnId};

/// Goods that are to come back, or came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Return {
    pub(crate) id: ReturnId,
    pub(crate) order: OrderId,
    /// Of the order.
    pub(crate) order_number: Option<i64>,
    pub(crate) state: ReturnState,
    pub(crate) by_staff: bool,
    pub(crate) note: Option<String>,
    /// Why staff approved or rejected it.
    pub(crate) decision: Option<String>,
    /// Handle of the place at which the goods arrived.
    pub(crate) location: Option<String>,
    pub(crate) refund: Option<OrderRefundId>,
    pub(crate) created_at: Timestamp,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) received_at: Option<Timestamp>,
    pub(crate) closed_at: Option<Timestamp>,
    pub(crate) lines: Vec<ReturnLine>,
    /// What is sent instead.
    pub(crate) exchange: Option<Exchange>,
}

/// Pieces of a line that are to come back, and what became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReturnLine {
    pub(crate) line: OrderLineId,
    pub(crate) quantity: u32,
    pub(crate) reason: ReturnReason,
    pub(crate) restocked: u32,
    pub(crate) written_off: u32,
}

impl ReturnLine {
    /// Pieces that arrived.
    pub(crate) const fn came(&self) -> u32 {
        self.restocked + self.written_off
    }
}

impl Return {
    /// Pieces of a line that nobody else may return any more.
    pub(crate) fn claimed(&self, line: OrderLineId) -> u32 {
        let of_line = self.lines.iter().filter(|it| it.line == line);
        let claimed = |it: &ReturnLine| match self.state {
            ReturnState::Requested | ReturnState::Approving | ReturnState::Approved => it.quantity,
            ReturnState::Rejected => 0,
            ReturnState::Receiving | ReturnState::Received | ReturnState::Closed => it.came(),
        };
        of_line.map(claimed).sum()
    }
}

/// How far a return has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnState {
    /// It waits for staff.
    Requested,
    /// The ledger is holding what is sent instead.
    Approving,
    /// The goods may come.
    Approved,
    Rejected,
    /// The goods arrived; the ledger is moving them.
    Receiving,
    /// The goods are back.
    Received,
    /// Nothing more is to come: the money went back, or none does, or the goods never came.
    Closed,
}

impl ReturnState {
    const ALL: [Self; 7] = [
        Self::Requested,
        Self::Approving,
        Self::Approved,
        Self::Rejected,
        Self::Receiving,
        Self::Received,
        Self::Closed,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approving => "approving",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Receiving => "receiving",
            Self::Received => "received",
            Self::Closed => "closed",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }
}

/// Why somebody doesn't keep something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnReason {
    Unwanted,
    WrongItem,
    Damaged,
    Other,
}

impl ReturnReason {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unwanted => "unwanted",
            Self::WrongItem => "wrong_item",
            Self::Damaged => "damaged",
            Self::Other => "other",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Unwanted, Self::WrongItem, Self::Damaged, Self::Other];
        all.into_iter().find(|it| it.as_str() == name)
    }
}
