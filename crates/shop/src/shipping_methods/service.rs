//! Opening and changing ways of shipping.

use deadpool_postgres::Transaction;
use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit::{self, NewEntry};
use kernel::http::IfMatch;
use serde_json::json;

use super::{ShippingMethodPatch, store};
use crate::error::{Result, ShopError};
use crate::ids::ShippingMethodId;
use crate::pricing::ShippingMethod;
use crate::rules;
use crate::shop::Shop;

impl Shop {
    /// All for staff; what is offered, for everybody else.
    pub(crate) async fn shipping_methods(
        &self,
        actor: Option<&Actor>,
    ) -> Result<Vec<ShippingMethod>> {
        let is_staff = actor.is_some_and(|it| it.permissions.has(Permission::CatalogueWrite));
        let mut all = store::list(&self.database.client().await?).await?;
        all.retain(|it| it.is_active || is_staff);
        Ok(all)
    }

    pub(crate) async fn create_shipping_method(
        &self,
        actor: &Actor,
        new: ShippingMethod,
    ) -> Result<ShippingMethod, Problem> {
        actor.require(Permission::CatalogueWrite)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        self.write_shipping_method(&tx, actor, &new).await?;
        tx.commit().await?;
        Ok(new)
    }

    pub(crate) async fn update_shipping_method(
        &self,
        actor: &Actor,
        id: ShippingMethodId,
        patch: ShippingMethodPatch,
        expected: &IfMatch,
    ) -> Result<ShippingMethod, Problem> {
        actor.require(Permission::CatalogueWrite)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = store::lock_in_tx(&tx, id).await?.ok_or(ShopError::ShippingMethodNotFound)?;
        if !expected.allows(found.version) {
            return Err(ShopError::VersionChanged.into());
        }
        let changed = patch.applied_to(found);
        self.write_shipping_method(&tx, actor, &changed).await?;
        tx.commit().await?;
        Ok(changed)
    }

    async fn write_shipping_method(
        &self,
        tx: &Transaction<'_>,
        actor: &Actor,
        it: &ShippingMethod,
    ) -> Result<()> {
        if !store::put_in_tx(tx, it, self.clock.now()).await? {
            return Err(ShopError::ShippingMethodTaken);
        }
        rules::store::changed_in_tx(tx).await?;
        let entry = NewEntry::new(actor.audit(), "shop.shipping_method.changed").object(it.id);
        let entry = entry.data(json!({ "handle": it.handle, "is_active": it.is_active }));
        Ok(audit::record_in_tx(tx, &*self.clock, &[entry]).await?)
    }
}
