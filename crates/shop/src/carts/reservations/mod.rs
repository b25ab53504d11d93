//! Stock that is held for a cart while its buyer checks out: pending transfers with a time limit.
//! Every change of the cart holds anew, and so extends the time. A hold that is lost releases itself.

mod service;
pub(crate) mod store;

pub(crate) use service::voids;

use crate::ids::VariantId;

/// A pending transfer that holds stock for a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CartHold {
    pub(crate) transfer: u128,
    pub(crate) variant: VariantId,
    /// Handle of the place; none for a backorder.
    pub(crate) location: Option<String>,
    pub(crate) quantity: u32,
}
