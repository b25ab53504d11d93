//! Making and changing promotions.

use deadpool_postgres::Transaction;
use identity::{Actor, Permission};
use kernel::Problem;
use kernel::audit::{self, NewEntry};
use kernel::http::IfMatch;
use serde_json::json;

use super::{PromotionPatch, store};
use crate::error::{Result, ShopError};
use crate::ids::PromotionId;
use crate::pricing::Promotion;
use crate::rules;
use crate::shop::Shop;

impl Shop {
    pub(crate) async fn promotions(
        &self,
        actor: &Actor,
        after: Option<PromotionId>,
        limit: i64,
    ) -> Result<Vec<Promotion>, Problem> {
        actor.require(Permission::CatalogueWrite)?;
        Ok(store::list(&self.database.client().await?, after, limit).await?)
    }

    /// A promotion, and how often it was used.
    pub(crate) async fn promotion(
        &self,
        actor: &Actor,
        id: PromotionId,
    ) -> Result<(Promotion, u64), Problem> {
        actor.require(Permission::CatalogueWrite)?;
        let found = store::one(&self.database.client().await?, id).await?;
        let promotion = found.ok_or(ShopError::PromotionNotFound)?;
        let used = self.books.used(id).await?;
        Ok((promotion, used))
    }

    pub(crate) async fn create_promotion(
        &self,
        actor: &Actor,
        new: Promotion,
    ) -> Result<Promotion, Problem> {
        actor.require(Permission::CatalogueWrite)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        self.write_promotion(&tx, actor, &new).await?;
        tx.commit().await?;
        Ok(new)
    }

    pub(crate) async fn update_promotion(
        &self,
        actor: &Actor,
        id: PromotionId,
        patch: PromotionPatch,
        expected: &IfMatch,
    ) -> Result<(Promotion, u64), Problem> {
        actor.require(Permission::CatalogueWrite)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let found = store::lock_in_tx(&tx, id).await?.ok_or(ShopError::PromotionNotFound)?;
        if !expected.allows(found.version) {
            return Err(ShopError::VersionChanged.into());
        }
        let changed = patch.applied_to(found);
        self.write_promotion(&tx, actor, &changed).await?;
        tx.commit().await?;
        drop(client);
        self.books.limit_uses(&changed).await?;
        let used = self.books.used(id).await?;
        Ok((changed, used))
    }

    async fn write_promotion(
        &self,
        tx: &Transaction<'_>,
        actor: &Actor,
        it: &Promotion,
    ) -> Result<()> {
        if !store::put_in_tx(tx, it, self.clock.now()).await? {
            return Err(ShopError::PromotionCodeTaken);
        }
        rules::store::changed_in_tx(tx).await?;
        let entry = NewEntry::new(actor.audit(), "shop.promotion.changed").object(it.id);
        let entry =
            entry.data(json!({ "title": it.title, "code": it.code, "is_active": it.is_active }));
        Ok(audit::record_in_tx(tx, &*self.clock, &[entry]).await?)
    }
}
