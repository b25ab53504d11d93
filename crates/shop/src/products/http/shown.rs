//! Products as JSON that goes out.

use kernel::{Amount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::json::{OptionJson, PriceJson, TierJson};
use crate::availability::Availability;
use crate::custom_fields::FieldValues;
use crate::ids::{CategoryId, ProductId, VariantId};
use crate::images::http::ImageJson;
use crate::languages::Wanted;
use crate::products::cards::Card;
use crate::products::fields::Price;
use crate::products::{
    Choices, Product, ProductOption, ProductStatus, Tiers, Translation, Translations, Variant,
};

/// What the shop shows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub(crate) struct ProductJson {
    id: ProductId,
    #[schema(example = "paper-lantern")]
    handle: String,
    #[schema(inline)]
    status: ProductStatus,
    title: String,
    description: String,
    #[schema(required)]
    vendor: Option<String>,
    tags: Vec<String>,
    tax_class: String,
    #[schema(value_type = Vec<OptionJson>)]
    options: Vec<ProductOption>,
    /// For staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, crate::products::Translation>>)]
    translations: Option<Translations>,
    categories: Vec<CategoryId>,
    /// Values of custom fields, by the field's handle.
    #[schema(value_type = BTreeMap<String, String>)]
    custom_fields: FieldValues,
    images: Vec<ImageJson>,
    variants: Vec<VariantJson>,
    /// That of the variant that can be had best.
    #[schema(inline)]
    availability: Availability,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What is sold: one combination of a product's options.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Variant)]
pub(crate) struct VariantJson {
    id: VariantId,
    #[schema(example = "85123A")]
    sku: String,
    /// Null if it is known by its options, or the only one.
    #[schema(required)]
    title: Option<String>,
    #[schema(value_type = BTreeMap<String, String>)]
    options: Choices,
    /// Values of custom fields, by the field's handle.
    #[schema(value_type = BTreeMap<String, String>)]
    custom_fields: FieldValues,
    position: i32,
    #[schema(required)]
    barcode: Option<String>,
    weight_g: u32,
    needs_shipping: bool,
    tracks_stock: bool,
    /// For staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    backorder_max: Option<u64>,
    /// Sold before this moment it is a preorder.
    #[schema(required)]
    available_from: Option<Timestamp>,
    /// False, which only staff sees: it is no longer sold.
    is_active: bool,
    /// Whether it can be had; what is ordered is checked again.
    #[schema(inline)]
    availability: Availability,
    prices: Vec<ShownPrice>,
}

/// What a variant costs in a currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownPrice {
    #[serde(flatten)]
    price: PriceJson,
    /// What one piece costs apart from price lists, if that is more. Else null.
    #[schema(required)]
    compare_at: Option<Amount>,
    /// The lowest price of the 30 days before this one, if that was higher lately: to be shown
    /// beside a reduced price in the European Union. Else null.
    #[schema(required)]
    lowest_30_days: Option<Amount>,
}

/// A product in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductCard {
    id: ProductId,
    #[schema(example = "paper-lantern")]
    handle: String,
    #[schema(inline)]
    status: ProductStatus,
    title: String,
    #[schema(required)]
    vendor: Option<String>,
    tags: Vec<String>,
    /// The first picture.
    #[schema(required)]
    image: Option<ImageJson>,
    prices: Vec<PriceRange>,
    #[schema(inline)]
    availability: Availability,
    created_at: Timestamp,
}

/// What one piece costs, of the cheapest and of the dearest variant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceRange {
    #[schema(example = "EUR")]
    currency: String,
    min: Amount,
    max: Amount,
}

impl ProductJson {
    /// Staff sees what is written, others what they read.
    pub(crate) fn of(product: &Product, is_staff: bool, texts: Option<&Translation>) -> Self {
        let texts = texts.filter(|_| !is_staff);
        let title = texts.and_then(|it| it.title.clone());
        let description = texts.and_then(|it| it.description.clone());
        let variants = product.variants.iter().filter(|it| is_staff || it.is_active);
        Self {
            id: product.id,
            handle: product.handle.clone(),
            status: product.status,
            title: title.map_or_else(|| product.title.clone(), String::from),
            description: description.map_or_else(|| product.description.clone(), String::from),
            vendor: product.vendor.clone(),
            tags: product.tags.clone(),
            tax_class: product.tax_class.clone(),
            options: product.options.clone(),
            translations: is_staff.then(|| product.translations.clone()),
            categories: product.categories.clone(),
            custom_fields: product.custom_fields.clone(),
            images: product.images.iter().map(ImageJson::from).collect(),
            variants: variants.map(|it| VariantJson::of(it, is_staff)).collect(),
            availability: product.availability,
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

impl VariantJson {
    pub(super) fn of(variant: &Variant, is_staff: bool) -> Self {
        let prices = variant.prices.iter();
        Self {
            id: variant.id,
            sku: variant.sku.clone(),
            title: variant.title.clone(),
            options: variant.options.clone(),
            custom_fields: variant.custom_fields.clone(),
            position: variant.position,
            barcode: variant.barcode.clone(),
            weight_g: variant.weight_g,
            needs_shipping: variant.needs_shipping,
            tracks_stock: variant.tracks_stock,
            backorder_max: is_staff.then_some(variant.backorder_max),
            available_from: variant.available_from,
            is_active: variant.is_active,
            availability: variant.availability,
            prices: prices
                .filter_map(|(currency, tiers)| {
                    let lowest_30_days = variant.lowest_before.get(currency).copied();
                    let compare_at = variant.compare_at.get(currency).copied();
                    let price = PriceJson::of(currency, tiers)?;
                    Some(ShownPrice { price, compare_at, lowest_30_days })
                })
                .collect(),
        }
    }
}

impl PriceJson {
    pub(super) fn of(currency: &str, tiers: &Tiers) -> Option<Self> {
        let price = |amount: Amount| Price::try_from(amount).ok();
        let more = tiers.0.iter().skip(1).filter_map(|(from, amount)| {
            Some(TierJson { min_quantity: *from, amount: price(*amount)? })
        });
        let amount = price(tiers.one()?)?;
        Some(Self { currency: currency.to_owned(), amount, tiers: more.collect() })
    }
}

impl ProductCard {
    pub(super) fn of(card: &Card, wanted: &Wanted, own: &str, currency: Option<&str>) -> Self {
        let prices = card.prices.iter();
        let prices = prices.filter(|(code, _)| currency.is_none_or(|wanted| wanted == *code));
        let range = |(code, (min, max)): (&String, &(Amount, Amount))| PriceRange {
            currency: code.clone(),
            min: *min,
            max: *max,
        };
        Self {
            id: card.id,
            handle: card.handle.clone(),
            status: card.status,
            title: card.title_in(wanted, own).to_owned(),
            vendor: card.vendor.clone(),
            tags: card.tags.clone(),
            image: card.image.as_ref().map(ImageJson::from),
            prices: prices.map(range).collect(),
            availability: card.availability,
            created_at: card.created_at,
        }
    }
}
