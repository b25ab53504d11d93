//! Opening and changing locations.

use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit::{self, NewEntry};
use kernel::http::IfMatch;
use serde_json::json;

use super::{Location, LocationPatch, store};
use crate::error::ShopError;
use crate::ids::LocationId;
use crate::rules;
use crate::shop::Shop;

impl Shop {
    pub(crate) async fn locations(&self, actor: &Actor) -> Result<Vec<Location>, Problem> {
        actor.require(Permission::StockRead)?;
        Ok(store::list(&self.database.client().await?).await?)
    }

    pub(crate) async fn create_location(
        &self,
        actor: &Actor,
        new: Location,
    ) -> Result<Location, Problem> {
        actor.require(Permission::StockWrite)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if !store::insert(&tx, &new).await? {
            return Err(ShopError::LocationTaken.into());
        }
        rules::store::changed_in_tx(&tx).await?;
        let entry = NewEntry::new(actor.audit(), "shop.location.created").object(new.id);
        let entry = entry.data(json!({ "handle": new.handle, "title": new.title }));
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        Ok(new)
    }

    pub(crate) async fn update_location(
        &self,
        actor: &Actor,
        id: LocationId,
        patch: LocationPatch,
        expected: &IfMatch,
    ) -> Result<Location, Problem> {
        actor.require(Permission::StockWrite)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = store::lock_in_tx(&tx, id).await?.ok_or(ShopError::LocationNotFound)?;
        if !expected.allows(found.version) {
            return Err(ShopError::VersionChanged.into());
        }
        let changed = patch.applied_to(found);
        store::update_in_tx(&tx, &changed).await?;
        rules::store::changed_in_tx(&tx).await?;
        let entry = NewEntry::new(actor.audit(), "shop.location.changed").object(id);
        let entry = entry.data(json!({ "title": changed.title, "is_active": changed.is_active }));
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        Ok(changed)
    }
}
