//! The storefront: what whoever looks at the shop has to know before anything else. In which
//! currencies it sells, and how many decimals they have, as a guest can't ask the ledger.

pub(crate) mod http;
mod service;
mod store;

use crate::books::money::Currency;

/// What everybody may know of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Storefront {
    /// In which prices are shown to whoever has not chosen; none if nothing has a price.
    pub(crate) default_currency: Option<String>,
    /// In which something has a price, in the order of their codes.
    pub(crate) currencies: Vec<Currency>,
    pub(crate) prices_include_tax: bool,
    pub(crate) home_country: Option<String>,
    pub(crate) return_days: u32,
    pub(crate) seller: Option<String>,
}
