//! Making, changing and finding products.

mod prices;
mod put;
mod variants;

pub(crate) use put::{Put, PutProduct, PutVariant};
pub(crate) use variants::{NewVariant, VariantPatch};

use deadpool_postgres::{Object, Transaction};
use identity::{Actor, UserId};
use kernel::Timestamp;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::IfMatch;
use serde_json::{Value, json};
use uuid::Uuid;

use super::past_prices::{LOOKED_BACK, PastPrice, lowest_before};
use super::{
    Misfit, Product, ProductOption, ProductStatus, Translations, Variant, changes, check_options,
    store,
};
use crate::availability::Availability;
use crate::callers::Viewer;
use crate::custom_fields::{self, FieldChanges, FieldSubject, FieldValues, Filled, check_in_tx};
use crate::error::{Result, ShopError};
use crate::ids::{CategoryId, ProductId, VariantId};
use crate::price_lists::{self, Listed};
use crate::shop::Shop;
use crate::{categories, images};

/// A product to make.
#[derive(Clone, Debug)]
pub(crate) struct NewProduct {
    pub(crate) id: ProductId,
    pub(crate) handle: String,
    pub(crate) status: ProductStatus,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) vendor: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) tax_class: String,
    pub(crate) options: Vec<ProductOption>,
    pub(crate) translations: Translations,
    /// By id or handle.
    pub(crate) categories: Vec<String>,
    pub(crate) custom_fields: FieldChanges,
    pub(crate) variants: Vec<NewVariant>,
}

/// What to change; `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProductPatch {
    pub(crate) handle: Option<String>,
    pub(crate) status: Option<ProductStatus>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) vendor: Option<Option<String>>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) tax_class: Option<String>,
    pub(crate) options: Option<Vec<ProductOption>>,
    pub(crate) translations: Option<Translations>,
    /// By id or handle.
    pub(crate) categories: Option<Vec<String>>,
    pub(crate) custom_fields: FieldChanges,
}

/// What was asked for: an id, or a name in addresses.
#[derive(Clone, Debug)]
pub(crate) enum ProductKey {
    Id(ProductId),
    Handle(String),
}

impl NewProduct {
    /// The values of it and its variants, with where they stand.
    fn filled(&mut self) -> Vec<Filled<'_>> {
        let (subject, at) = (FieldSubject::Product, String::new());
        let mut all = vec![Filled { subject, at, values: &mut self.custom_fields }];
        all.extend(self.variants.iter_mut().enumerate().map(|(index, it)| {
            let (subject, at) = (FieldSubject::Variant, format!("/variants/{index}"));
            Filled { subject, at, values: &mut it.custom_fields }
        }));
        all
    }

    fn into_product(self, categories: Vec<CategoryId>, now: Timestamp) -> Product {
        let variants = self.variants.into_iter().enumerate();
        let variants: Vec<Variant> =
            variants.map(|(index, it)| it.into_variant(index, now)).collect();
        let mut made = Product {
            id: self.id,
            handle: self.handle,
            status: self.status,
            title: self.title,
            description: self.description,
            vendor: self.vendor,
            tags: self.tags,
            tax_class: self.tax_class,
            options: self.options,
            translations: self.translations,
            custom_fields: FieldValues::new(),
            version: 1,
            created_at: now,
            updated_at: now,
            variants,
            images: Vec::new(),
            categories,
            availability: Availability::OutOfStock,
        };
        custom_fields::apply(&mut made.custom_fields, self.custom_fields);
        made.availability = made.best_availability();
        made
    }
}

impl ProductPatch {
    fn filled(&mut self) -> Filled<'_> {
        let (subject, at) = (FieldSubject::Product, String::new());
        Filled { subject, at, values: &mut self.custom_fields }
    }

    fn apply(self, product: &mut Product) {
        fn set<T>(place: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *place = new;
            }
        }
        set(&mut product.handle, self.handle);
        set(&mut product.status, self.status);
        set(&mut product.title, self.title);
        set(&mut product.description, self.description);
        set(&mut product.vendor, self.vendor);
        set(&mut product.tags, self.tags);
        set(&mut product.tax_class, self.tax_class);
        set(&mut product.options, self.options);
        set(&mut product.translations, self.translations);
        custom_fields::apply(&mut product.custom_fields, self.custom_fields);
    }
}

