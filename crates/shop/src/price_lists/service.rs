//! Making and changing price lists.

use deadpool_postgres::Transaction;
use hashbrown::HashMap;
use identity::Actor;
use kernel::Timestamp;
use kernel::audit::{self, NewEntry};
use kernel::bus::{self, NewJob};
use kernel::http::IfMatch;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{LISTS_MAX, ListedPrices, PriceList, PriceListPatch, jobs, store};
use crate::error::{Result, ShopError};
use crate::ids::{PriceListId, ProductId, VariantId};
use crate::products::changes;
use crate::shop::Shop;

/// Variants whose prices turn in one transaction.
const CHUNK: i64 = 500;

fn shown(it: &PriceList) -> Value {
    json!({ "title": it.title, "currency": it.currency, "customer_group": it.customer_group,
        "from": it.from, "until": it.until, "is_active": it.is_active })
}

impl Shop {
    pub(crate) async fn price_lists(
        &self,
        after: Option<PriceListId>,
        limit: i64,
    ) -> Result<Vec<PriceList>> {
        store::page(&self.database.client().await?, after, limit).await
    }

    pub(crate) async fn price_list(&self, id: PriceListId) -> Result<PriceList> {
        let found = store::get(&self.database.client().await?, id).await?;
        found.ok_or(ShopError::PriceListNotFound)
    }

    /// What a list says of variants behind a SKU.
    pub(crate) async fn listed_prices(
        &self,
        id: PriceListId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ListedPrices>> {
        let client = self.database.client().await?;
        store::get(&client, id).await?.ok_or(ShopError::PriceListNotFound)?;
        store::prices(&client, id, after, limit).await
    }

    /// Makes a list. One with this id that is there is the first answer to the same request.
    pub(crate) async fn create_price_list(
        &self,
        actor: &Actor,
        new: PriceList,
    ) -> Result<PriceList> {
        self.books.currency(&new.currency).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if let Some(made) = store::lock_in_tx(&tx, new.id).await? {
            return Ok(made);
        }
        if store::count(&tx).await? >= LISTS_MAX {
            return Err(ShopError::PriceListsTooMany);
        }
        self.write_list(&tx, actor, "shop.price_list.created", &new).await?;
        tx.commit().await?;
        Ok(new)
    }

    pub(crate) async fn update_price_list(
        &self,
        actor: &Actor,
        id: PriceListId,
        expected: &IfMatch,
        patch: PriceListPatch,
    ) -> Result<PriceList> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut list = store::lock_in_tx(&tx, id).await?.ok_or(ShopError::PriceListNotFound)?;
        if !expected.allows(list.version) {
            return Err(ShopError::VersionChanged);
        }
        patch.apply(&mut list);
        list.version += 1;
        list.updated_at = self.clock.now();
        self.write_list(&tx, actor, "shop.price_list.updated", &list).await?;
        let turn = jobs::turn_now(id, self.clock.now());
        bus::enqueue_in_tx(&tx, &*self.clock, &[turn]).await?;
        tx.commit().await?;
        Ok(list)
    }

    /// Writes a list, and what is to be done when it begins and ends.
    async fn write_list(
        &self,
        tx: &Transaction<'_>,
        actor: &Actor,
        action: &'static str,
        it: &PriceList,
    ) -> Result<()> {
        if !it.has_time() {
            return Err(ShopError::PriceListTimes);
        }
        store::put_in_tx(tx, it).await?;
        let turns = it.turns(self.clock.now()).into_iter().map(|at| jobs::turn_at(it.id, at));
        let turns: Vec<NewJob> = turns.collect();
        bus::enqueue_in_tx(tx, &*self.clock, &turns).await?;
        let entry = NewEntry::new(actor.audit(), action).object(it.id).data(shown(it));
        Ok(audit::record_in_tx(tx, &*self.clock, &[entry]).await?)
    }

    /// Replaces what variants cost in a list; those without a price leave it.
    pub(crate) async fn set_listed_prices(
        &self,
        actor: &Actor,
        id: PriceListId,
        prices: Vec<ListedPrices>,
    ) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::lock_in_tx(&tx, id).await?.ok_or(ShopError::PriceListNotFound)?;
        let skus: Vec<&str> = prices.iter().map(|it| it.sku.as_str()).collect();
        let known = store::variants_named(&tx, &skus).await?;
        let data = json!({ "skus": skus });
        let found: HashMap<&str, (VariantId, ProductId)> =
            known.iter().map(|(sku, id, product)| (sku.as_str(), (*id, *product))).collect();
        let mut changed = Vec::with_capacity(prices.len());
        let mut touched = Vec::with_capacity(prices.len());
        for it in &prices {
            let (variant, product) =
                *found.get(it.sku.as_str()).ok_or_else(|| ShopError::SkuUnknown(it.sku.clone()))?;
            changed.push((variant, it.tiers.clone()));
            touched.push((variant, product));
        }
        store::put_prices_in_tx(&tx, id, &changed).await?;
        let now = self.clock.now();
        self.write_prices_down(&tx, &touched, now).await?;
        let entry = NewEntry::new(actor.audit(), "shop.price_list.priced").object(id).data(data);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes down what variants cost everybody now, and tells of those of which it has changed.
    async fn write_prices_down(
        &self,
        tx: &Transaction<'_>,
        variants: &[(VariantId, ProductId)],
        since: Timestamp,
    ) -> Result<()> {
        let mut products: Vec<ProductId> = variants.iter().map(|(_, product)| *product).collect();
        products.sort_unstable();
        products.dedup();
        store::lock_products_in_tx(tx, &products).await?;
        let ids: Vec<Uuid> = variants.iter().map(|(variant, _)| variant.as_uuid()).collect();
        let now = self.clock.now();
        let changed = store::write_down_in_tx(tx, &ids, now, since.min(now)).await?;
        if !changed.is_empty() {
            store::add_version_in_tx(tx, &changed).await?;
            changes::tell_in_tx(tx, &*self.clock, &changed).await?;
        }
        Ok(())
    }

    /// All variants of a list, some at a time. Doing it again is harmless.
    pub(super) async fn turn_prices(&self, list: PriceListId, at: Timestamp) -> Result<()> {
        let mut client = self.database.client().await?;
        let mut after = Uuid::nil();
        loop {
            let tx = client.transaction().await?;
            let variants = store::variants_after(&tx, list, after, CHUNK).await?;
            let Some((last, _)) = variants.last() else { return Ok(()) };
            after = last.as_uuid();
            self.write_prices_down(&tx, &variants, at).await?;
            tx.commit().await?;
        }
    }
}
