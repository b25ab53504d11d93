//! SQL of price lists, and of what one piece costs everybody.

use deadpool_postgres::{GenericClient, Transaction};
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Listed, ListedPrices, PriceList};
use crate::error::Result;
use crate::ids::{PriceListId, ProductId, VariantId};

const COLUMNS: &str = "id, title, currency, customer_group, from_at, until_at, is_active, version, \
    created_at, updated_at";

/// Whether the list `l` holds at the moment `$2`.
const HOLDS: &str = "l.is_active \
    and (l.from_at is null or l.from_at <= (select $2::timestamptz)) \
    and (l.until_at is null or l.until_at > (select $2::timestamptz))";

fn list(row: &Row) -> PriceList {
    PriceList {
        id: row.get(0),
        title: row.get(1),
        currency: row.get(2),
        customer_group: row.get(3),
        from: row.get(4),
        until: row.get(5),
        is_active: row.get(6),
        version: row.get::<_, i32>(7).cast_unsigned(),
        created_at: row.get(8),
        updated_at: row.get(9),
    }
}

/// A page of all, the newest first.
pub(super) async fn page(
    client: &impl GenericClient,
    after: Option<PriceListId>,
    limit: i64,
) -> Result<Vec<PriceList>> {
    let sql = format!(
        "select {COLUMNS} from shop.price_lists where ($1::uuid is null or id < $1) \
         order by id desc limit $2"
    );
    Ok(client.query_prepared(&sql, &[&after, &limit]).await?.iter().map(list).collect())
}

pub(super) async fn get(client: &impl GenericClient, id: PriceListId) -> Result<Option<PriceList>> {
    let sql = format!("select {COLUMNS} from shop.price_lists where id = $1");
    Ok(client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(list))
}

/// The list, which nobody else changes until the transaction ends.
pub(super) async fn lock_in_tx(tx: &Transaction<'_>, id: PriceListId) -> Result<Option<PriceList>> {
    let sql = format!("select {COLUMNS} from shop.price_lists where id = $1 for update");
    Ok(tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(list))
}

pub(super) async fn count(client: &impl GenericClient) -> Result<i64> {
    let row = client.query_one_prepared("select count(*) from shop.price_lists", &[]).await?;
    Ok(row.get(0))
}

/// Writes a new one, or changes the one with this id.
pub(super) async fn put_in_tx(tx: &Transaction<'_>, it: &PriceList) -> Result<()> {
    let sql = format!(
        "insert into shop.price_lists ({COLUMNS}) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         on conflict (id) do update set title = $2, customer_group = $4, from_at = $5, \
            until_at = $6, is_active = $7, version = $8, updated_at = $10"
    );
    tx.execute_prepared(
        &sql,
        &[
            &it.id,
            &it.title,
            &it.currency,
            &it.customer_group,
            &it.from,
            &it.until,
            &it.is_active,
            &it.version.cast_signed(),
            &it.created_at,
            &it.updated_at,
        ],
    )
    .await?;
    Ok(())
}

