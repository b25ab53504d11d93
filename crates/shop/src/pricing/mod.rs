//! What a basket costs: prices, promotions, shipping and tax, in whole minor units.
//!
//! One pure function, [`price`], for carts, for orders and for edits of orders. Discounts of the
//! whole basket are divided among its lines by largest remainder, so that every line has a price of
//! its own to be sent, refunded and taxed by. Tax is rounded once for each rate and divided the same
//! way. Nothing is ever rounded twice, and the parts always add up to the total.

pub(crate) mod promotions;
pub(crate) mod shipping;
pub(crate) mod split;
pub(crate) mod taxes;

#[cfg(test)]
mod tests;

use crate::ids::{ProductId, PromotionId, VariantId};

pub(crate) use promotions::Promotion;
pub(crate) use shipping::ShippingMethod;
pub(crate) use taxes::{TaxRate, TaxRules};

/// Amounts above this are refused, so that no product of two numbers here leaves 128 bits.
pub(crate) const AMOUNT_MAX: u128 = 1 << 62;

/// A variant and how many of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) variant: VariantId,
    pub(crate) product: ProductId,
    pub(crate) tags: Vec<String>,
    pub(crate) tax_class: String,
    pub(crate) weight_g: u32,
    pub(crate) needs_shipping: bool,
    pub(crate) quantity: u32,
    pub(crate) unit_price: u128,
}

impl Item {
    pub(crate) fn subtotal(&self) -> u128 {
        self.unit_price * u128::from(self.quantity)
    }
}

/// What is to be priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Basket<'a> {
    pub(crate) items: &'a [Item],
    pub(crate) currency: &'a str,
    /// Where it goes; decides on the tax.
    pub(crate) country: Option<&'a str>,
    /// The way of shipping that was chosen, if one was.
    pub(crate) shipping: Option<&'a ShippingMethod>,
    /// Promotions that may apply at this moment: those without a code, and those whose code the
    /// buyer gave.
    pub(crate) promotions: &'a [&'a Promotion],
    pub(crate) taxes: &'a TaxRules,
}

/// A line with its share of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PricedLine {
    pub(crate) subtotal: u128,
    pub(crate) discount: u128,
    /// What it costs in the end, tax included.
    pub(crate) total: u128,
    /// The tax in it.
    pub(crate) tax: u128,
    /// In millionths.
    pub(crate) tax_rate: u32,
}

/// What a promotion took off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Discount {
    pub(crate) promotion: PromotionId,
    pub(crate) amount: u128,
}

/// What a tax comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaxTotal {
    /// In millionths.
    pub(crate) rate: u32,
    pub(crate) amount: u128,
}

/// What a basket costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Priced {
    /// In the order of the items.
    pub(crate) lines: Vec<PricedLine>,
    /// Sending, priced as a line; none where nothing is sent or no way was chosen.
    pub(crate) shipping: Option<PricedLine>,
    pub(crate) subtotal: u128,
    pub(crate) discounts: Vec<Discount>,
    pub(crate) taxes: Vec<TaxTotal>,
    pub(crate) total: u128,
}

/// What the basket costs. `None` if its amounts are out of any reason (above 2^62).
pub(crate) fn price(basket: &Basket<'_>) -> Option<Priced> {
    let subtotals: Vec<u128> = basket.items.iter().map(Item::subtotal).collect();
    let subtotal: u128 = subtotals.iter().sum();
    let offer = basket.shipping.and_then(|method| shipping::quote(method, basket, subtotal));
    if subtotal.saturating_add(offer.unwrap_or(0)) > AMOUNT_MAX {
        return None;
    }
    let applied = promotions::best(basket, &subtotals, offer.unwrap_or(0));
    let net_of = |(index, subtotal): (usize, &u128)| subtotal - applied.of_lines[index];
    let mut charged: Vec<(u128, &str)> = subtotals
        .iter()
        .enumerate()
        .map(|(index, subtotal)| (net_of((index, subtotal)), &*basket.items[index].tax_class))
        .collect();
    if let (Some(method), Some(amount)) = (basket.shipping, offer) {
        charged.push((amount - applied.of_shipping, &method.tax_class));
    }
    let taxed = taxes::tax(basket.taxes, basket.country, &charged);
    let line = |index: usize, subtotal: u128, discount: u128| PricedLine {
        subtotal,
        discount,
        total: taxed.lines[index].total,
        tax: taxed.lines[index].tax,
        tax_rate: taxed.lines[index].rate,
    };
    let lines: Vec<PricedLine> = subtotals
        .iter()
        .enumerate()
        .map(|(index, subtotal)| line(index, *subtotal, applied.of_lines[index]))
        .collect();
    let shipping = offer.map(|amount| line(lines.len(), amount, applied.of_shipping));
    let total = lines.iter().chain(&shipping).map(|line| line.total).sum();
    let (discounts, taxes) = (applied.discounts, taxed.totals);
    Some(Priced { lines, shipping, subtotal, discounts, taxes, total })
}
