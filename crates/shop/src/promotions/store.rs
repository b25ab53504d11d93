//! SQL of promotions.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::Timestamp;
use kernel::db::Statements as _;
use tokio_postgres::Row;

use crate::error::{Result, ShopError};
use crate::ids::PromotionId;
use crate::pricing::Promotion;

const COLUMNS: &str = "id, title, code, effect, conditions, combines, priority, starts_at, ends_at, \
    uses_max, uses_max_per_customer, is_active, version";

fn promotion(row: &Row) -> Result<Promotion> {
    let corrupt = |_| ShopError::Corrupt("the rules of a promotion");
    let count = |column| row.get::<_, Option<i64>>(column).map(i64::cast_unsigned);
    Ok(Promotion {
        id: row.get(0),
        title: row.get(1),
        code: row.get(2),
        effect: serde_json::from_value(row.get(3)).map_err(corrupt)?,
        conditions: serde_json::from_value(row.get(4)).map_err(corrupt)?,
        combines: row.get(5),
        priority: row.get(6),
        starts_at: row.get(7),
        ends_at: row.get(8),
        uses_max: count(9),
        uses_max_per_customer: count(10),
        is_active: row.get(11),
        version: row.get::<_, i32>(12).cast_unsigned(),
    })
}

/// Those that aren't switched off.
pub(crate) async fn all_active(client: &impl GenericClient) -> Result<Vec<Promotion>> {
    let sql =
        format!("select {COLUMNS} from shop.promotions where is_active order by priority, id");
    client.query_prepared(&sql, &[]).await?.iter().map(promotion).collect()
}

/// Those with these ids, switched off or not, in the order of their ids.
pub(crate) async fn of_ids(
    client: &impl GenericClient,
    ids: &[PromotionId],
) -> Result<Vec<Promotion>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("select {COLUMNS} from shop.promotions where id = any($1) order by id");
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    client.query_prepared(&sql, &[&ids]).await?.iter().map(promotion).collect()
}

/// A page of all, the newest first.
pub(super) async fn list(
    client: &impl GenericClient,
    after: Option<PromotionId>,
    limit: i64,
) -> Result<Vec<Promotion>> {
    let sql = format!(
        "select {COLUMNS} from shop.promotions where ($1::uuid is null or id < $1) \
         order by id desc limit $2"
    );
    client.query_prepared(&sql, &[&after, &limit]).await?.iter().map(promotion).collect()
}

pub(super) async fn one(client: &impl GenericClient, id: PromotionId) -> Result<Option<Promotion>> {
    let sql = format!("select {COLUMNS} from shop.promotions where id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(promotion).transpose()
}

/// The promotion, which nobody else changes until the transaction ends.
pub(super) async fn lock_in_tx(tx: &Transaction<'_>, id: PromotionId) -> Result<Option<Promotion>> {
    let sql = format!("select {COLUMNS} from shop.promotions where id = $1 for update");
    tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(promotion).transpose()
}

/// Writes a new one, or changes the one with this id. False if its code is taken.
pub(super) async fn put_in_tx(
    tx: &Transaction<'_>,
    it: &Promotion,
    now: Timestamp,
) -> Result<bool> {
    let sql = "insert into shop.promotions \
            (id, title, code, effect, conditions, combines, priority, starts_at, ends_at, \
             uses_max, uses_max_per_customer, is_active, version, created_at) \
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 \
        where not exists (select from shop.promotions where code = $3 and id <> $1) \
        on conflict (id) do update set title = $2, effect = $4, conditions = $5, combines = $6, \
            priority = $7, starts_at = $8, ends_at = $9, uses_max = $10, \
            uses_max_per_customer = $11, is_active = $12, version = $13";
    let effect = serde_json::to_value(&it.effect).expect("effects are plain values");
    let conditions = serde_json::to_value(&it.conditions).expect("conditions are plain values");
    let count = |max: Option<u64>| max.map(u64::cast_signed);
    let written = tx
        .execute_prepared(
            sql,
            &[
                &it.id,
                &it.title,
                &it.code,
                &effect,
                &conditions,
                &it.combines,
                &it.priority,
                &it.starts_at,
                &it.ends_at,
                &count(it.uses_max),
                &count(it.uses_max_per_customer),
                &it.is_active,
                &it.version.cast_signed(),
                &now,
            ],
        )
        .await?;
    Ok(written == 1)
}
