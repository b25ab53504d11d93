//! Finding products: by words, filters and order, with counts beside the filters.
//!
//! What is found comes from an index in this process (`index`), which holds nothing but ids and
//! what it needs to find them: what is shown always comes from the database. It follows the
//! changes that products tell of (`feed`), in order; where it is missing or of another version, it
//! is built anew, and the database answers meanwhile as well as it can.

pub(crate) mod documents;
pub(crate) mod feed;
pub(crate) mod http;
mod index;
pub(crate) mod parameters;
mod service;
mod store;

pub(crate) use index::main_language;
pub(crate) use service::Search;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::availability::Availability;
use crate::collections::CollectionRules;

/// In which order products are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Sort {
    Relevance,
    #[default]
    Newest,
    /// The cheapest first, by its cheapest variant.
    Price,
    PriceDown,
    Title,
}

/// What somebody looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    pub(crate) words: Option<String>,
    pub(crate) filters: Filters,
    pub(crate) sort: Sort,
    /// In which prices are compared.
    pub(crate) currency: String,
    /// Of the one who asks.
    pub(crate) language: String,
}

/// All must hold; of the values of one, any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Filters {
    /// Each with those above it, so that a product is found in all of them.
    pub(crate) categories: Vec<Uuid>,
    pub(crate) collections: Vec<Chosen>,
    pub(crate) tags: Vec<String>,
    pub(crate) vendors: Vec<String>,
    pub(crate) availability: Vec<Availability>,
    /// By name.
    pub(crate) options: Vec<(String, Vec<String>)>,
    /// Custom fields by key.
    pub(crate) fields: Vec<(String, Vec<String>)>,
    /// The price of the cheapest variant.
    pub(crate) price_min: Option<u64>,
    pub(crate) price_max: Option<u64>,
}

/// The products of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Chosen {
    ByHand(Uuid),
    ByRules(CollectionRules),
}

/// The place behind which a page goes on: what it is ordered by, and the product there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Place {
    /// The bits of a score; of an order by numbers, the number.
    #[serde(rename = "k")]
    Key(u64, Uuid),
    #[serde(rename = "t")]
    Title(String, Uuid),
}

/// A product that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) id: Uuid,
    pub(crate) place: Place,
}

/// How many products have each value of something, of those that are found without its own filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facets {
    pub(crate) total: u64,
    pub(crate) categories: Vec<(Uuid, u64)>,
    pub(crate) tags: Vec<(String, u64)>,
    pub(crate) vendors: Vec<(String, u64)>,
    pub(crate) availability: Vec<(String, u64)>,
    /// By name and value.
    pub(crate) options: Vec<(String, String, u64)>,
    /// By key and value.
    pub(crate) fields: Vec<(String, String, u64)>,
    /// The lowest and the highest price.
    pub(crate) prices: Option<(u64, u64)>,
}

/// What the index knows of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) id: Uuid,
    pub(crate) created_at: i64,
    pub(crate) title: String,
    /// The texts by language; those of the product's row under the shop's own.
    pub(crate) texts: Vec<(String, String, String)>,
    pub(crate) tags: Vec<String>,
    pub(crate) vendor: Option<String>,
    pub(crate) skus: Vec<String>,
    pub(crate) options: Vec<(String, String)>,
    pub(crate) fields: Vec<(String, String)>,
    /// The price of the cheapest variant, by currency.
    pub(crate) prices: Vec<(String, u64)>,
    pub(crate) availability: Option<Availability>,
    pub(crate) categories: Vec<Uuid>,
    pub(crate) collections: Vec<Uuid>,
}

impl Filters {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Chosen {
    pub(crate) const fn by_hand(&self) -> Option<Uuid> {
        match self {
            Self::ByHand(id) => Some(*id),
            Self::ByRules(_) => None,
        }
    }
}

impl Asked {
    /// Whether the database lists this as fast as an index.
    pub(crate) fn is_plain(&self) -> bool {
        self.words.is_none() && self.filters.is_empty() && self.sort == Sort::Newest
    }
}

/// The place of a product in the order of time. Moments before 1970 come first.
pub(crate) fn newest_place(at: Timestamp, id: Uuid) -> Place {
    Place::Key(at.as_micros().cast_unsigned() ^ (1 << 63), id)
}
