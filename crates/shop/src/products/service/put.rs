//! Bringing a product to what a file says of it: it is made if there is none with the handle, and
//! variants are known by their SKUs. What the file doesn't name stays, also variants.

use std::collections::BTreeMap;

use deadpool_postgres::Transaction;
use kernel::audit::AuditActor;
use kernel::{Timestamp, bus};
use serde_json::json;

use super::{NewProduct, ProductPatch, misfit};
use crate::categories;
use crate::custom_fields::{FieldChanges, FieldSubject, Filled, check_in_tx};
use crate::error::{Result, ShopError};
use crate::ids::{CategoryId, ProductId, VariantId};
use crate::products::fields::{Language, Text, Title};
use crate::products::service::variants::{NewVariant, VariantPatch};
use crate::products::{
    CURRENCIES_MAX, Choices, Product, ProductOption, ProductStatus, Tiers, Translation,
    Translations, VARIANTS_MAX, jobs, store,
};
use crate::shop::Shop;

/// What is to be of a product; `None` leaves what is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PutProduct {
    pub(crate) handle: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) status: Option<ProductStatus>,
    pub(crate) vendor: Option<Option<String>>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) tax_class: Option<String>,
    /// By id or handle.
    pub(crate) categories: Option<Vec<String>>,
    pub(crate) translations: BTreeMap<Language, PutTexts>,
    pub(crate) custom_fields: FieldChanges,
}

/// What is to be of texts in another language.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PutTexts {
    pub(crate) title: Option<Option<Title>>,
    pub(crate) description: Option<Option<Text>>,
}

/// What is to be of a variant; `None` leaves what is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PutVariant {
    pub(crate) sku: String,
    pub(crate) title: Option<Option<String>>,
    /// Names and values, in order.
    pub(crate) options: Option<Vec<(Option<String>, Option<String>)>>,
    pub(crate) position: Option<i32>,
    pub(crate) barcode: Option<Option<String>>,
    pub(crate) weight_g: Option<u32>,
    pub(crate) needs_shipping: Option<bool>,
    pub(crate) tracks_stock: Option<bool>,
    pub(crate) backorder_max: Option<u64>,
    pub(crate) available_from: Option<Option<Timestamp>>,
    pub(crate) is_active: Option<bool>,
    pub(crate) custom_fields: FieldChanges,
    pub(crate) prices: BTreeMap<String, Option<Tiers>>,
}

/// What became of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    Created,
    Changed,
    Unchanged,
}

impl PutVariant {
    fn choices(&self) -> Option<Choices> {
        let options = self.options.as_ref()?.iter();
        Some(options.filter_map(|(name, value)| name.clone().zip(value.clone())).collect())
    }

    fn into_new(self, place: usize) -> NewVariant {
        NewVariant {
            id: VariantId::generate(),
            options: self.choices().unwrap_or_default(),
            position: self.position.or_else(|| i32::try_from(place).ok()),
            sku: self.sku,
            title: self.title.flatten(),
            custom_fields: self.custom_fields,
            barcode: self.barcode.flatten(),
            weight_g: self.weight_g.unwrap_or(0),
            needs_shipping: self.needs_shipping.unwrap_or(true),
            tracks_stock: self.tracks_stock.unwrap_or(true),
            backorder_max: self.backorder_max.unwrap_or(0),
            available_from: self.available_from.flatten(),
            is_active: self.is_active.unwrap_or(true),
            prices: self.prices.into_iter().filter_map(|(code, it)| Some((code, it?))).collect(),
        }
    }

    fn patch(&self) -> VariantPatch {
        VariantPatch {
            title: self.title.clone(),
            options: self.choices(),
            custom_fields: self.custom_fields.clone(),
            position: self.position,
            barcode: self.barcode.clone(),
            weight_g: self.weight_g,
            needs_shipping: self.needs_shipping,
            tracks_stock: self.tracks_stock,
            backorder_max: self.backorder_max,
            available_from: self.available_from,
            is_active: self.is_active,
        }
    }
}

