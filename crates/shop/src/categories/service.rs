//! Making, moving and finding categories.

use deadpool_postgres::Transaction;
use hashbrown::HashMap;
use identity::Actor;
use kernel::audit::{self, NewEntry};
use kernel::http::IfMatch;
use serde_json::json;

use super::{CATEGORIES_MAX, Category, CategoryPatch, in_order, is_tree, store};
use crate::error::{Result, ShopError};
use crate::ids::CategoryId;
use crate::products::changes;
use crate::shop::Shop;

impl Shop {
    /// The whole tree, each category before those below it.
    pub(crate) async fn categories(&self, is_staff: bool) -> Result<Vec<Category>> {
        let all = |client| async move { store::all(&client).await };
        Ok(in_order(self.read_catalogue(is_staff, all).await?))
    }

    /// A category by its id or handle.
    pub(crate) async fn category(&self, name: &str, is_staff: bool) -> Result<Category> {
        let get = |client| async move { store::get(&client, name.parse().ok(), name).await };
        let found = self.read_catalogue(is_staff, get).await?;
        found.ok_or(ShopError::CategoryNotFound)
    }

    /// Makes a category. One with this id that is there is the first answer to the same request.
    pub(crate) async fn create_category(&self, actor: &Actor, new: Category) -> Result<Category> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::lock(&tx).await?;
        let all = store::all(&tx).await?;
        if let Some(made) = all.iter().find(|it| it.id == new.id) {
            return Ok(made.clone());
        }
        if all.len() >= CATEGORIES_MAX {
            return Err(ShopError::CategoriesTooMany);
        }
        check_place(&all, &new)?;
        store::insert(&tx, &new).await?;
        self.record_category(&tx, actor, "shop.category.created", &new).await?;
        tx.commit().await?;
        Ok(new)
    }

    pub(crate) async fn update_category(
        &self,
        actor: &Actor,
        id: CategoryId,
        expected: &IfMatch,
        patch: CategoryPatch,
    ) -> Result<Category> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::lock(&tx).await?;
        let all = store::all(&tx).await?;
        let known = all.iter().find(|it| it.id == id).ok_or(ShopError::CategoryNotFound)?;
        if !expected.allows(known.version) {
            return Err(ShopError::VersionChanged);
        }
        let (mut category, parent) = (known.clone(), known.parent);
        patch.apply(&mut category);
        category.version += 1;
        category.updated_at = self.clock.now();
        check_place(&all, &category)?;
        store::update(&tx, &category).await?;
        if category.parent != parent {
            let products = store::products_below(&tx, id).await?;
            changes::tell_in_tx(&tx, &*self.clock, &products).await?;
        }
        self.record_category(&tx, actor, "shop.category.updated", &category).await?;
        tx.commit().await?;
        Ok(category)
    }

    /// Removes a category that has none below it. Its products stay.
    pub(crate) async fn delete_category(&self, actor: &Actor, id: CategoryId) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::lock(&tx).await?;
        let all = store::all(&tx).await?;
        let category = all.iter().find(|it| it.id == id).ok_or(ShopError::CategoryNotFound)?;
        if all.iter().any(|it| it.parent == Some(id)) {
            return Err(ShopError::CategoryHasChildren);
        }
        let products = store::products_below(&tx, id).await?;
        store::delete(&tx, id).await?;
        changes::tell_in_tx(&tx, &*self.clock, &products).await?;
        self.record_category(&tx, actor, "shop.category.deleted", category).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn record_category(
        &self,
        tx: &Transaction<'_>,
        actor: &Actor,
        action: &'static str,
        it: &Category,
    ) -> Result<()> {
        let entry = NewEntry::new(actor.audit(), action).object(it.id);
        let entry = entry.data(json!({ "handle": it.handle, "parent": it.parent }));
        Ok(audit::record_in_tx(tx, &*self.clock, &[entry]).await?)
    }
}

/// The tree with this category is still one.
fn check_place(all: &[Category], category: &Category) -> Result<()> {
    let mut parents: HashMap<CategoryId, Option<CategoryId>> =
        all.iter().map(|it| (it.id, it.parent)).collect();
    if category.parent.is_some_and(|parent| !parents.contains_key(&parent)) {
        return Err(ShopError::CategoryMisplaced);
    }
    parents.insert(category.id, category.parent);
    if is_tree(&parents) { Ok(()) } else { Err(ShopError::CategoryMisplaced) }
}
