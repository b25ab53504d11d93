//! Products as JSON: what comes in, and what goes out.

use std::collections::BTreeMap;

use kernel::http::{Ids, invalid_field};
use kernel::{Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::custom_fields::{FieldChanges, FieldValues};
use crate::ids::{ProductId, VariantId};
use crate::products::fields::{
    Barcode, CatalogueHandle, HandleOrId, Name, Price, Sku, Tag, Text, Title, nullable,
};
use crate::products::{
    BACKORDER_MAX, CATEGORIES_MAX, CURRENCIES_MAX, Choices, NewProduct, NewVariant,
    OPTION_VALUES_MAX, OPTIONS_MAX, POSITION_MAX, ProductOption, ProductPatch, ProductStatus,
    QUANTITY_MAX, TAGS_MAX, TIERS_MAX, TRANSLATIONS_MAX, Tiers, Translations, VARIANTS_MAX,
    VariantPatch, WEIGHT_G_MAX, check_options,
};

/// A product to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateProduct {
    handle: CatalogueHandle,
    /// A draft, unless told.
    #[serde(default = "draft")]
    #[schema(inline, default = "draft")]
    status: ProductStatus,
    title: Title,
    #[serde(default)]
    description: Text,
    vendor: Option<Name>,
    #[serde(default)]
    #[schema(max_items = 50)]
    tags: Vec<Tag>,
    /// Under which taxes it falls.
    #[serde(default = "standard")]
    #[schema(value_type = String, default = "standard")]
    tax_class: CatalogueHandle,
    #[serde(default)]
    #[schema(max_items = 3)]
    options: Vec<OptionJson>,
    /// By language.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, crate::products::Translation>)]
    translations: Translations,
    /// Ids or handles of categories.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 20)]
    categories: Vec<HandleOrId>,
    /// Values of custom fields of products, by handle.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    custom_fields: FieldValues,
    #[schema(min_items = 1, max_items = 250)]
    variants: Vec<CreateVariant>,
}

fn draft() -> ProductStatus {
    ProductStatus::Draft
}

fn standard() -> CatalogueHandle {
    CatalogueHandle::try_from("standard".to_owned()).expect("it is a handle")
}

const fn yes() -> bool {
    true
}

/// Something in which variants differ.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductOption)]
pub(crate) struct OptionJson {
    name: Name,
    /// In the order in which they are shown.
    #[schema(min_items = 1, max_items = 250)]
    values: Vec<Name>,
}

/// A variant to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateVariant {
    sku: Sku,
    /// What carts and orders call it; unless told, they say the values of its options.
    title: Option<Title>,
    /// A value of each option of the product.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Name>)]
    options: BTreeMap<String, Name>,
    /// Values of custom fields of variants, by handle.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    custom_fields: FieldValues,
    /// Behind the others, unless told.
    #[schema(maximum = 1_000_000)]
    position: Option<u32>,
    barcode: Option<Barcode>,
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    weight_g: u32,
    #[serde(default = "yes")]
    #[schema(default = true)]
    needs_shipping: bool,
    /// False: there is always enough of it, as of a service.
    #[serde(default = "yes")]
    #[schema(default = true)]
    tracks_stock: bool,
    /// So many may be sold that aren't there.
    #[serde(default)]
    #[schema(maximum = 1_000_000_000)]
    backorder_max: u64,
    /// Sold before this moment it is a preorder.
    available_from: Option<Timestamp>,
    #[serde(default)]
    #[schema(max_items = 20)]
    prices: Vec<PriceJson>,
}

/// What a variant costs in a currency.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VariantPrice)]
pub(crate) struct PriceJson {
    /// The code of an asset whose kind is money.
    #[schema(example = "EUR", min_length = 1, max_length = 64)]
    pub(super) currency: String,
    /// One piece.
    pub(super) amount: Price,
    /// Each piece, from a quantity on.
    #[serde(default)]
    #[schema(max_items = 19)]
    pub(super) tiers: Vec<TierJson>,
}

/// What each piece costs from a quantity on.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PriceTier)]
pub(crate) struct TierJson {
    #[schema(minimum = 2, maximum = 1_000_000)]
    pub(super) min_quantity: u32,
    pub(super) amount: Price,
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ProductPatch)]
pub(crate) struct PatchProduct {
    handle: Option<CatalogueHandle>,
    #[schema(inline)]
    status: Option<ProductStatus>,
    title: Option<Title>,
    description: Option<Text>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Name>)]
    vendor: Option<Option<Name>>,
    #[schema(max_items = 50)]
    tags: Option<Vec<Tag>>,
    tax_class: Option<CatalogueHandle>,
    /// All of them. Every variant must fit.
    #[schema(max_items = 3)]
    options: Option<Vec<OptionJson>>,
    /// All of them, by language.
    #[schema(value_type = Option<BTreeMap<String, crate::products::Translation>>)]
    translations: Option<Translations>,
    /// All of them, by id or handle.
    #[schema(value_type = Option<Vec<String>>, max_items = 20)]
    categories: Option<Vec<HandleOrId>>,
    /// Values of custom fields by handle; null takes one away.
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    custom_fields: FieldChanges,
}

