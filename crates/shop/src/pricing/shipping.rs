//! Ways of shipping, and what they cost for a basket.

use super::{Basket, Item};
use crate::ids::ShippingMethodId;

/// A way in which orders are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShippingMethod {
    pub(crate) id: ShippingMethodId,
    pub(crate) handle: String,
    pub(crate) title: String,
    /// Where it goes to; everywhere if empty.
    pub(crate) countries: Vec<String>,
    pub(crate) tax_class: String,
    pub(crate) is_active: bool,
    /// The first one that fits counts.
    pub(crate) rates: Vec<ShippingRate>,
    pub(crate) version: u32,
}

/// A price and for what it holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShippingRate {
    #[schema(example = "EUR")]
    pub(crate) currency: String,
    /// In the currency's minor unit.
    pub(crate) amount: kernel::Amount,
    /// For baskets of this worth or more, before discounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subtotal_min: Option<kernel::Amount>,
    /// For baskets of this weight or less, in grams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) weight_g_max: Option<u64>,
}

/// What sending the basket costs this way. `None`: it can't be sent this way.
pub(crate) fn quote(method: &ShippingMethod, basket: &Basket<'_>, subtotal: u128) -> Option<u128> {
    let is_sent = basket.items.iter().any(|item| item.needs_shipping);
    let goes_there = method.countries.is_empty()
        || basket.country.is_some_and(|it| method.countries.iter().any(|country| country == it));
    if !is_sent || !method.is_active || !goes_there {
        return None;
    }
    let weight = weight_g(basket.items);
    let fits = |rate: &&ShippingRate| {
        rate.currency == basket.currency
            && rate.subtotal_min.is_none_or(|min| subtotal >= min.get())
            && rate.weight_g_max.is_none_or(|max| weight <= max)
    };
    method.rates.iter().find(fits).map(|rate| rate.amount.get())
}

fn weight_g(items: &[Item]) -> u64 {
    let sent = items.iter().filter(|item| item.needs_shipping);
    sent.map(|item| u64::from(item.weight_g) * u64::from(item.quantity)).sum()
}
