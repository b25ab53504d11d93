//! Edits: what staff may change of an order as long as nothing of it was sent. What it costs stays:
//! so does the country, whose tax is in it.

pub(crate) mod http;
mod service;
mod store;

use super::Order;
use crate::carts::Address;
use crate::error::{AfterSaleError, Result};

/// A change; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OrderPatch {
    pub(crate) email: Option<String>,
    pub(crate) shipping_address: Option<Address>,
    pub(crate) note: Option<Option<String>>,
}

impl OrderPatch {
    /// The names of what it changes.
    fn fields(&self) -> Vec<&'static str> {
        let all = [
            ("email", self.email.is_some()),
            ("shipping_address", self.shipping_address.is_some()),
            ("note", self.note.is_some()),
        ];
        all.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
    }

    fn apply(self, order: &mut Order) -> Result<()> {
        if let Some(address) = self.shipping_address {
            let before = order.shipping_address.as_ref().map(|it| &*it.country.0);
            let before = before.or(order.country.as_deref());
            if before.is_some_and(|country| country != address.country.0) {
                return Err(AfterSaleError::CountryFixed.into());
            }
            order.shipping_address = Some(address);
        }
        if let Some(email) = self.email {
            order.email = Some(email);
        }
        if let Some(note) = self.note {
            order.note = note;
        }
        Ok(())
    }
}