impl Product {
    /// What its prices have to be shown beside.
    fn learn_past(&mut self, past: &[PastPrice], listed: &[Listed], now: Timestamp) {
        for variant in &mut self.variants {
            for currency in variant.prices.keys() {
                let Some(public) = variant.public_price(listed, currency) else { continue };
                let is_own = |it: &&PastPrice| it.variant == variant.id && it.currency == *currency;
                let own: Vec<PastPrice> = past.iter().filter(is_own).cloned().collect();
                let own = price_lists::up_to_date(own, public, now);
                let own: Vec<&PastPrice> = own.iter().collect();
                if let Some(lowest) = lowest_before(&own, now) {
                    variant.lowest_before.insert(currency.clone(), lowest);
                }
            }
        }
    }

    fn check_options(&self) -> Result<(), Misfit> {
        check_options(&self.options, self.variants.iter().map(|it| (&it.options, it.is_active)))
    }
}

pub(super) fn misfit(misfit: Misfit) -> ShopError {
    ShopError::OptionsMismatch(misfit.detail)
}

/// A product with its pictures, what it cost before, and what lists say of it to somebody.
async fn read_product(
    client: Object,
    key: &ProductKey,
    now: Timestamp,
    user: Option<UserId>,
) -> Result<Option<(Product, Vec<PastPrice>, Vec<Listed>)>> {
    let found = match key {
        ProductKey::Id(id) => store::get(&client, *id).await?,
        ProductKey::Handle(handle) => store::by_handle(&client, handle).await?,
    };
    let Some(mut product) = found else { return Ok(None) };
    // What ended earlier is too old, also for a price that has just not become old.
    let since = now.saturating_sub(LOOKED_BACK * 2);
    let variants: Vec<Uuid> = product.variants.iter().map(|it| it.id.as_uuid()).collect();
    let (past, listed, images) = tokio::try_join!(
        store::past_prices(&client, &variants, since),
        price_lists::store::listed(&client, &variants, now, user),
        images::store::of_product(&client, product.id),
    )?;
    product.images = images;
    Ok(Some((product, past, listed)))
}

impl Shop {
    /// Makes a product with all that belongs to it. One with this id that is there is the first
    /// answer to the same request.
    pub(crate) async fn create_product(&self, actor: &Actor, new: NewProduct) -> Result<Product> {
        let categories = self.category_ids(&new.categories).await?;
        let codes = new.variants.iter().flat_map(|it| it.prices.keys()).collect();
        self.check_currencies(codes).await?;
        let mut client = self.database.client().await?;
        if let Some(made) = store::get(&client, new.id).await? {
            return Ok(made);
        }
        let tx = client.transaction().await?;
        let product = self.create_product_in_tx(&tx, actor.audit(), new, categories).await?;
        tx.commit().await?;
        Ok(product)
    }

    /// Makes a product whose currencies are known.
    pub(crate) async fn create_product_in_tx(
        &self,
        tx: &Transaction<'_>,
        actor: AuditActor,
        mut new: NewProduct,
        categories: Vec<CategoryId>,
    ) -> Result<Product> {
        check_in_tx(tx, &mut new.filled()).await?;
        let product = new.into_product(categories, self.clock.now());
        product.check_options().map_err(misfit)?;
        store::insert(tx, &product).await?;
        categories::store::put_product(tx, product.id, &product.categories).await?;
        let skus: Vec<&str> = product.variants.iter().map(|it| it.sku.as_str()).collect();
        let data = json!({ "handle": product.handle, "skus": skus });
        self.record(tx, actor, "shop.product.created", product.id, data).await?;
        Ok(product)
    }

    /// A product, by either of its names. Drafts and what is archived are there for staff, who see
    /// the prices that are written; others see those that hold for them.
    pub(crate) async fn product(&self, key: &ProductKey, viewer: &Viewer) -> Result<Product> {
        let is_staff = viewer.is_staff();
        let (now, user) = (self.clock.now(), viewer.0.and_then(|actor| actor.user()));
        let read = |client| read_product(client, key, now, user);
        let read = self.read_catalogue(is_staff, read).await?;
        let is_shown = |it: &Product| is_staff || it.status == ProductStatus::Active;
        let read = read.filter(|(product, ..)| is_shown(product));
        let (mut product, past, listed) = read.ok_or(ShopError::ProductNotFound)?;
        product.learn_past(&past, &listed, now);
        if !is_staff {
            product.variants.iter_mut().for_each(|it| it.apply_lists(&listed));
        }
        Ok(product)
    }

