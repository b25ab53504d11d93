//! SQL of collections.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::{Statements as _, constraint};
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::{Collection, CollectionRules};
use crate::error::{Result, ShopError};
use crate::ids::{CollectionId, ProductId};
use crate::products::Translations;

const COLUMNS: &str = "id, handle, title, description, translations, rules, version, created_at, \
    updated_at";

fn collection(row: &Row) -> Collection {
    let Json(translations) = row.get::<_, Json<Translations>>(4);
    let rules = row.get::<_, Option<Json<CollectionRules>>>(5).map(|Json(rules)| rules);
    Collection {
        id: row.get(0),
        handle: row.get(1),
        title: row.get(2),
        description: row.get(3),
        translations,
        rules,
        version: row.get::<_, i32>(6).cast_unsigned(),
        created_at: row.get(7),
        updated_at: row.get(8),
    }
}

/// By handle, after one.
pub(super) async fn list(
    client: &impl GenericClient,
    after: &str,
    limit: i64,
) -> Result<Vec<Collection>> {
    let sql = format!(
        "select {COLUMNS} from shop.collections where handle > $1 order by handle limit $2"
    );
    Ok(client.query_prepared(&sql, &[&after, &limit]).await?.iter().map(collection).collect())
}

/// Those with these ids or handles, in no order.
pub(crate) async fn named(
    client: &impl GenericClient,
    names: &[String],
) -> Result<Vec<Collection>> {
    let ids: Vec<Uuid> = names
        .iter()
        .filter_map(|name| name.parse::<CollectionId>().ok().map(CollectionId::as_uuid))
        .collect();
    let sql =
        format!("select {COLUMNS} from shop.collections where handle = any($1) or id = any($2)");
    Ok(client.query_prepared(&sql, &[&names, &ids]).await?.iter().map(collection).collect())
}

/// Holds a collection until the transaction ends.
pub(super) async fn lock(tx: &Transaction<'_>, id: CollectionId) -> Result<Option<Collection>> {
    let sql = format!("select {COLUMNS} from shop.collections where id = $1 for no key update");
    Ok(tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(collection))
}

pub(super) async fn count(tx: &Transaction<'_>) -> Result<i64> {
    Ok(tx.query_one_prepared("select count(*) from shop.collections", &[]).await?.get(0))
}

fn refused(error: tokio_postgres::Error) -> ShopError {
    match constraint(&error) {
        Some("collections_handle_key") => ShopError::CollectionTaken,
        _ => error.into(),
    }
}

pub(super) async fn insert(tx: &Transaction<'_>, new: &Collection) -> Result<()> {
    let sql = format!(
        "insert into shop.collections ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    );
    let written = tx
        .execute_prepared(
            &sql,
            &[
                &new.id,
                &new.handle,
                &new.title,
                &new.description,
                &Json(&new.translations),
                &new.rules.as_ref().map(Json),
                &new.version.cast_signed(),
                &new.created_at,
                &new.updated_at,
            ],
        )
        .await;
    written.map_err(refused)?;
    Ok(())
}

pub(super) async fn update(tx: &Transaction<'_>, it: &Collection) -> Result<()> {
    let sql = "update shop.collections set handle = $2, title = $3, description = $4, \
               translations = $5, rules = $6, version = $7, updated_at = $8 where id = $1";
    let written = tx
        .execute_prepared(
            sql,
            &[
                &it.id,
                &it.handle,
                &it.title,
                &it.description,
                &Json(&it.translations),
                &it.rules.as_ref().map(Json),
                &it.version.cast_signed(),
                &it.updated_at,
            ],
        )
        .await;
    written.map_err(refused)?;
    Ok(())
}

/// Removes a collection; answers with the products that were chosen for it.
pub(super) async fn delete(tx: &Transaction<'_>, id: CollectionId) -> Result<Vec<ProductId>> {
    let sql = "delete from shop.collection_products where collection_id = $1 returning product_id";
    let rows = tx.query_prepared(sql, &[&id]).await?;
    tx.execute_prepared("delete from shop.collections where id = $1", &[&id]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Chooses products by hand; answers with those that weren't chosen before. Unknown ones are left
/// out.
pub(super) async fn put_products(
    tx: &Transaction<'_>,
    id: CollectionId,
    products: &[ProductId],
) -> Result<Vec<ProductId>> {
    let products: Vec<Uuid> = products.iter().map(|id| id.as_uuid()).collect();
    let sql = "insert into shop.collection_products (collection_id, product_id) \
               select $1, id from shop.products where id = any($2) \
               on conflict do nothing returning product_id";
    let rows = tx.query_prepared(sql, &[&id, &products]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Whether it was there.
pub(super) async fn remove_product(
    tx: &Transaction<'_>,
    id: CollectionId,
    product: ProductId,
) -> Result<bool> {
    let sql = "delete from shop.collection_products where collection_id = $1 and product_id = $2";
    Ok(tx.execute_prepared(sql, &[&id, &product]).await? > 0)
}
