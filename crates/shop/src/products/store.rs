//! SQL of products, their variants and prices.

use std::collections::BTreeMap;

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::{Statements as _, constraint};
use kernel::{Amount, Timestamp};
use serde::Deserialize;
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::cards::{Card, Fresh};
use super::past_prices::PastPrice;
use super::{Choices, Product, ProductOption, ProductStatus, Tiers, Translations, Variant};
use crate::availability::Availability;
use crate::custom_fields::FieldValues;
use crate::error::{Result, ShopError};
use crate::ids::{ProductId, VariantId};
use crate::price_lists;

/// Of a variant `v` of a product `p`: what it is called beside the product, or else in what it
/// differs from its other variants.
pub(crate) const VARIANT_TITLE: &str = "coalesce(v.title, \
    (select string_agg(v.options ->> (o.it ->> 'name'), ' / ' order by o.place) \
     from jsonb_array_elements(p.options) with ordinality o (it, place)))";

const COLUMNS: &str = "p.id, p.handle, p.status, p.title, p.description, p.vendor, p.tags, \
    p.tax_class, p.options, p.translations, p.custom_fields, p.version, p.created_at, p.updated_at, \
    p.availability, \
    array(select c.category_id from shop.category_products c \
          where c.product_id = p.id order by c.category_id)";

/// A product's variants with their prices, in one snapshot with the product. Amounts are texts,
/// because JSON's numbers aren't exact everywhere.
const VARIANTS: &str = "(select coalesce(json_agg(json_build_object( \
        'id', v.id, 'sku', v.sku, 'asset', v.asset, 'title', v.title, 'options', v.options, \
        'custom_fields', v.custom_fields, \
        'position', v.position, 'barcode', v.barcode, 'weight_g', v.weight_g, \
        'needs_shipping', v.needs_shipping, 'tracks_stock', v.tracks_stock, \
        'backorder_max', v.backorder_max, 'available_from', v.available_from, \
        'is_active', v.is_active, 'availability', v.availability, \
        'prices', (select coalesce(json_agg(json_build_array( \
                r.currency, r.min_quantity, r.amount::text) order by r.currency, r.min_quantity), '[]') \
            from shop.prices r where r.variant_id = v.id) \
    ) order by v.position, v.id), '[]') from shop.variants v where v.product_id = p.id)";

#[derive(Deserialize)]
struct StoredVariant {
    id: Uuid,
    sku: String,
    asset: String,
    title: Option<String>,
    options: Choices,
    custom_fields: FieldValues,
    position: i32,
    barcode: Option<String>,
    weight_g: u32,
    needs_shipping: bool,
    tracks_stock: bool,
    backorder_max: u64,
    available_from: Option<Timestamp>,
    is_active: bool,
    availability: Availability,
    prices: Vec<(String, u32, Amount)>,
}

impl From<StoredVariant> for Variant {
    fn from(it: StoredVariant) -> Self {
        let mut prices: BTreeMap<String, Tiers> = BTreeMap::new();
        for (currency, from, amount) in it.prices {
            prices.entry(currency).or_default().0.push((from, amount));
        }
        Self {
            id: VariantId::from_uuid(it.id),
            sku: it.sku,
            asset: it.asset,
            title: it.title,
            options: it.options,
            custom_fields: it.custom_fields,
            position: it.position,
            barcode: it.barcode,
            weight_g: it.weight_g,
            needs_shipping: it.needs_shipping,
            tracks_stock: it.tracks_stock,
            backorder_max: it.backorder_max,
            available_from: it.available_from,
            is_active: it.is_active,
            availability: it.availability,
            prices,
            lowest_before: BTreeMap::new(),
            compare_at: BTreeMap::new(),
        }
    }
}

pub(super) fn status(row: &Row, column: usize) -> Result<ProductStatus> {
    ProductStatus::from_name(row.get(column)).ok_or(ShopError::Corrupt("a product's status"))
}

fn product(row: &Row) -> Result<Product> {
    let Json(options) = row.get::<_, Json<Vec<ProductOption>>>(8);
    let Json(translations) = row.get::<_, Json<Translations>>(9);
    let Json(custom_fields) = row.get::<_, Json<FieldValues>>(10);
    let Json(variants) = row.get::<_, Json<Vec<StoredVariant>>>(16);
    Ok(Product {
        id: row.get(0),
        handle: row.get(1),
        status: status(row, 2)?,
        title: row.get(3),
        description: row.get(4),
        vendor: row.get(5),
        tags: row.get(6),
        tax_class: row.get(7),
        options,
        translations,
        custom_fields,
        version: row.get::<_, i32>(11).cast_unsigned(),
        created_at: row.get(12),
        updated_at: row.get(13),
        availability: availability(row, 14)?,
        categories: row.get(15),
        images: Vec::new(),
        variants: variants.into_iter().map(Variant::from).collect(),
    })
}

