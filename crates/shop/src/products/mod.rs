//! Products: what the shop shows, and their variants, which are what is sold. A variant is counted
//! by the ledger as an asset of its own; here stands what it is called and what it costs.
//!
//! A product is changed as a whole: whoever changes it, a variant or a price holds its row, and
//! each change adds one to its version, which is the ETag of all of them. Nothing that may have
//! been sold is ever removed: products are archived, variants are no longer sold.

pub(crate) mod cards;
pub(crate) mod changes;
pub(crate) mod fields;
pub(crate) mod http;
pub(crate) mod jobs;
pub(crate) mod past_prices;
pub(crate) mod sellable;
mod service;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kernel::{Amount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::availability::Availability;
use crate::custom_fields::FieldValues;
use crate::ids::{CategoryId, ProductId, VariantId};
use crate::images::Image;
use crate::products::fields::{Language, Text, Title};

pub(crate) use http::check_translations;
pub(crate) use sellable::Sellable;
pub(crate) use service::{
    NewProduct, NewVariant, ProductPatch, Put, PutProduct, PutVariant, VariantPatch,
};

pub(crate) const OPTIONS_MAX: usize = 3;
pub(crate) const OPTION_VALUES_MAX: usize = 250;
pub(crate) const VARIANTS_MAX: usize = 250;
pub(crate) const TAGS_MAX: usize = 50;
pub(crate) const TRANSLATIONS_MAX: usize = 50;
/// Categories that a product is in.
pub(crate) const CATEGORIES_MAX: usize = 20;
/// Currencies in which a variant has a price.
pub(crate) const CURRENCIES_MAX: usize = 20;
/// Quantities from which on a piece costs something else.
pub(crate) const TIERS_MAX: usize = 20;

/// Goods that weigh more than a tonne are no parcel.
pub(crate) const WEIGHT_G_MAX: u32 = 1_000_000;
pub(crate) const BACKORDER_MAX: u64 = 1_000_000_000;
pub(crate) const POSITION_MAX: u32 = 1_000_000;
/// The largest quantity from which on a piece costs something else.
pub(crate) const QUANTITY_MAX: u32 = 1_000_000;

/// Whether a product is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProductStatus {
    /// Staff sees it.
    Draft,
    /// Everybody sees it.
    Active,
    /// It is no longer sold; staff sees it.
    Archived,
}

/// Something in which variants differ, and what there is of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProductOption {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

/// A product's texts in another language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Translation {
    /// Left out or null: as it stands in the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<Title>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<Text>,
}

pub(crate) type Translations = BTreeMap<Language, Translation>;

/// By option.
pub(crate) type Choices = BTreeMap<String, String>;

/// What the shop shows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Product {
    pub(crate) id: ProductId,
    pub(crate) handle: String,
    pub(crate) status: ProductStatus,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) vendor: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) tax_class: String,
    pub(crate) options: Vec<ProductOption>,
    pub(crate) translations: Translations,
    pub(crate) custom_fields: FieldValues,
    /// That of the variant that can be had best.
    pub(crate) availability: Availability,
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) categories: Vec<CategoryId>,
    /// In the order in which they are shown; only where they are asked for.
    pub(crate) images: Vec<Image>,
    /// By position.
    pub(crate) variants: Vec<Variant>,
}

/// What is sold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Variant {
    pub(crate) id: VariantId,
    pub(crate) sku: String,
    /// What the ledger counts it as.
    pub(crate) asset: String,
    pub(crate) title: Option<String>,
    pub(crate) options: Choices,
    pub(crate) custom_fields: FieldValues,
    pub(crate) position: i32,
    pub(crate) barcode: Option<String>,
    pub(crate) weight_g: u32,
    pub(crate) needs_shipping: bool,
    pub(crate) tracks_stock: bool,
    pub(crate) backorder_max: u64,
    pub(crate) available_from: Option<Timestamp>,
    pub(crate) is_active: bool,
    pub(crate) availability: Availability,
    /// By currency.
    pub(crate) prices: BTreeMap<String, Tiers>,
    /// What one piece cost at least before it became cheaper, by currency; only where it is asked
    /// for.
    pub(crate) lowest_before: BTreeMap<String, Amount>,
    /// What one piece costs apart from price lists, if that is more; only where lists are applied.
    pub(crate) compare_at: BTreeMap<String, Amount>,
}

/// What one piece costs from which quantity on, the smallest first; the first is from one on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tiers(pub(crate) Vec<(u32, Amount)>);

/// Why options and variants don't fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// The variant, if it is about one.
    pub(crate) variant: Option<usize>,
    pub(crate) detail: String,
}

impl ProductStatus {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Draft, Self::Active, Self::Archived].into_iter().find(|it| it.as_str() == name)
    }
}

impl Tiers {
    /// Puts them in order. `None`: none is from one piece on, or two are from the same quantity.
    pub(crate) fn try_new(mut tiers: Vec<(u32, Amount)>) -> Option<Self> {
        tiers.sort_unstable_by_key(|(from, _)| *from);
        let is_fine = tiers.first().is_some_and(|(from, _)| *from == 1)
            && tiers.windows(2).all(|pair| pair[0].0 < pair[1].0)
            && tiers.len() <= TIERS_MAX;
        is_fine.then_some(Self(tiers))
    }

    /// What a single piece costs.
    pub(crate) fn one(&self) -> Option<Amount> {
        self.0.first().map(|(_, amount)| *amount)
    }
}

impl Product {
    pub(crate) fn variant(&self, id: VariantId) -> Option<&Variant> {
        self.variants.iter().find(|it| it.id == id)
    }

    /// What follows from its variants.
    pub(crate) fn best_availability(&self) -> Availability {
        let active = self.variants.iter().filter(|it| it.is_active);
        active.map(|it| it.availability).max().unwrap_or(Availability::OutOfStock)
    }
}

/// Checks that options are named once, and that every variant has a value of each of them, in a
/// combination of its own. Of those that are no longer sold there may be several of a combination.
pub(crate) fn check_options<'a>(
    options: &[ProductOption],
    variants: impl Iterator<Item = (&'a Choices, bool)>,
) -> Result<(), Misfit> {
    let general = |detail: &str| Err(Misfit { variant: None, detail: detail.to_owned() });
    let mut names: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return general("two options have the same name");
    }
    for option in options {
        let mut values: Vec<&String> = option.values.iter().collect();
        values.sort_unstable();
        if values.is_empty() || values.windows(2).any(|pair| pair[0] == pair[1]) {
            return general("an option has one value or more, each once");
        }
    }
    let mut taken: Vec<&Choices> = Vec::new();
    for (index, (choices, is_active)) in variants.enumerate() {
        let misfit = |detail: String| Err(Misfit { variant: Some(index), detail });
        for option in options {
            match choices.get(&option.name) {
                Some(value) if option.values.contains(value) => {}
                Some(value) => {
                    return misfit(format!("{value} is none of the values of {}", option.name));
                }
                None => return misfit(format!("a value of {} is missing", option.name)),
            }
        }
        if choices.len() > options.len() {
            return misfit("it has an option that the product has not".to_owned());
        }
        if is_active && taken.contains(&choices) {
            return misfit("another variant has the same options".to_owned());
        }
        if is_active {
            taken.push(choices);
        }
    }
    Ok(())
}
