//! Making and changing variants.

use std::collections::BTreeMap;

use identity::Actor;
use kernel::Timestamp;
use kernel::bus;
use kernel::http::IfMatch;
use serde_json::json;

use super::{misfit, variant_index};
use crate::availability::{Availability, Terms};
use crate::books::goods;
use crate::custom_fields::{self, FieldChanges, FieldSubject, FieldValues, Filled, check_in_tx};
use crate::error::{Result, ShopError};
use crate::ids::{ProductId, VariantId};
use crate::products::{Choices, Tiers, VARIANTS_MAX, Variant, jobs, store};
use crate::shop::Shop;

/// A variant to make.
#[derive(Clone, Debug)]
pub(crate) struct NewVariant {
    pub(crate) id: VariantId,
    pub(crate) sku: String,
    pub(crate) title: Option<String>,
    pub(crate) options: Choices,
    pub(crate) custom_fields: FieldChanges,
    /// Behind the others, if it isn't said.
    pub(crate) position: Option<i32>,
    pub(crate) barcode: Option<String>,
    pub(crate) weight_g: u32,
    pub(crate) needs_shipping: bool,
    pub(crate) tracks_stock: bool,
    pub(crate) backorder_max: u64,
    pub(crate) available_from: Option<Timestamp>,
    pub(crate) is_active: bool,
    pub(crate) prices: BTreeMap<String, Tiers>,
}

/// What to change; `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct VariantPatch {
    pub(crate) title: Option<Option<String>>,
    pub(crate) options: Option<Choices>,
    pub(crate) custom_fields: FieldChanges,
    pub(crate) position: Option<i32>,
    pub(crate) barcode: Option<Option<String>>,
    pub(crate) weight_g: Option<u32>,
    pub(crate) needs_shipping: Option<bool>,
    pub(crate) tracks_stock: Option<bool>,
    pub(crate) backorder_max: Option<u64>,
    pub(crate) available_from: Option<Option<Timestamp>>,
    pub(crate) is_active: Option<bool>,
}

impl NewVariant {
    /// None of it is there yet.
    pub(super) fn into_variant(self, place: usize, now: Timestamp) -> Variant {
        let behind = i32::try_from(place).unwrap_or(i32::MAX);
        let terms = Terms { tracks_stock: self.tracks_stock, available_from: self.available_from };
        let mut custom_fields = FieldValues::new();
        custom_fields::apply(&mut custom_fields, self.custom_fields);
        Variant {
            availability: Availability::of(terms, 0, u128::from(self.backorder_max), now),
            id: self.id,
            asset: goods::asset_code(&self.sku, self.id),
            sku: self.sku,
            title: self.title,
            options: self.options,
            custom_fields,
            position: self.position.unwrap_or(behind),
            barcode: self.barcode,
            weight_g: self.weight_g,
            needs_shipping: self.needs_shipping,
            tracks_stock: self.tracks_stock,
            backorder_max: self.backorder_max,
            available_from: self.available_from,
            is_active: self.is_active,
            prices: self.prices,
            lowest_before: BTreeMap::new(),
            compare_at: BTreeMap::new(),
        }
    }
}

impl VariantPatch {
    pub(super) fn apply(self, variant: &mut Variant) {
        fn set<T>(place: &mut T, new: Option<T>) {
            if let Some(new) = new {
                *place = new;
            }
        }
        set(&mut variant.title, self.title);
        set(&mut variant.options, self.options);
        custom_fields::apply(&mut variant.custom_fields, self.custom_fields);
        set(&mut variant.position, self.position);
        set(&mut variant.barcode, self.barcode);
        set(&mut variant.weight_g, self.weight_g);
        set(&mut variant.needs_shipping, self.needs_shipping);
        set(&mut variant.tracks_stock, self.tracks_stock);
        set(&mut variant.backorder_max, self.backorder_max);
        set(&mut variant.available_from, self.available_from);
        set(&mut variant.is_active, self.is_active);
    }
}

/// The values of one variant in a body of its own.
fn filled(values: &mut FieldChanges) -> Filled<'_> {
    Filled { subject: FieldSubject::Variant, at: String::new(), values }
}

impl Shop {
    /// Adds a variant; answers with it and the product's new version.
    pub(crate) async fn create_variant(
        &self,
        actor: &Actor,
        product: ProductId,
        mut new: NewVariant,
    ) -> Result<(Variant, u32)> {
        self.check_currencies(new.prices.keys().collect()).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, product, &IfMatch::Any).await?;
        if let Some(made) = product.variant(new.id) {
            return Ok((made.clone(), product.version));
        }
        if product.variants.len() >= VARIANTS_MAX {
            return Err(ShopError::VariantsTooMany);
        }
        check_in_tx(&tx, &mut [filled(&mut new.custom_fields)]).await?;
        let last = product.variants.iter().map(|it| it.position).max();
        let next = last.map_or(0, |last| usize::try_from(last).unwrap_or(0).saturating_add(1));
        let variant = new.into_variant(next, self.clock.now());
        product.variants.push(variant.clone());
        product.check_options().map_err(misfit)?;
        let now = self.clock.now();
        store::insert_variants(&tx, product.id, std::slice::from_ref(&variant), now).await?;
        let data = json!({ "variant": variant.id, "sku": variant.sku });
        self.save_product(&tx, actor, &mut product, "shop.variant.created", data).await?;
        tx.commit().await?;
        Ok((variant, product.version))
    }

    pub(crate) async fn update_variant(
        &self,
        actor: &Actor,
        (product, variant): (ProductId, VariantId),
        expected: &IfMatch,
        mut patch: VariantPatch,
    ) -> Result<(Variant, u32)> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, product, expected).await?;
        let index = variant_index(&product, variant)?;
        check_in_tx(&tx, &mut [filled(&mut patch.custom_fields)]).await?;
        patch.apply(&mut product.variants[index]);
        product.check_options().map_err(misfit)?;
        let changed = product.variants[index].clone();
        store::update_variant(&tx, &changed).await?;
        bus::enqueue_in_tx(&tx, &*self.clock, &[jobs::follow(variant)]).await?;
        let data = json!({ "variant": variant, "sku": changed.sku });
        self.save_product(&tx, actor, &mut product, "shop.variant.updated", data).await?;
        tx.commit().await?;
        Ok((changed, product.version))
    }

    /// Sells a variant no longer. Orders that name it keep it. Repeating it is harmless.
    pub(crate) async fn retire_variant(
        &self,
        actor: &Actor,
        (product, variant): (ProductId, VariantId),
    ) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut product = self.lock_product(&tx, product, &IfMatch::Any).await?;
        let index = variant_index(&product, variant)?;
        if !product.variants[index].is_active {
            return Ok(());
        }
        product.variants[index].is_active = false;
        store::update_variant(&tx, &product.variants[index]).await?;
        let data = json!({ "variant": variant, "sku": product.variants[index].sku });
        self.save_product(&tx, actor, &mut product, "shop.variant.retired", data).await?;
        tx.commit().await?;
        Ok(())
    }
}
