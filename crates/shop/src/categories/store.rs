//! SQL of categories.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::{Statements as _, constraint, lock_name_in_tx};
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

use super::Category;
use crate::error::{Result, ShopError};
use crate::ids::{CategoryId, ProductId};
use crate::products::Translations;

const COLUMNS: &str = "id, parent_id, handle, title, description, translations, position, version, \
    created_at, updated_at";

/// Categories and all that is below them, as `below (id)`; `$1` are their ids.
const BELOW: &str = "with recursive below as ( \
        select id from shop.categories where id = any($1) \
        union select c.id from shop.categories c join below on c.parent_id = below.id)";

fn category(row: &Row) -> Category {
    let Json(translations) = row.get::<_, Json<Translations>>(5);
    Category {
        id: row.get(0),
        parent: row.get(1),
        handle: row.get(2),
        title: row.get(3),
        description: row.get(4),
        translations,
        position: row.get(6),
        version: row.get::<_, i32>(7).cast_unsigned(),
        created_at: row.get(8),
        updated_at: row.get(9),
    }
}

pub(crate) async fn all(client: &impl GenericClient) -> Result<Vec<Category>> {
    let sql = format!("select {COLUMNS} from shop.categories");
    Ok(client.query_prepared(&sql, &[]).await?.iter().map(category).collect())
}

pub(super) async fn get(
    client: &impl GenericClient,
    id: Option<CategoryId>,
    handle: &str,
) -> Result<Option<Category>> {
    let sql = format!("select {COLUMNS} from shop.categories where id = $1 or handle = $2");
    let row = client.query_opt_prepared(&sql, &[&id, &handle]).await?;
    Ok(row.as_ref().map(category))
}

/// One changes the tree at a time.
pub(super) async fn lock(tx: &Transaction<'_>) -> Result<()> {
    Ok(lock_name_in_tx(tx, "shop.categories").await?)
}

fn refused(error: tokio_postgres::Error) -> ShopError {
    match constraint(&error) {
        Some("categories_handle_key") => ShopError::CategoryTaken,
        _ => error.into(),
    }
}

pub(super) async fn insert(tx: &Transaction<'_>, new: &Category) -> Result<()> {
    let sql = format!(
        "insert into shop.categories ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    );
    let written = tx
        .execute_prepared(
            &sql,
            &[
                &new.id,
                &new.parent,
                &new.handle,
                &new.title,
                &new.description,
                &Json(&new.translations),
                &new.position,
                &new.version.cast_signed(),
                &new.created_at,
                &new.updated_at,
            ],
        )
        .await;
    written.map_err(refused)?;
    Ok(())
}

pub(super) async fn update(tx: &Transaction<'_>, it: &Category) -> Result<()> {
    let sql = "update shop.categories set parent_id = $2, handle = $3, title = $4, \
               description = $5, translations = $6, position = $7, version = $8, updated_at = $9 \
               where id = $1";
    let written = tx
        .execute_prepared(
            sql,
            &[
                &it.id,
                &it.parent,
                &it.handle,
                &it.title,
                &it.description,
                &Json(&it.translations),
                &it.position,
                &it.version.cast_signed(),
                &it.updated_at,
            ],
        )
        .await;
    written.map_err(refused)?;
    Ok(())
}

/// Removes a category. Its products stay, without it.
pub(super) async fn delete(tx: &Transaction<'_>, id: CategoryId) -> Result<()> {
    // Whoever is putting a product into it finishes first.
    let sql = "select 1 from shop.categories where id = $1 for update";
    tx.execute_prepared(sql, &[&id]).await?;
    let sql = "delete from shop.category_products where category_id = $1";
    tx.execute_prepared(sql, &[&id]).await?;
    tx.execute_prepared("delete from shop.categories where id = $1", &[&id]).await?;
    Ok(())
}

/// The products that are in a category or below it.
pub(super) async fn products_below(tx: &Transaction<'_>, id: CategoryId) -> Result<Vec<ProductId>> {
    let sql = format!(
        "{BELOW} select distinct p.product_id from shop.category_products p \
         join below on below.id = p.category_id"
    );
    let rows = tx.query_prepared(&sql, &[&vec![id.as_uuid()]]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The categories with these ids or handles, each at the place of its name.
pub(crate) async fn named(
    client: &impl GenericClient,
    names: &[String],
) -> Result<Vec<Option<CategoryId>>> {
    let ids: Vec<Option<Uuid>> =
        names.iter().map(|name| name.parse::<CategoryId>().ok().map(CategoryId::as_uuid)).collect();
    let sql = "select c.id from unnest($1::text[], $2::uuid[]) with ordinality \
                 as name (handle, id, place) \
               left join shop.categories c on c.handle = name.handle or c.id = name.id \
               order by name.place";
    let rows = client.query_prepared(sql, &[&names, &ids]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Puts a product into these categories and no others.
pub(crate) async fn put_product(
    tx: &Transaction<'_>,
    product: ProductId,
    categories: &[CategoryId],
) -> Result<()> {
    let ids: Vec<Uuid> = categories.iter().map(|id| id.as_uuid()).collect();
    let sql = "delete from shop.category_products where product_id = $1 and category_id <> all($2)";
    tx.execute_prepared(sql, &[&product, &ids]).await?;
    let sql = "insert into shop.category_products (product_id, category_id) \
               select $1, id from shop.categories where id = any($2) for key share \
               on conflict do nothing";
    tx.execute_prepared(sql, &[&product, &ids]).await?;
    Ok(())
}
