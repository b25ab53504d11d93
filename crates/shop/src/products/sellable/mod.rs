//! What a cart has to know of a variant, read in one statement for all lines.

mod store;

pub(crate) use store::sellables;

use kernel::{Amount, Timestamp};

use crate::ids::{ImageId, ProductId, VariantId};
use crate::price_lists;

/// A variant as it is sold at a moment, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sellable {
    pub(crate) variant: VariantId,
    pub(crate) product: ProductId,
    pub(crate) sku: String,
    /// What the ledger counts it as.
    pub(crate) asset: String,
    pub(crate) handle: String,
    /// A picture of it, or else of its product.
    pub(crate) image: Option<ImageId>,
    pub(crate) title: String,
    /// The options of this variant, as in `red / L`; none if there is only one.
    pub(crate) variant_title: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) tax_class: String,
    pub(crate) weight_g: u32,
    pub(crate) needs_shipping: bool,
    pub(crate) tracks_stock: bool,
    /// So many may be sold that aren't there.
    pub(crate) backorder_max: u64,
    pub(crate) available_from: Option<Timestamp>,
    /// Whether product and variant are for sale at all.
    pub(crate) is_for_sale: bool,
    /// From which quantity on a piece costs how much, the smallest quantity first. Empty: it has no
    /// price in this currency.
    pub(crate) prices: Vec<(u32, Amount)>,
}

impl Sellable {
    /// What one piece costs if so many are bought.
    pub(crate) fn unit_price(&self, quantity: u32) -> Option<Amount> {
        price_lists::reached(&self.prices, quantity)
    }
}
