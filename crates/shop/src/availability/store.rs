//! SQL of what can be had.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::Timestamp;
use kernel::db::Statements as _;
use tokio_postgres::Row;
use uuid::Uuid;

use super::Availability;
use crate::error::{Result, ShopError};
use crate::ids::{ProductId, VariantId};

/// What is stored of a variant, as far as it matters here.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) id: VariantId,
    pub(super) product: ProductId,
    pub(super) asset: String,
    pub(super) tracks_stock: bool,
    pub(super) backorder_max: u64,
    pub(super) available_from: Option<Timestamp>,
    pub(super) availability: Availability,
}

const COLUMNS: &str = "id, product_id, asset, tracks_stock, backorder_max, available_from, \
    availability";

fn stored(rows: &[Row]) -> Result<Vec<Stored>> {
    let read = |row: &Row| {
        let availability = Availability::from_name(row.get(6));
        Ok(Stored {
            id: row.get(0),
            product: row.get(1),
            asset: row.get(2),
            tracks_stock: row.get(3),
            backorder_max: row.get::<_, i64>(4).cast_unsigned(),
            available_from: row.get(5),
            availability: availability.ok_or(ShopError::Corrupt("an availability"))?,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn by_assets(
    client: &impl GenericClient,
    assets: &[String],
) -> Result<Vec<Stored>> {
    let sql = format!("select {COLUMNS} from shop.variants where asset = any($1)");
    stored(&client.query_prepared(&sql, &[&assets]).await?)
}

pub(super) async fn by_ids(client: &impl GenericClient, ids: &[VariantId]) -> Result<Vec<Stored>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let sql = format!("select {COLUMNS} from shop.variants where id = any($1)");
    stored(&client.query_prepared(&sql, &[&ids]).await?)
}

pub(super) async fn behind(
    client: &impl GenericClient,
    after: VariantId,
    limit: i64,
) -> Result<Vec<Stored>> {
    let sql = format!("select {COLUMNS} from shop.variants where id > $1 order by id limit $2");
    stored(&client.query_prepared(&sql, &[&after, &limit]).await?)
}

/// Preorders whose time has come.
pub(super) async fn arrived(
    client: &impl GenericClient,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Stored>> {
    let sql = format!(
        "select {COLUMNS} from shop.variants \
         where availability = 'preorder' and coalesce(available_from, $1) <= $1 limit $2"
    );
    stored(&client.query_prepared(&sql, &[&now, &limit]).await?)
}

/// Holds products in the order of their ids, as whoever changes them does with one.
pub(super) async fn lock_products(tx: &Transaction<'_>, products: &[ProductId]) -> Result<()> {
    let ids: Vec<Uuid> = products.iter().map(|id| id.as_uuid()).collect();
    let sql = "select 1 from shop.products where id = any($1) order by id for no key update";
    tx.query_prepared(sql, &[&ids]).await?;
    Ok(())
}

pub(super) async fn put(tx: &Transaction<'_>, states: &[(VariantId, Availability)]) -> Result<()> {
    let ids: Vec<Uuid> = states.iter().map(|(id, _)| id.as_uuid()).collect();
    let names: Vec<&str> = states.iter().map(|(_, state)| state.as_str()).collect();
    let sql = "update shop.variants v set availability = new.availability \
               from unnest($1::uuid[], $2::text[]) as new (id, availability) where v.id = new.id";
    tx.execute_prepared(sql, &[&ids, &names]).await?;
    Ok(())
}

/// Gives products the best of their variants' states; answers with those that had another.
pub(super) async fn put_best(
    tx: &Transaction<'_>,
    products: &[ProductId],
) -> Result<Vec<ProductId>> {
    let ids: Vec<Uuid> = products.iter().map(|id| id.as_uuid()).collect();
    let order: Vec<&str> = Availability::ALL.iter().map(|it| it.as_str()).collect();
    let sql = "update shop.products p set availability = best.availability \
               from (select q.id, coalesce((select v.availability from shop.variants v \
                         where v.product_id = q.id and v.is_active \
                         order by array_position($2::text[], v.availability) desc limit 1), $3) \
                         as availability \
                     from shop.products q where q.id = any($1)) best \
               where p.id = best.id and p.availability <> best.availability returning p.id";
    let rows = tx.query_prepared(sql, &[&ids, &order, &order[0]]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Up to where the journal is read.
pub(super) async fn position(client: &impl GenericClient) -> Result<Option<i64>> {
    let sql = "select position from shop.availability_feed";
    Ok(client.query_opt_prepared(sql, &[]).await?.map(|row| row.get(0)))
}

pub(super) async fn put_position(client: &impl GenericClient, position: i64) -> Result<()> {
    let sql = "insert into shop.availability_feed (position) values ($1) \
               on conflict (only_row) do update set position = $1";
    client.execute_prepared(sql, &[&position]).await?;
    Ok(())
}
