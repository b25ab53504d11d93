//! Exchanges: something else is sent in place of what comes back. It is an order of its own, linked
//! with the return, at the prices of the moment and without any for sending; its goods are held when
//! the return is approved.
//!
//! The return pays for it with what it would give back, when the goods arrived, or at once if staff
//! wants: the money goes from the first order's account to the second's, and is known there by the
//! payment that it came from, to which it goes back if need be. What the second order costs more, its
//! buyer pays; what it costs less goes back as ever. Until it is paid it isn't sent, and if the
//! return comes to nothing it is cancelled and its goods are free.

pub(crate) mod paying;
mod plan;
pub(super) mod service;

use crate::ids::{OrderId, VariantId};

/// What is to be sent in place of what comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// Each variant once.
    pub(crate) items: Vec<ExchangeItem>,
    /// The order by which it is sent, once that is there.
    pub(crate) order: Option<OrderId>,
    /// The return pays when it is approved, and not only when the goods arrived.
    pub(crate) at_once: bool,
}

/// Pieces of a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExchangeItem {
    pub(crate) variant: VariantId,
    pub(crate) sku: String,
    pub(crate) quantity: u32,
}