/// A merge patch (RFC 7396): what is left out stays, null clears. A SKU never changes.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = VariantPatch)]
pub(crate) struct PatchVariant {
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Title>)]
    title: Option<Option<Title>>,
    #[schema(value_type = Option<BTreeMap<String, Name>>)]
    options: Option<BTreeMap<String, Name>>,
    /// Values of custom fields by handle; null takes one away.
    #[schema(value_type = BTreeMap<String, Option<String>>)]
    custom_fields: FieldChanges,
    #[schema(maximum = 1_000_000)]
    position: Option<u32>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Barcode>)]
    barcode: Option<Option<Barcode>>,
    #[schema(maximum = 1_000_000)]
    weight_g: Option<u32>,
    needs_shipping: Option<bool>,
    tracks_stock: Option<bool>,
    #[schema(maximum = 1_000_000_000)]
    backorder_max: Option<u64>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Timestamp>)]
    available_from: Option<Option<Timestamp>>,
    /// False: it is no longer sold.
    is_active: Option<bool>,
}

/// Names at which something else is.
const TAKEN: [&str; 3] = ["export", "facets", "suggestions"];

fn handle(handle: CatalogueHandle) -> Result<String, Problem> {
    if TAKEN.contains(&handle.as_str()) {
        return Err(invalid_field("/handle", "something else has this name"));
    }
    Ok(handle.into())
}

/// At most so many, or the field is named.
fn check_len<T>(items: &[T], max: usize, pointer: &str) -> Result<(), Problem> {
    if items.len() <= max {
        return Ok(());
    }
    Err(invalid_field(pointer, format!("there are {} items; at most {max} are taken", items.len())))
}

fn texts<T: Into<String>>(items: Vec<T>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}

