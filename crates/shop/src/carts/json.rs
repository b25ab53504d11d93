//! A cart as it is shown.

use kernel::{Amount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::gate::Requirement;
use super::view::{CartView, ViewLine};
use super::{Address, CartStatus};
use crate::ids::{
    CartId, CartLineId, OrderId, ProductId, PromotionId, ShippingMethodId, VariantId,
};
use crate::images::http::small_url;
use crate::pricing::{Priced, PricedLine};

/// A cart, and what it costs at this moment. Amounts are in the currency's minor unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cart)]
pub(crate) struct CartJson {
    id: CartId,
    /// Of a new cart of a guest: the secret to show in `Cart-Token` from now on. Only shown here.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    status: CartStatus,
    /// What it became.
    #[schema(required)]
    order: Option<OrderId>,
    #[schema(example = "EUR")]
    currency: String,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    shipping_address: Option<Address>,
    #[schema(required)]
    billing_address: Option<Address>,
    #[schema(required)]
    shipping_method: Option<ShippingMethodId>,
    /// How it could be sent.
    shipping_offers: Vec<ShippingOfferJson>,
    codes: Vec<String>,
    #[schema(required)]
    note: Option<String>,
    lines: Vec<CartLineJson>,
    #[serde(flatten)]
    totals: TotalsJson,
    /// What is missing before it can become an order; empty if nothing is.
    requirements: Vec<RequirementJson>,
    /// Until when stock is held for it.
    #[schema(required)]
    reserved_until: Option<Timestamp>,
}

/// What is paid for what.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Totals)]
pub(crate) struct TotalsJson {
    /// All lines before discounts.
    pub(crate) subtotal: Amount,
    pub(crate) discounts: Vec<DiscountJson>,
    /// Null where nothing is sent, or it isn't known yet how.
    #[schema(required)]
    pub(crate) shipping: Option<Amount>,
    pub(crate) taxes: Vec<TaxJson>,
    pub(crate) total: Amount,
}

/// What a promotion took off.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Discount)]
pub(crate) struct DiscountJson {
    pub(crate) promotion: PromotionId,
    pub(crate) title: String,
    pub(crate) amount: Amount,
}

/// The tax in the total.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaxTotal)]
pub(crate) struct TaxJson {
    /// In millionths: 200000 is 20 %.
    pub(crate) rate: u32,
    pub(crate) amount: Amount,
}

/// A way of shipping and its price for this cart.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShippingOffer)]
pub(crate) struct ShippingOfferJson {
    id: ShippingMethodId,
    title: String,
    amount: Amount,
}

/// A variant in a cart.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CartLine)]
pub(crate) struct CartLineJson {
    id: CartLineId,
    variant: VariantId,
    /// Null if the variant is gone, like what follows from it.
    #[schema(required)]
    product: Option<ProductId>,
    #[schema(required)]
    sku: Option<String>,
    /// Of the product, for its address.
    #[schema(required)]
    handle: Option<String>,
    /// Where a small picture of it is, if there is one.
    #[schema(required, example = "/v1/shop/images/img_01j/200")]
    image: Option<String>,
    #[schema(required)]
    title: Option<String>,
    /// In what it differs from the product's other variants; null if there are none.
    #[schema(required)]
    variant_title: Option<String>,
    quantity: u32,
    /// What is written on the present.
    #[schema(required)]
    gift_note: Option<String>,
    /// Null if it can't be sold.
    #[schema(required)]
    unit_price: Option<Amount>,
    subtotal: Amount,
    discount: Amount,
    /// What it costs in the end, tax included.
    total: Amount,
    tax: Amount,
    /// In millionths.
    tax_rate: u32,
    /// How many can be had; null if there is no end of it.
    #[schema(required)]
    available: Option<Amount>,
}

/// Something that is missing before the cart can become an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Requirement)]
pub(crate) struct RequirementJson {
    /// Stable, for programs.
    #[schema(value_type = String, example = "shop.requirement.email")]
    code: &'static str,
    /// For people.
    detail: String,
    /// Of which line.
    #[schema(required)]
    line: Option<CartLineId>,
}

impl From<&Requirement> for RequirementJson {
    fn from(it: &Requirement) -> Self {
        Self { code: it.kind.code(), detail: it.kind.detail(), line: it.line }
    }
}

impl CartLineJson {
    fn new(it: &ViewLine, priced: Option<&Priced>) -> Self {
        let sellable = it.sellable.as_ref();
        let unpriced = PricedLine::default();
        let part = it.item.and_then(|index| priced.map(|priced| &priced.lines[index]));
        let part = part.unwrap_or(&unpriced);
        Self {
            id: it.line.id,
            variant: it.line.variant,
            product: sellable.map(|it| it.product),
            sku: sellable.map(|it| it.sku.clone()),
            handle: sellable.map(|it| it.handle.clone()),
            image: sellable.and_then(|it| it.image).map(small_url),
            title: sellable.map(|it| it.title.clone()),
            variant_title: sellable.and_then(|it| it.variant_title.clone()),
            quantity: it.line.quantity,
            gift_note: Some(it.line.gift_note.clone()).filter(|note| !note.is_empty()),
            unit_price: it.item.and(sellable).and_then(|s| s.unit_price(it.line.quantity)),
            subtotal: Amount::new(part.subtotal),
            discount: Amount::new(part.discount),
            total: Amount::new(part.total),
            tax: Amount::new(part.tax),
            tax_rate: part.tax_rate,
            available: it.available.map(Amount::new),
        }
    }
}

impl TotalsJson {
    fn new(view: &CartView, priced: &Priced) -> Self {
        let title = |id: PromotionId| {
            let found = view.rules.promotions.iter().find(|it| it.id == id);
            found.map(|it| it.title.clone()).unwrap_or_default()
        };
        let discount = |it: &crate::pricing::Discount| DiscountJson {
            promotion: it.promotion,
            title: title(it.promotion),
            amount: Amount::new(it.amount),
        };
        let tax = |it: &crate::pricing::TaxTotal| TaxJson {
            rate: it.rate,
            amount: Amount::new(it.amount),
        };
        Self {
            subtotal: Amount::new(priced.subtotal),
            discounts: priced.discounts.iter().map(discount).collect(),
            shipping: priced.shipping.as_ref().map(|it| Amount::new(it.subtotal)),
            taxes: priced.taxes.iter().map(tax).collect(),
            total: Amount::new(priced.total),
        }
    }
}

impl CartJson {
    pub(crate) fn new(view: &CartView, token: Option<String>) -> Self {
        let cart = view.cart.clone();
        let priced = view.priced.as_ref();
        let offer = |(method, amount): &(crate::pricing::ShippingMethod, u128)| ShippingOfferJson {
            id: method.id,
            title: method.title.clone(),
            amount: Amount::new(*amount),
        };
        Self {
            id: cart.id,
            token,
            status: cart.status,
            order: cart.order,
            currency: cart.currency,
            email: cart.email,
            shipping_address: cart.shipping_address,
            billing_address: cart.billing_address,
            shipping_method: cart.shipping_method,
            shipping_offers: view.offers.iter().map(offer).collect(),
            codes: cart.codes,
            note: cart.note,
            lines: view.lines.iter().map(|line| CartLineJson::new(line, priced)).collect(),
            totals: priced.map(|priced| TotalsJson::new(view, priced)).unwrap_or_default(),
            requirements: view.requirements.iter().map(RequirementJson::from).collect(),
            reserved_until: cart.reserved_until,
        }
    }
}