/// The variants with these SKUs, and whose they are.
pub(super) async fn variants_named(
    client: &impl GenericClient,
    skus: &[&str],
) -> Result<Vec<(String, VariantId, ProductId)>> {
    let sql = "select sku, id, product_id from shop.variants where sku = any($1)";
    let rows = client.query_prepared(sql, &[&skus]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// Replaces what these variants cost in a list.
pub(super) async fn put_prices_in_tx(
    tx: &Transaction<'_>,
    list: PriceListId,
    prices: &[(VariantId, Vec<(u32, Amount)>)],
) -> Result<()> {
    let variants: Vec<Uuid> = prices.iter().map(|(variant, _)| variant.as_uuid()).collect();
    let sql = "delete from shop.price_list_prices \
               where price_list_id = $1 and variant_id = any($2)";
    tx.execute_prepared(sql, &[&list, &variants]).await?;
    let (mut ids, mut quantities, mut amounts) = (Vec::new(), Vec::new(), Vec::new());
    for (variant, tiers) in prices {
        for (from, amount) in tiers {
            ids.push(variant.as_uuid());
            quantities.push(from.cast_signed());
            amounts.push(*amount);
        }
    }
    let sql = "insert into shop.price_list_prices \
                   (price_list_id, variant_id, min_quantity, amount) \
               select $1, * from unnest($2::uuid[], $3::integer[], $4::numeric[])";
    tx.execute_prepared(sql, &[&list, &ids, &quantities, &amounts]).await?;
    Ok(())
}

/// A page of what a list says, by SKU.
pub(super) async fn prices(
    client: &impl GenericClient,
    list: PriceListId,
    after: &str,
    limit: i64,
) -> Result<Vec<ListedPrices>> {
    let sql = "select v.sku, array_agg(i.min_quantity order by i.min_quantity), \
                   array_agg(i.amount order by i.min_quantity) \
               from shop.price_list_prices i join shop.variants v on v.id = i.variant_id \
               where i.price_list_id = $1 and v.sku > $2 \
               group by v.sku order by v.sku limit $3";
    let rows = client.query_prepared(sql, &[&list, &after, &limit]).await?;
    Ok(rows.iter().map(|row| ListedPrices { sku: row.get(0), tiers: tiers(row, 1) }).collect())
}

fn tiers(row: &Row, column: usize) -> Vec<(u32, Amount)> {
    let (from, amounts): (Vec<i32>, Vec<Amount>) = (row.get(column), row.get(column + 1));
    from.into_iter().map(i32::cast_unsigned).zip(amounts).collect()
}

/// What lists that hold say of variants to somebody: `None` is somebody who isn't known.
pub(crate) async fn listed(
    client: &impl GenericClient,
    variants: &[Uuid],
    now: Timestamp,
    user: Option<UserId>,
) -> Result<Vec<Listed>> {
    let (each, buyer) = (kernel::each!(1, "uuid"), kernel::given!(3, "uuid"));
    let sql = format!(
        "select i.variant_id, l.currency, l.customer_group is not null, \
             array_agg(i.min_quantity order by i.min_quantity), \
             array_agg(i.amount order by i.min_quantity) \
         from shop.price_list_prices i join shop.price_lists l on l.id = i.price_list_id \
         where i.variant_id = any({each}) and {HOLDS} \
           and (l.customer_group is null or exists (select from shop.customer_groups g \
                where g.user_id = {buyer} and g.customer_group = l.customer_group)) \
         group by i.variant_id, l.id"
    );
    let rows = client.query_prepared(&sql, &[&variants, &now, &user]).await?;
    let listed = |row: &Row| Listed {
        variant: row.get(0),
        currency: row.get(1),
        is_for_group: row.get(2),
        tiers: tiers(row, 3),
    };
    Ok(rows.iter().map(listed).collect())
}

/// Variants of a list behind one, and whose they are.
pub(super) async fn variants_after(
    client: &impl GenericClient,
    list: PriceListId,
    after: Uuid,
    limit: i64,
) -> Result<Vec<(VariantId, ProductId)>> {
    let sql = "select distinct i.variant_id, v.product_id from shop.price_list_prices i \
               join shop.variants v on v.id = i.variant_id \
               where i.price_list_id = $1 and i.variant_id > $2 order by i.variant_id limit $3";
    let rows = client.query_prepared(sql, &[&list, &after, &limit]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Holds products until the transaction ends, in the order in which all hold them.
pub(super) async fn lock_products_in_tx(
    tx: &Transaction<'_>,
    products: &[ProductId],
) -> Result<()> {
    let ids: Vec<Uuid> = products.iter().map(|id| id.as_uuid()).collect();
    let sql = "select 1 from shop.products where id = any($1) order by id for no key update";
    tx.query_prepared(sql, &[&ids]).await?;
    Ok(())
}

/// What products cost has changed: it is another version of them.
pub(super) async fn add_version_in_tx(tx: &Transaction<'_>, products: &[ProductId]) -> Result<()> {
    let ids: Vec<Uuid> = products.iter().map(|id| id.as_uuid()).collect();
    let sql = "update shop.products set version = version + 1 where id = any($1)";
    tx.execute_prepared(sql, &[&ids]).await?;
    Ok(())
}

/// Writes down what one piece of variants, whose products are held, costs everybody at this moment,
/// if that is something else than before; `since` is when it began to, as far as that is known.
/// Answers with the products of which it is something else.
pub(crate) async fn write_down_in_tx(
    tx: &Transaction<'_>,
    variants: &[Uuid],
    now: Timestamp,
    since: Timestamp,
) -> Result<Vec<ProductId>> {
    let public = format!(
        "with public as (select variant_id, currency, min(amount) as amount from ( \
             select variant_id, currency, amount from shop.prices \
             where variant_id = any($1) and min_quantity = 1 \
             union all \
             select i.variant_id, l.currency, i.amount from shop.price_list_prices i \
             join shop.price_lists l on l.id = i.price_list_id \
             where i.variant_id = any($1) and i.min_quantity = 1 and l.customer_group is null \
               and {HOLDS}) given group by variant_id, currency)"
    );
    let is_other = "h.variant_id = any($1) and h.until_at is null and not exists ( \
        select from public p where p.variant_id = h.variant_id and p.currency = h.currency \
            and p.amount = h.amount)";
    // A price that was never valid for a moment was none.
    let sql = format!(
        "{public} delete from shop.price_history h where {is_other} and h.from_at >= $2 \
         returning h.variant_id"
    );
    let mut rows = tx.query_prepared(&sql, &[&variants, &now]).await?;
    let sql = format!(
        "{public} update shop.price_history h \
         set until_at = case when h.from_at < $3 then $3 else $2 end where {is_other} \
         returning h.variant_id"
    );
    rows.extend(tx.query_prepared(&sql, &[&variants, &now, &since]).await?);
    // A price begins where the one before it ended.
    let sql = format!(
        "{public} insert into shop.price_history (variant_id, currency, amount, from_at) \
         select p.variant_id, p.currency, p.amount, case when exists ( \
             select from shop.price_history h where h.variant_id = p.variant_id \
               and h.currency = p.currency and h.until_at = $2) then $2 else $3 end \
         from public p on conflict do nothing returning variant_id"
    );
    rows.extend(tx.query_prepared(&sql, &[&variants, &now, &since]).await?);
    let changed: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
    let sql = "select distinct product_id from shop.variants where id = any($1)";
    let rows = tx.query_prepared(sql, &[&changed]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
