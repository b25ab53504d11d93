//! Telling that products have changed: events with positions without gaps, from which whoever
//! keeps something that follows from products (the search index) goes on.

use deadpool_postgres::Transaction;
use kernel::bus::{self, NewEvent};
use kernel::{Clock, DatabaseError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::ProductId;

/// Whose events they are: apart from the shop's, because nobody but its own readers needs them.
pub(crate) const CONTEXT: &str = "catalogue";
const KIND: &str = "shop.products.changed";

/// Which products.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Changed {
    pub(crate) ids: Vec<Uuid>,
}

/// Tells it if and when `tx` commits.
pub(crate) async fn tell_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    products: &[ProductId],
) -> Result<(), DatabaseError> {
    const PER_EVENT: usize = 500;
    let event = |ids: &[ProductId]| {
        let ids = ids.iter().map(|id| id.as_uuid()).collect();
        NewEvent::new(CONTEXT, KIND, None, Changed { ids })
    };
    let events: Vec<NewEvent> = products.chunks(PER_EVENT).map(event).collect();
    bus::publish_in_tx(tx, clock, &events).await
}