/// The options that variants name, behind the values that there are already.
fn options(known: &[ProductOption], variants: &[PutVariant]) -> Option<Vec<ProductOption>> {
    let named = variants.iter().find_map(|it| it.options.as_ref())?.iter();
    let names = named.filter_map(|(name, _)| name.clone());
    let values = |name: String| {
        let known = known.iter().find(|it| it.name == name);
        let mut values = known.map(|it| it.values.clone()).unwrap_or_default();
        for it in variants {
            let value = it.choices().and_then(|mut choices| choices.remove(&name));
            values.extend(value.filter(|value| !values.contains(value)));
        }
        ProductOption { name, values }
    };
    Some(names.map(values).collect())
}

fn translated(known: &Translations, put: BTreeMap<Language, PutTexts>) -> Translations {
    let mut all = known.clone();
    for (language, texts) in put {
        let it = all.entry(language).or_default();
        it.title = texts.title.unwrap_or_else(|| it.title.clone());
        it.description = texts.description.unwrap_or_else(|| it.description.clone());
    }
    all.retain(|_, it| *it != Translation::default());
    all
}

/// Checks the values of a product and its variants, which get their one form.
async fn fill_in_tx(
    tx: &Transaction<'_>,
    put: &mut PutProduct,
    variants: &mut [PutVariant],
) -> Result<()> {
    let (subject, at) = (FieldSubject::Product, String::new());
    let mut all = vec![Filled { subject, at, values: &mut put.custom_fields }];
    all.extend(variants.iter_mut().enumerate().map(|(index, it)| {
        let (subject, at) = (FieldSubject::Variant, format!("/variants/{index}"));
        Filled { subject, at, values: &mut it.custom_fields }
    }));
    check_in_tx(tx, &mut all).await
}

