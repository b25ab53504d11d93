//! Making and changing collections.

use deadpool_postgres::Transaction;
use identity::Actor;
use kernel::audit::{self, NewEntry};
use kernel::http::IfMatch;
use serde_json::{Value, json};

use super::{COLLECTIONS_MAX, Collection, CollectionPatch, CollectionRules, store};
use crate::categories;
use crate::error::{Result, ShopError};
use crate::ids::{CollectionId, ProductId};
use crate::products::changes;
use crate::shop::Shop;

impl Shop {
    /// Collections by handle, after one.
    pub(crate) async fn collections(&self, after: &str, limit: i64) -> Result<Vec<Collection>> {
        store::list(&self.database.client().await?, after, limit).await
    }

    /// A collection by its id or handle.
    pub(crate) async fn collection(&self, name: &str) -> Result<Collection> {
        let client = self.database.client().await?;
        let found = store::named(&client, &[name.to_owned()]).await?;
        found.into_iter().next().ok_or(ShopError::CollectionNotFound)
    }

    /// Makes a collection. One with this id that is there is the first answer to the same request.
    pub(crate) async fn create_collection(
        &self,
        actor: &Actor,
        new: Collection,
    ) -> Result<Collection> {
        self.check_rules(new.rules.as_ref()).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if let Some(made) = store::lock(&tx, new.id).await? {
            return Ok(made);
        }
        if store::count(&tx).await? >= COLLECTIONS_MAX {
            return Err(ShopError::CollectionsTooMany);
        }
        store::insert(&tx, &new).await?;
        let data = json!({ "handle": new.handle });
        self.record_collection(&tx, actor, "shop.collection.created", new.id, data).await?;
        tx.commit().await?;
        Ok(new)
    }

    pub(crate) async fn update_collection(
        &self,
        actor: &Actor,
        id: CollectionId,
        expected: &IfMatch,
        patch: CollectionPatch,
    ) -> Result<Collection> {
        self.check_rules(patch.rules.as_ref()).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut collection = lock(&tx, id).await?;
        if !expected.allows(collection.version) {
            return Err(ShopError::VersionChanged);
        }
        if patch.rules.is_some() && collection.rules.is_none() {
            return Err(ShopError::CollectionByHand);
        }
        patch.apply(&mut collection);
        collection.version += 1;
        collection.updated_at = self.clock.now();
        store::update(&tx, &collection).await?;
        let data = json!({ "handle": collection.handle });
        self.record_collection(&tx, actor, "shop.collection.updated", id, data).await?;
        tx.commit().await?;
        Ok(collection)
    }

    pub(crate) async fn delete_collection(&self, actor: &Actor, id: CollectionId) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let collection = lock(&tx, id).await?;
        let products = store::delete(&tx, id).await?;
        changes::tell_in_tx(&tx, &*self.clock, &products).await?;
        let data = json!({ "handle": collection.handle });
        self.record_collection(&tx, actor, "shop.collection.deleted", id, data).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Chooses products for a collection. Those that are chosen already stay so.
    pub(crate) async fn choose_products(
        &self,
        actor: &Actor,
        id: CollectionId,
        products: &[ProductId],
    ) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if lock(&tx, id).await?.rules.is_some() {
            return Err(ShopError::CollectionHasRules);
        }
        let new = store::put_products(&tx, id, products).await?;
        changes::tell_in_tx(&tx, &*self.clock, &new).await?;
        let data = json!({ "products": new });
        self.record_collection(&tx, actor, "shop.collection.products_added", id, data).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a product out of a collection. Repeating it is harmless.
    pub(crate) async fn unchoose_product(
        &self,
        actor: &Actor,
        id: CollectionId,
        product: ProductId,
    ) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        lock(&tx, id).await?;
        if store::remove_product(&tx, id, product).await? {
            changes::tell_in_tx(&tx, &*self.clock, &[product]).await?;
            let data = json!({ "product": product });
            let action = "shop.collection.product_removed";
            self.record_collection(&tx, actor, action, id, data).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// What rules name is there.
    async fn check_rules(&self, rules: Option<&CollectionRules>) -> Result<()> {
        let Some(rules) = rules else { return Ok(()) };
        if let Some(price) = &rules.price {
            self.books.currency(&price.currency).await?;
        }
        let names: Vec<String> = rules.categories.iter().map(ToString::to_string).collect();
        let found = categories::store::named(&self.database.client().await?, &names).await?;
        match found.iter().position(Option::is_none) {
            Some(missing) => Err(ShopError::CategoryUnknown(names[missing].clone())),
            None => Ok(()),
        }
    }

    async fn record_collection(
        &self,
        tx: &Transaction<'_>,
        actor: &Actor,
        action: &'static str,
        id: CollectionId,
        data: Value,
    ) -> Result<()> {
        let entry = NewEntry::new(actor.audit(), action).object(id).data(data);
        Ok(audit::record_in_tx(tx, &*self.clock, &[entry]).await?)
    }
}

async fn lock(tx: &Transaction<'_>, id: CollectionId) -> Result<Collection> {
    store::lock(tx, id).await?.ok_or(ShopError::CollectionNotFound)
}
