//! Refunds: money that goes back, of what was sent. No line gives back more than it earned: the
//! row is locked, the database checks the sums, and the order's account can't fall below zero.

mod book;
pub(crate) mod http;
pub(crate) mod plan;
pub(crate) mod service;
pub(crate) mod store;

use kernel::{Amount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{OrderId, OrderLineId, OrderPaymentId, OrderRefundId};

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) id: OrderRefundId,
    pub(crate) order: OrderId,
    pub(crate) state: RefundState,
    pub(crate) amount: Amount,
    /// Of it, for the sending.
    pub(crate) shipping_net: Amount,
    pub(crate) shipping_tax: Amount,
    pub(crate) reason: Option<String>,
    /// When it took effect in the world, if not when it was recorded.
    pub(crate) effective_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) lines: Vec<RefundedLine>,
    /// To which payments it goes back.
    pub(crate) payouts: Vec<(OrderPaymentId, Amount)>,
    /// What of that pays for another order instead.
    pub(crate) exchange: Option<RefundExchange>,
}

/// What a refund pays for another order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefundExchange {
    pub(crate) order: OrderId,
    /// Of the payments to which it would go back.
    pub(crate) shares: Vec<(OrderPaymentId, Amount)>,
}

impl Refund {
    /// What of a payment pays for the other order.
    pub(crate) fn exchanged(&self, payment: OrderPaymentId) -> u128 {
        let shares = self.exchange.iter().flat_map(|it| &it.shares);
        shares.filter(|(id, _)| *id == payment).map(|(_, amount)| amount.get()).sum()
    }
}

/// What goes back of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefundedLine {
    pub(crate) line: OrderLineId,
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
}

/// How far a refund has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundState {
    Pending,
    Done,
    /// The payer's account is closed.
    Refused,
}

impl RefundState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Done, Self::Refused].into_iter().find(|it| it.as_str() == name)
    }
}