async fn category_ids_in_tx(tx: &Transaction<'_>, names: &[String]) -> Result<Vec<CategoryId>> {
    let found = categories::store::named(tx, names).await?;
    let named = names.iter().zip(found);
    let known = named.map(|(name, id)| id.ok_or_else(|| ShopError::CategoryUnknown(name.clone())));
    let mut ids: Vec<CategoryId> = known.collect::<Result<_>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

impl Shop {
    /// Makes or changes a product with these variants, of which each SKU is there once. Answers
    /// with what became of each of them.
    pub(crate) async fn put_product_in_tx(
        &self,
        tx: &Transaction<'_>,
        mut put: PutProduct,
        mut variants: Vec<PutVariant>,
    ) -> Result<Vec<Put>> {
        let codes = variants.iter().flat_map(|it| &it.prices).filter(|(_, it)| it.is_some());
        self.check_currencies(codes.map(|(code, _)| code).collect()).await?;
        fill_in_tx(tx, &mut put, &mut variants).await?;
        let Some(known) = store::by_handle(tx, &put.handle).await? else {
            let count = variants.len();
            self.make_in_tx(tx, put, variants).await?;
            return Ok(vec![Put::Created; count]);
        };
        let product = store::lock(tx, known.id).await?.ok_or(ShopError::ProductNotFound)?;
        self.change_in_tx(tx, product, put, variants).await
    }

    async fn make_in_tx(
        &self,
        tx: &Transaction<'_>,
        put: PutProduct,
        variants: Vec<PutVariant>,
    ) -> Result<()> {
        if variants.len() > VARIANTS_MAX {
            return Err(ShopError::VariantsTooMany);
        }
        let categories = category_ids_in_tx(tx, put.categories.as_deref().unwrap_or(&[])).await?;
        let new = NewProduct {
            id: ProductId::generate(),
            handle: put.handle,
            status: put.status.unwrap_or(ProductStatus::Draft),
            title: put.title.ok_or(ShopError::TitleMissing)?,
            description: put.description.unwrap_or_default(),
            vendor: put.vendor.flatten(),
            tags: put.tags.unwrap_or_default(),
            tax_class: put.tax_class.unwrap_or_else(|| "standard".to_owned()),
            options: options(&[], &variants).unwrap_or_default(),
            translations: translated(&Translations::new(), put.translations),
            categories: Vec::new(),
            custom_fields: put.custom_fields,
            variants: variants.into_iter().enumerate().map(|(at, it)| it.into_new(at)).collect(),
        };
        self.create_product_in_tx(tx, AuditActor::System, new, categories).await?;
        Ok(())
    }

    async fn change_in_tx(
        &self,
        tx: &Transaction<'_>,
        before: Product,
        put: PutProduct,
        variants: Vec<PutVariant>,
    ) -> Result<Vec<Put>> {
        let mut product = before.clone();
        let patch = ProductPatch {
            status: put.status,
            title: put.title,
            description: put.description,
            vendor: put.vendor,
            tags: put.tags,
            tax_class: put.tax_class,
            options: options(&before.options, &variants),
            translations: Some(translated(&before.translations, put.translations)),
            custom_fields: put.custom_fields,
            ..ProductPatch::default()
        };
        patch.apply(&mut product);
        if let Some(names) = put.categories {
            product.categories = category_ids_in_tx(tx, &names).await?;
        }
        let is_other = product != before;
        if product.categories != before.categories {
            categories::store::put_product(tx, product.id, &product.categories).await?;
        }
        let results = self.put_variants_in_tx(tx, &mut product, variants).await?;
        if !is_other && results.iter().all(|it| *it == Put::Unchanged) {
            return Ok(results);
        }
        let data = json!({ "handle": product.handle });
        self.save_as(tx, AuditActor::System, &mut product, "shop.product.imported", data).await?;
        let shown = |it| if is_other && it == Put::Unchanged { Put::Changed } else { it };
        Ok(results.into_iter().map(shown).collect())
    }

    async fn put_variants_in_tx(
        &self,
        tx: &Transaction<'_>,
        product: &mut Product,
        variants: Vec<PutVariant>,
    ) -> Result<Vec<Put>> {
        let now = self.clock.now();
        let mut results = Vec::with_capacity(variants.len());
        let (mut added, mut changed) = (Vec::new(), Vec::new());
        for put in variants {
            let Some(index) = product.variants.iter().position(|it| it.sku == put.sku) else {
                let last = product.variants.iter().map(|it| it.position).max().unwrap_or(-1);
                let place = usize::try_from(last.saturating_add(1)).unwrap_or(0);
                added.push(product.variants.len());
                product.variants.push(put.into_new(place).into_variant(place, now));
                results.push(Put::Created);
                continue;
            };
            let before = product.variants[index].clone();
            let variant = &mut product.variants[index];
            put.patch().apply(variant);
            for (currency, tiers) in put.prices {
                match tiers {
                    Some(tiers) => drop(variant.prices.insert(currency, tiers)),
                    None => drop(variant.prices.remove(&currency)),
                }
            }
            let is_other = *variant != before;
            results.push(if is_other { Put::Changed } else { Put::Unchanged });
            if is_other {
                changed.push((index, before));
            }
        }
        self.check_sizes(product)?;
        for (index, before) in changed {
            self.write_variant_in_tx(tx, &product.variants[index], &before, now).await?;
        }
        let added: Vec<_> = added.into_iter().map(|at| product.variants[at].clone()).collect();
        if !added.is_empty() {
            store::insert_variants(tx, product.id, &added, now).await?;
        }
        Ok(results)
    }

    fn check_sizes(&self, product: &Product) -> Result<()> {
        if product.variants.len() > VARIANTS_MAX {
            return Err(ShopError::VariantsTooMany);
        }
        if product.variants.iter().any(|it| it.prices.len() > CURRENCIES_MAX) {
            return Err(ShopError::CurrenciesTooMany);
        }
        product.check_options().map_err(misfit)
    }

    /// A variant whose row or prices are others than before.
    async fn write_variant_in_tx(
        &self,
        tx: &Transaction<'_>,
        variant: &crate::products::Variant,
        before: &crate::products::Variant,
        now: Timestamp,
    ) -> Result<()> {
        store::update_variant(tx, variant).await?;
        bus::enqueue_in_tx(tx, &*self.clock, &[jobs::follow(variant.id)]).await?;
        let mut codes: Vec<&String> = variant.prices.keys().chain(before.prices.keys()).collect();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            let tiers = variant.prices.get(code);
            if tiers != before.prices.get(code) {
                store::put_prices(tx, variant.id, code, tiers, now).await?;
            }
        }
        Ok(())
    }
}
