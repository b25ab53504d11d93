//! Shipments: parcels of an order. A parcel's goods leave the stock for good and its money is earned
//! in one batch of the ledger: what was held is taken in part, by as much as the parcel is worth.

pub(crate) mod book;
pub(crate) mod http;
pub(crate) mod plan;
mod service;
pub(crate) mod store;

use kernel::{Amount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{OrderId, OrderLineId, OrderPaymentId, ShipmentId};

/// A parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shipment {
    pub(crate) id: ShipmentId,
    pub(crate) order: OrderId,
    /// Handle of the place from which what wasn't there at the sale is taken.
    pub(crate) location: String,
    pub(crate) state: ShipmentState,
    pub(crate) carrier: Option<String>,
    pub(crate) tracking: Option<String>,
    pub(crate) url: Option<String>,
    /// What it earns for the sending.
    pub(crate) shipping_net: Amount,
    pub(crate) shipping_tax: Amount,
    pub(crate) shipped_at: Timestamp,
    pub(crate) delivered_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) lines: Vec<ShippedLine>,
    pub(crate) picks: Vec<Pick>,
    pub(crate) captures: Vec<Capture>,
}

/// Pieces of a line in a parcel, and what they earn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShippedLine {
    pub(crate) line: OrderLineId,
    pub(crate) quantity: u32,
    pub(crate) net: Amount,
    pub(crate) tax: Amount,
}

/// Pieces that are taken from a hold of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    pub(crate) transfer: u128,
    pub(crate) quantity: u32,
}

/// What is taken from a payment that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capture {
    pub(crate) payment: OrderPaymentId,
    pub(crate) amount: Amount,
}

/// How far a parcel has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShipmentState {
    /// Written down; the ledger has not decided.
    Pending,
    Shipped,
    /// The goods aren't there.
    Refused,
}

impl ShipmentState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Shipped => "shipped",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Shipped, Self::Refused].into_iter().find(|it| it.as_str() == name)
    }
}
