//! Locations: where stock lies, and from where orders are sent.

pub(crate) mod http;
mod service;
pub(crate) mod store;

use kernel::{Database, Timestamp};

use crate::error::Result;
use crate::ids::LocationId;
use crate::rules;

/// Where everything lies until somebody says otherwise.
pub(crate) const MAIN: &str = "main";

/// A place with stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) id: LocationId,
    /// Part of the addresses of its accounts; never changes.
    pub(crate) handle: String,
    pub(crate) title: String,
    /// ISO 3166-1, two letters.
    pub(crate) country: Option<String>,
    /// The lower, the earlier orders are sent from here.
    pub(crate) priority: i32,
    pub(crate) is_active: bool,
    pub(crate) version: u32,
    pub(crate) created_at: Timestamp,
}

/// A change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct LocationPatch {
    pub(crate) title: Option<String>,
    pub(crate) country: Option<Option<String>>,
    pub(crate) priority: Option<i32>,
    pub(crate) is_active: Option<bool>,
}

impl LocationPatch {
    fn applied_to(self, it: Location) -> Location {
        Location {
            title: self.title.unwrap_or(it.title),
            country: self.country.unwrap_or(it.country),
            priority: self.priority.unwrap_or(it.priority),
            is_active: self.is_active.unwrap_or(it.is_active),
            version: it.version + 1,
            ..it
        }
    }
}

/// Makes sure that there is a place for stock.
pub(crate) async fn ensure_main(database: &Database, now: Timestamp) -> Result<()> {
    let location = Location {
        id: LocationId::generate(),
        handle: MAIN.to_owned(),
        title: "Main warehouse".to_owned(),
        country: None,
        priority: 0,
        is_active: true,
        version: 1,
        created_at: now,
    };
    let mut client = database.client().await?;
    let tx = client.transaction().await?;
    if store::insert(&tx, &location).await? {
        rules::store::changed_in_tx(&tx).await?;
    }
    Ok(tx.commit().await?)
}