    pub(crate) async fn update_product(
        &self,
        actor: &Actor,
        id: ProductId,
        expected: &IfMatch,
        mut patch: ProductPatch,
    ) -> Result<Product> {
        let categories = match patch.categories.take() {
            Some(names) => Some(self.category_ids(&names).await?),
            None => None,
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, id, expected).await?;
        check_in_tx(&tx, &mut [patch.filled()]).await?;
        let before = (product.handle.clone(), product.status);
        patch.apply(&mut product);
        product.check_options().map_err(misfit)?;
        if let Some(categories) = categories {
            categories::store::put_product(&tx, id, &categories).await?;
            product.categories = categories;
        }
        let data = json!({
            "before": { "handle": before.0, "status": before.1 },
            "after": { "handle": product.handle, "status": product.status },
        });
        self.save_product(&tx, actor, &mut product, "shop.product.updated", data).await?;
        tx.commit().await?;
        Ok(product)
    }

    /// Takes a product out of the shop. Orders that name it keep it. Repeating it is harmless.
    pub(crate) async fn archive_product(&self, actor: &Actor, id: ProductId) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, id, &IfMatch::Any).await?;
        if product.status == ProductStatus::Archived {
            return Ok(());
        }
        product.status = ProductStatus::Archived;
        let data = json!({ "handle": product.handle });
        self.save_product(&tx, actor, &mut product, "shop.product.archived", data).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn lock_product(
        &self,
        tx: &Transaction<'_>,
        id: ProductId,
        expected: &IfMatch,
    ) -> Result<Product> {
        let product = store::lock(tx, id).await?.ok_or(ShopError::ProductNotFound)?;
        if expected.allows(product.version) { Ok(product) } else { Err(ShopError::VersionChanged) }
    }

    /// Writes a product that is held, as its next version.
    pub(crate) async fn save_product(
        &self,
        tx: &Transaction<'_>,
        actor: &Actor,
        product: &mut Product,
        action: &'static str,
        data: Value,
    ) -> Result<()> {
        self.save_as(tx, actor.audit(), product, action, data).await
    }

    /// The same for whoever isn't a caller.
    async fn save_as(
        &self,
        tx: &Transaction<'_>,
        actor: AuditActor,
        product: &mut Product,
        action: &'static str,
        data: Value,
    ) -> Result<()> {
        product.version += 1;
        product.availability = product.best_availability();
        product.updated_at = self.clock.now();
        store::update(tx, product).await?;
        self.record(tx, actor, action, product.id, data).await
    }

    /// Who did it, and that whoever keeps something of the product has to look at it again.
    async fn record(
        &self,
        tx: &Transaction<'_>,
        actor: AuditActor,
        action: &'static str,
        id: ProductId,
        data: Value,
    ) -> Result<()> {
        let entry = NewEntry::new(actor, action).object(id).data(data);
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        changes::tell_in_tx(tx, &*self.clock, &[id]).await?;
        Ok(())
    }

    /// The categories with these ids or handles, each once.
    pub(crate) async fn category_ids(&self, names: &[String]) -> Result<Vec<CategoryId>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let found = categories::store::named(&self.database.client().await?, names).await?;
        let known = names
            .iter()
            .zip(found)
            .map(|(name, id)| id.ok_or_else(|| ShopError::CategoryUnknown(name.clone())));
        let mut ids: Vec<CategoryId> = known.collect::<Result<_>>()?;
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// All of these are money.
    pub(crate) async fn check_currencies(&self, mut codes: Vec<&String>) -> Result<()> {
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            self.books.currency(code).await?;
        }
        Ok(())
    }
}

/// The variant, which belongs to the product that is held.
pub(super) fn variant_index(product: &Product, id: VariantId) -> Result<usize> {
    let found = product.variants.iter().position(|it| it.id == id);
    found.ok_or(ShopError::VariantNotFound)
}
