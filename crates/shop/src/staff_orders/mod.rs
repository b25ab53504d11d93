//! Orders that staff writes down: made by phone, at a counter, or in another system, perhaps long
//! ago and at prices of their own. They are placed, paid and sent by the same code as everybody's;
//! what was paid elsewhere comes from the customer's account, which is below zero by it.

pub(crate) mod http;
mod plan;
mod service;

use kernel::{Amount, Timestamp};

/// An order to write down.
#[derive(Clone, Debug, Default)]
pub(crate) struct StaffOrder {
    /// Its number in another system: the same again is the same order.
    pub(crate) reference: Option<String>,
    pub(crate) customer: StaffCustomer,
    pub(crate) currency: String,
    /// Whose tax is in it.
    pub(crate) country: Option<String>,
    /// When it was placed in the world, if not now.
    pub(crate) placed_at: Option<Timestamp>,
    pub(crate) note: Option<String>,
    pub(crate) lines: Vec<StaffLine>,
    /// What a payment elsewhere is known by there.
    pub(crate) payment_reference: Option<String>,
    /// Everything was sent at once, from the place with this handle.
    pub(crate) shipped_from: Option<String>,
}

/// Who bought.
#[derive(Clone, Debug, Default)]
pub(crate) struct StaffCustomer {
    /// Their number in another system.
    pub(crate) reference: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
}

/// What was bought.
#[derive(Clone, Debug)]
pub(crate) struct StaffLine {
    pub(crate) sku: String,
    pub(crate) quantity: u32,
    /// That of the catalogue, unless given.
    pub(crate) unit_price: Option<Amount>,
}