pub(crate) async fn get(client: &impl GenericClient, id: ProductId) -> Result<Option<Product>> {
    let sql = format!("select {COLUMNS}, {VARIANTS} from shop.products p where p.id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(product).transpose()
}

pub(super) async fn by_handle(
    client: &impl GenericClient,
    handle: &str,
) -> Result<Option<Product>> {
    let sql = format!("select {COLUMNS}, {VARIANTS} from shop.products p where p.handle = $1");
    client.query_opt_prepared(&sql, &[&handle]).await?.as_ref().map(product).transpose()
}

/// Whole products behind an id, in the order of ids.
pub(crate) async fn after(
    client: &impl GenericClient,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Product>> {
    let sql = format!(
        "select {COLUMNS}, {VARIANTS} from shop.products p where p.id > $1 order by p.id limit $2"
    );
    client.query_prepared(&sql, &[&after, &limit]).await?.iter().map(product).collect()
}

/// The languages in which products have texts.
pub(crate) async fn languages(client: &impl GenericClient) -> Result<Vec<String>> {
    let sql = "select distinct language from shop.products, \
                   jsonb_object_keys(translations) as language order by language";
    Ok(client.query_prepared(sql, &[]).await?.iter().map(|row| row.get(0)).collect())
}

/// The currencies in which variants have prices.
pub(crate) async fn currencies(client: &impl GenericClient) -> Result<Vec<String>> {
    let sql = "select distinct currency from shop.prices order by currency";
    Ok(client.query_prepared(sql, &[]).await?.iter().map(|row| row.get(0)).collect())
}

/// Holds the product until the transaction ends. What is read afterwards is the newest.
pub(super) async fn lock(tx: &Transaction<'_>, id: ProductId) -> Result<Option<Product>> {
    let sql = "select 1 from shop.products where id = $1 for no key update";
    if tx.query_opt_prepared(sql, &[&id]).await?.is_none() {
        return Ok(None);
    }
    get(tx, id).await
}

/// What a taken name means; everything else is the database's failure.
fn refused(error: tokio_postgres::Error, sku: &str) -> ShopError {
    match constraint(&error) {
        Some("products_handle_key") => ShopError::HandleTaken,
        Some("variants_sku_key" | "variants_asset_key") => ShopError::SkuTaken(sku.to_owned()),
        Some("variants_by_options") => {
            ShopError::OptionsMismatch("another variant has the same options".to_owned())
        }
        _ => error.into(),
    }
}

pub(super) async fn insert(tx: &Transaction<'_>, new: &Product) -> Result<()> {
    let sql = "insert into shop.products (id, handle, status, title, description, vendor, tags, \
               tax_class, options, translations, custom_fields, version, created_at, updated_at, \
               availability) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let written = tx
        .execute_prepared(
            sql,
            &[
                &new.id,
                &new.handle,
                &new.status.as_str(),
                &new.title,
                &new.description,
                &new.vendor,
                &new.tags,
                &new.tax_class,
                &Json(&new.options),
                &Json(&new.translations),
                &Json(&new.custom_fields),
                &new.version.cast_signed(),
                &new.created_at,
                &new.updated_at,
                &new.availability.as_str(),
            ],
        )
        .await;
    written.map_err(|error| refused(error, ""))?;
    insert_variants(tx, new.id, &new.variants, new.created_at).await
}

pub(super) async fn update(tx: &Transaction<'_>, product: &Product) -> Result<()> {
    let sql = "update shop.products set handle = $2, status = $3, title = $4, description = $5, \
               vendor = $6, tags = $7, tax_class = $8, options = $9, translations = $10, \
               custom_fields = $11, version = $12, updated_at = $13, availability = $14 \
               where id = $1";
    let written = tx
        .execute_prepared(
            sql,
            &[
                &product.id,
                &product.handle,
                &product.status.as_str(),
                &product.title,
                &product.description,
                &product.vendor,
                &product.tags,
                &product.tax_class,
                &Json(&product.options),
                &Json(&product.translations),
                &Json(&product.custom_fields),
                &product.version.cast_signed(),
                &product.updated_at,
                &product.availability.as_str(),
            ],
        )
        .await;
    written.map_err(|error| refused(error, ""))?;
    Ok(())
}

/// The first SKU of the list that somebody has, for the message.
async fn taken_sku(tx: &Transaction<'_>, variants: &[Variant]) -> Result<Option<String>> {
    let skus: Vec<&str> = variants.iter().map(|it| it.sku.as_str()).collect();
    let assets: Vec<&str> = variants.iter().map(|it| it.asset.as_str()).collect();
    let sql = "select new.sku from unnest($1::text[], $2::text[]) with ordinality \
                 as new (sku, asset, place) \
               where exists (select from shop.variants v \
                             where v.sku = new.sku or v.asset = new.asset) \
               order by new.place limit 1";
    let row = tx.query_opt_prepared(sql, &[&skus, &assets]).await?;
    Ok(row.map(|row| row.get(0)))
}

pub(super) async fn insert_variants(
    tx: &Transaction<'_>,
    product: ProductId,
    variants: &[Variant],
    now: Timestamp,
) -> Result<()> {
    if let Some(sku) = taken_sku(tx, variants).await? {
        return Err(ShopError::SkuTaken(sku));
    }
    let sql = "insert into shop.variants (id, product_id, sku, asset, title, options, position, \
               barcode, weight_g, needs_shipping, tracks_stock, backorder_max, available_from, \
               is_active, availability, custom_fields) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
               $10, $11, $12, $13, $14, $15, $16)";
    for it in variants {
        let (weight_g, backorder_max) = (it.weight_g.cast_signed(), it.backorder_max.cast_signed());
        let written = tx
            .execute_prepared(
                sql,
                &[
                    &it.id,
                    &product,
                    &it.sku,
                    &it.asset,
                    &it.title,
                    &Json(&it.options),
                    &it.position,
                    &it.barcode,
                    &weight_g,
                    &it.needs_shipping,
                    &it.tracks_stock,
                    &backorder_max,
                    &it.available_from,
                    &it.is_active,
                    &it.availability.as_str(),
                    &Json(&it.custom_fields),
                ],
            )
            .await;
        written.map_err(|error| refused(error, &it.sku))?;
    }
    let mut prices = Vec::new();
    for it in variants {
        let own = it.prices.iter();
        prices.extend(own.map(|(currency, tiers)| (it.id, currency.as_str(), tiers)));
    }
    insert_prices(tx, &prices).await?;
    let ids: Vec<Uuid> = variants.iter().map(|it| it.id.as_uuid()).collect();
    price_lists::store::write_down_in_tx(tx, &ids, now, now).await?;
    Ok(())
}

pub(super) async fn update_variant(tx: &Transaction<'_>, it: &Variant) -> Result<()> {
    let sql = "update shop.variants set title = $2, options = $3, position = $4, barcode = $5, \
               weight_g = $6, needs_shipping = $7, tracks_stock = $8, backorder_max = $9, \
               available_from = $10, is_active = $11, availability = $12, custom_fields = $13 \
               where id = $1";
    let (weight_g, backorder_max) = (it.weight_g.cast_signed(), it.backorder_max.cast_signed());
    let written = tx
        .execute_prepared(
            sql,
            &[
                &it.id,
                &it.title,
                &Json(&it.options),
                &it.position,
                &it.barcode,
                &weight_g,
                &it.needs_shipping,
                &it.tracks_stock,
                &backorder_max,
                &it.available_from,
                &it.is_active,
                &it.availability.as_str(),
                &Json(&it.custom_fields),
            ],
        )
        .await;
    written.map_err(|error| refused(error, &it.sku))?;
    Ok(())
}

async fn insert_prices(tx: &Transaction<'_>, prices: &[(VariantId, &str, &Tiers)]) -> Result<()> {
    let (mut ids, mut currencies) = (Vec::new(), Vec::new());
    let (mut quantities, mut amounts) = (Vec::new(), Vec::new());
    for (variant, currency, tiers) in prices {
        for (from, amount) in &tiers.0 {
            ids.push(variant.as_uuid());
            currencies.push(*currency);
            quantities.push(from.cast_signed());
            amounts.push(*amount);
        }
    }
    let sql = "insert into shop.prices (variant_id, currency, min_quantity, amount) \
               select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::numeric[])";
    tx.execute_prepared(sql, &[&ids, &currencies, &quantities, &amounts]).await?;
    Ok(())
}

/// Replaces a variant's prices in a currency; without tiers there are none.
pub(super) async fn put_prices(
    tx: &Transaction<'_>,
    variant: VariantId,
    currency: &str,
    tiers: Option<&Tiers>,
    now: Timestamp,
) -> Result<()> {
    let sql = "delete from shop.prices where variant_id = $1 and currency = $2";
    tx.execute_prepared(sql, &[&variant, &currency]).await?;
    if let Some(tiers) = tiers {
        insert_prices(tx, &[(variant, currency, tiers)]).await?;
    }
    price_lists::store::write_down_in_tx(tx, &[variant.as_uuid()], now, now).await?;
    Ok(())
}

/// What variants cost, also before, as far as it ended after a moment.
pub(super) async fn past_prices(
    client: &impl GenericClient,
    variants: &[Uuid],
    since: Timestamp,
) -> Result<Vec<PastPrice>> {
    // Each half has an index of its own; with `or` neither is used.
    let sql = "select variant_id, currency, amount, from_at, until_at from shop.price_history \
               where variant_id = any($1) and until_at is null \
               union all \
               select variant_id, currency, amount, from_at, until_at from shop.price_history \
               where variant_id = any($1) and until_at > $2";
    let rows = client.query_prepared(sql, &[&variants, &since]).await?;
    let price = |row: &Row| PastPrice {
        variant: row.get(0),
        currency: row.get(1),
        amount: row.get(2),
        from: row.get(3),
        until: row.get(4),
    };
    Ok(rows.iter().map(price).collect())
}

/// How far the ledger lets a variant be sold that isn't there.
pub(super) async fn backorder_max(
    client: &impl GenericClient,
    id: VariantId,
) -> Result<Option<(String, u64)>> {
    let sql = "select asset, backorder_max from shop.variants where id = $1";
    let row = client.query_opt_prepared(sql, &[&id]).await?;
    Ok(row.map(|row| (row.get(0), row.get::<_, i64>(1).cast_unsigned())))
}

/// What products are at the moment, in no order.
pub(super) async fn fresh(client: &impl GenericClient, ids: &[Uuid]) -> Result<Vec<Fresh>> {
    let sql = "select id, version, availability, status from shop.products where id = any($1)";
    let rows = client.query_prepared(sql, &[&ids]).await?;
    let fresh = |row: &Row| {
        Ok(Fresh {
            id: row.get(0),
            version: row.get::<_, i32>(1).cast_unsigned(),
            availability: availability(row, 2)?,
            status: status(row, 3)?,
        })
    };
    rows.iter().map(fresh).collect()
}

/// Products as lists show them, in no order.
pub(super) async fn cards(client: &impl GenericClient, ids: &[Uuid]) -> Result<Vec<Card>> {
    let sql = "select p.id, p.handle, p.status, p.title, p.translations, p.vendor, p.tags, \
           p.availability, p.version, p.created_at, \
           (select coalesce(json_agg(json_build_array(r.currency, r.low::text, r.high::text)), '[]') \
            from (select r.currency, min(r.amount) as low, max(r.amount) as high \
                  from shop.variants v join shop.price_history r on r.variant_id = v.id \
                  where v.product_id = p.id and v.is_active and r.until_at is null \
                  group by r.currency) r) \
         from shop.products p where p.id = any($1)";
    client.query_prepared(sql, &[&ids]).await?.iter().map(card).collect()
}

fn card(row: &Row) -> Result<Card> {
    let Json(translations) = row.get::<_, Json<Translations>>(4);
    let titles = translations
        .into_iter()
        .filter_map(|(language, it)| Some((String::from(language), String::from(it.title?))));
    let Json(prices) = row.get::<_, Json<Vec<(String, Amount, Amount)>>>(10);
    Ok(Card {
        id: row.get(0),
        handle: row.get(1),
        status: status(row, 2)?,
        title: row.get(3),
        titles: titles.collect(),
        vendor: row.get(5),
        tags: row.get(6),
        availability: availability(row, 7)?,
        image: None,
        version: row.get::<_, i32>(8).cast_unsigned(),
        created_at: row.get(9),
        prices: prices.into_iter().map(|(code, low, high)| (code, (low, high))).collect(),
    })
}

pub(super) fn availability(row: &Row, column: usize) -> Result<Availability> {
    Availability::from_name(row.get(column)).ok_or(ShopError::Corrupt("an availability"))
}
