//! Collections: products that are shown together, chosen by hand or by what they have in common.
//! What follows from rules is stored nowhere: whoever looks for a collection looks for its rules,
//! so a change of them holds at once, however many products there are.

pub(crate) mod http;
mod service;
pub(crate) mod store;

use kernel::{Amount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{CategoryId, CollectionId};
use crate::products::Translations;
use crate::products::fields::{Name, Price, Tag};

pub(crate) const COLLECTIONS_MAX: i64 = 1_000;
/// Values of one rule.
pub(crate) const VALUES_MAX: usize = 50;
/// Products that are put in at once.
pub(crate) const PRODUCTS_MAX: usize = 200;

/// Products that are shown together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Collection {
    pub(crate) id: CollectionId,
    pub(crate) handle: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) translations: Translations,
    /// `None`: chosen by hand.
    pub(crate) rules: Option<CollectionRules>,
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// What the products of a collection have in common: all of these that are given; of the values of
/// one, any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CollectionRules {
    #[schema(max_items = 50)]
    pub(crate) tags: Vec<Tag>,
    #[schema(max_items = 50)]
    pub(crate) vendors: Vec<Name>,
    /// What is below them counts, too.
    #[schema(max_items = 50)]
    pub(crate) categories: Vec<CategoryId>,
    /// What the cheapest variant costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<PriceRule>,
}

/// Between which prices the cheapest variant is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceRule {
    #[schema(example = "EUR", min_length = 1, max_length = 64)]
    pub(crate) currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<Price>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<Price>,
}

/// What to change; `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct CollectionPatch {
    pub(crate) handle: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) translations: Option<Translations>,
    pub(crate) rules: Option<CollectionRules>,
}

impl CollectionRules {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl PriceRule {
    /// The bounds as numbers that can be compared.
    pub(crate) fn bounds(&self) -> (u64, u64) {
        let number = |price: Price| u64::try_from(Amount::from(price).get()).unwrap_or(u64::MAX);
        (self.min.map_or(0, number), self.max.map_or(u64::MAX, number))
    }
}

impl CollectionPatch {
    pub(crate) fn apply(self, collection: &mut Collection) {
        fn set<T>(place: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *place = new;
            }
        }
        set(&mut collection.handle, self.handle);
        set(&mut collection.title, self.title);
        set(&mut collection.description, self.description);
        set(&mut collection.translations, self.translations);
        set(&mut collection.rules, self.rules.map(Some));
    }
}
