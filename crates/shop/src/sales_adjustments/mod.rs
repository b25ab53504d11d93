//! Sales adjustments: what was earned with a variant turned out to be more or less, and no order says
//! so: a cancellation of something that was sold elsewhere, a bad debt, a discount by hand. Money
//! moves between what was earned and the customer's account; goods don't.

mod book;
pub(crate) mod http;
mod service;
pub(crate) mod store;

use kernel::{SignedAmount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::{CustomerId, SalesAdjustmentId};

/// A correction of what was earned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SalesAdjustment {
    pub(crate) id: SalesAdjustmentId,
    /// Its number in another system: the same again is the same adjustment.
    pub(crate) reference: Option<String>,
    pub(crate) customer: CustomerId,
    pub(crate) currency: String,
    pub(crate) scale: u8,
    pub(crate) sku: String,
    pub(crate) asset: String,
    /// Below zero: less was earned.
    pub(crate) amount: SignedAmount,
    pub(crate) reason: String,
    pub(crate) state: SalesAdjustmentState,
    /// When it took effect in the world, if not when it was recorded.
    pub(crate) effective_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
}

/// How far it has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SalesAdjustmentState {
    Pending,
    Done,
}

impl SalesAdjustmentState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
        }
    }
}