fn tags(tags: Vec<Tag>) -> Result<Vec<String>, Problem> {
    check_len(&tags, TAGS_MAX, "/tags")?;
    let mut kept: Vec<String> = Vec::with_capacity(tags.len());
    for tag in texts(tags) {
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    Ok(kept)
}

fn options(options: Vec<OptionJson>) -> Result<Vec<ProductOption>, Problem> {
    check_len(&options, OPTIONS_MAX, "/options")?;
    let read = options.into_iter().enumerate().map(|(index, it)| {
        check_len(&it.values, OPTION_VALUES_MAX, &format!("/options/{index}/values"))?;
        Ok(ProductOption { name: it.name.into(), values: texts(it.values) })
    });
    read.collect()
}

pub(crate) fn check_translations(translations: Translations) -> Result<Translations, Problem> {
    if translations.len() > TRANSLATIONS_MAX {
        let detail = format!("at most {TRANSLATIONS_MAX} languages are taken");
        return Err(invalid_field("/translations", detail));
    }
    Ok(translations)
}

fn categories(names: Vec<HandleOrId>) -> Result<Vec<String>, Problem> {
    check_len(&names, CATEGORIES_MAX, "/categories")?;
    Ok(texts(names))
}

fn given(values: FieldValues) -> FieldChanges {
    values.into_iter().map(|(handle, value)| (handle, Some(value))).collect()
}

fn choices(options: BTreeMap<String, Name>) -> Choices {
    options.into_iter().map(|(name, value)| (name, value.into())).collect()
}

fn position(position: Option<u32>, at: &str) -> Result<Option<i32>, Problem> {
    match position {
        Some(place) if place > POSITION_MAX => {
            Err(invalid_field(format!("{at}/position"), format!("is at most {POSITION_MAX}")))
        }
        place => Ok(place.map(u32::cast_signed)),
    }
}

/// What doesn't fit into goods that are sent.
fn check_numbers(weight_g: u32, backorder_max: u64, at: &str) -> Result<(), Problem> {
    if weight_g > WEIGHT_G_MAX {
        return Err(invalid_field(format!("{at}/weight_g"), format!("is at most {WEIGHT_G_MAX}")));
    }
    if backorder_max > BACKORDER_MAX {
        let detail = format!("is at most {BACKORDER_MAX}");
        return Err(invalid_field(format!("{at}/backorder_max"), detail));
    }
    Ok(())
}

/// The prices of one currency, of which the first is that of a single piece.
pub(super) fn tiers(amount: Price, more: &[TierJson], at: &str) -> Result<Tiers, Problem> {
    let wrong = more.iter().position(|it| !(2..=QUANTITY_MAX).contains(&it.min_quantity));
    if let Some(index) = wrong {
        let detail = format!("is from 2 to {QUANTITY_MAX}");
        return Err(invalid_field(format!("{at}/tiers/{index}/min_quantity"), detail));
    }
    let mut all = vec![(1, amount.amount())];
    all.extend(more.iter().map(|it| (it.min_quantity, it.amount.amount())));
    Tiers::try_new(all).ok_or_else(|| {
        let detail = format!("at most {} tiers, each from a quantity of its own", TIERS_MAX - 1);
        invalid_field(format!("{at}/tiers"), detail)
    })
}

impl CreateProduct {
    pub(crate) fn read(self, ids: &Ids) -> Result<NewProduct, Problem> {
        check_len(&self.variants, VARIANTS_MAX, "/variants")?;
        if self.variants.is_empty() {
            return Err(invalid_field("/variants", "a product has one variant or more"));
        }
        let variants = self.variants.into_iter().enumerate();
        let variants = variants.map(|(index, it)| {
            let id = VariantId::from_u128(ids.get(index + 1));
            it.read(id, &format!("/variants/{index}"))
        });
        let new = NewProduct {
            id: ProductId::from_u128(ids.get(0)),
            handle: handle(self.handle)?,
            status: self.status,
            title: self.title.into(),
            description: self.description.into(),
            vendor: self.vendor.map(String::from),
            tags: tags(self.tags)?,
            tax_class: self.tax_class.into(),
            options: options(self.options)?,
            translations: check_translations(self.translations)?,
            categories: categories(self.categories)?,
            custom_fields: given(self.custom_fields),
            variants: variants.collect::<Result<_, _>>()?,
        };
        let mut skus: Vec<&str> = new.variants.iter().map(|it| it.sku.as_str()).collect();
        skus.sort_unstable();
        if let Some(pair) = skus.windows(2).find(|pair| pair[0] == pair[1]) {
            let detail = format!("two variants have the SKU {}", pair[0]);
            return Err(invalid_field("/variants", detail));
        }
        let all = new.variants.iter().map(|it| (&it.options, true));
        check_options(&new.options, all).map_err(|misfit| match misfit.variant {
            Some(index) => invalid_field(format!("/variants/{index}/options"), misfit.detail),
            None => invalid_field("/options", misfit.detail),
        })?;
        Ok(new)
    }
}

impl CreateVariant {
    /// `at` is where it stands in the body.
    pub(super) fn read(self, id: VariantId, at: &str) -> Result<NewVariant, Problem> {
        check_numbers(self.weight_g, self.backorder_max, at)?;
        check_len(&self.prices, CURRENCIES_MAX, &format!("{at}/prices"))?;
        let mut prices = BTreeMap::new();
        for (index, it) in self.prices.into_iter().enumerate() {
            let at = format!("{at}/prices/{index}");
            let tiers = tiers(it.amount, &it.tiers, &at)?;
            if prices.insert(it.currency, tiers).is_some() {
                return Err(invalid_field(format!("{at}/currency"), "is there twice"));
            }
        }
        Ok(NewVariant {
            id,
            sku: self.sku.into(),
            title: self.title.map(String::from),
            options: choices(self.options),
            custom_fields: given(self.custom_fields),
            position: position(self.position, at)?,
            barcode: self.barcode.map(String::from),
            weight_g: self.weight_g,
            needs_shipping: self.needs_shipping,
            tracks_stock: self.tracks_stock,
            backorder_max: self.backorder_max,
            available_from: self.available_from,
            is_active: true,
            prices,
        })
    }
}

impl PatchProduct {
    pub(super) fn read(self) -> Result<ProductPatch, Problem> {
        Ok(ProductPatch {
            handle: self.handle.map(handle).transpose()?,
            status: self.status,
            title: self.title.map(String::from),
            description: self.description.map(String::from),
            vendor: self.vendor.map(|vendor| vendor.map(String::from)),
            tags: self.tags.map(tags).transpose()?,
            tax_class: self.tax_class.map(String::from),
            options: self.options.map(options).transpose()?,
            translations: self.translations.map(check_translations).transpose()?,
            categories: self.categories.map(categories).transpose()?,
            custom_fields: self.custom_fields,
        })
    }
}

impl PatchVariant {
    pub(super) fn read(self) -> Result<VariantPatch, Problem> {
        check_numbers(self.weight_g.unwrap_or(0), self.backorder_max.unwrap_or(0), "")?;
        Ok(VariantPatch {
            title: self.title.map(|title| title.map(String::from)),
            options: self.options.map(choices),
            custom_fields: self.custom_fields,
            position: position(self.position, "")?,
            barcode: self.barcode.map(|barcode| barcode.map(String::from)),
            weight_g: self.weight_g,
            needs_shipping: self.needs_shipping,
            tracks_stock: self.tracks_stock,
            backorder_max: self.backorder_max,
            available_from: self.available_from,
            is_active: self.is_active,
        })
    }
}
