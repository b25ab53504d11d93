//! SQL of what a cart has to know of a variant.

use deadpool_postgres::GenericClient;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::Sellable;
use crate::error::Result;
use crate::ids::VariantId;
use crate::price_lists;
use crate::products::store::VARIANT_TITLE;

const COLUMNS: &str = "v.id, v.product_id, v.sku, v.asset, p.handle, p.title, p.tags, \
    p.tax_class, v.weight_g, v.needs_shipping, v.tracks_stock, v.backorder_max, v.available_from, \
    v.is_active and p.status = 'active', \
    array(select r.min_quantity from shop.prices r \
          where r.variant_id = v.id and r.currency = $2 order by r.min_quantity), \
    array(select r.amount from shop.prices r \
          where r.variant_id = v.id and r.currency = $2 order by r.min_quantity), \
    (select i.id from shop.images i where i.product_id = v.product_id \
          order by i.variant_id is distinct from v.id, i.variant_id is not null, i.position, i.id \
          limit 1)";

/// Those of the variants that exist, in no order, with the prices that hold for a buyer.
pub(crate) async fn sellables(
    client: &impl GenericClient,
    variants: &[VariantId],
    currency: &str,
    buyer: Option<UserId>,
    now: Timestamp,
) -> Result<Vec<Sellable>> {
    let each = kernel::each!(1, "uuid");
    let sql = format!(
        "select {COLUMNS}, {VARIANT_TITLE} \
         from shop.variants v join shop.products p on p.id = v.product_id \
         where v.id = any({each})"
    );
    let ids: Vec<Uuid> = variants.iter().map(|id| id.as_uuid()).collect();
    let parameters: [&(dyn ToSql + Sync); 2] = [&ids, &currency];
    let (rows, listed) = tokio::try_join!(
        async { Ok(client.query_prepared(&sql, &parameters).await?) },
        price_lists::store::listed(client, &ids, now, buyer),
    )?;
    let mut found: Vec<Sellable> = rows.iter().map(sellable).collect();
    for it in &mut found {
        let lists = listed.iter().filter(|list| list.variant == it.variant);
        let lists = lists.filter(|list| list.currency == currency);
        let mut lists: Vec<&[(u32, Amount)]> = lists.map(|list| list.tiers.as_slice()).collect();
        lists.push(&it.prices);
        it.prices = price_lists::lowest(&lists);
    }
    Ok(found)
}

fn sellable(row: &tokio_postgres::Row) -> Sellable {
    let from: Vec<i32> = row.get(14);
    let amounts: Vec<Amount> = row.get(15);
    Sellable {
        variant: row.get(0),
        product: row.get(1),
        sku: row.get(2),
        asset: row.get(3),
        handle: row.get(4),
        image: row.get(16),
        title: row.get(5),
        variant_title: row.get(17),
        tags: row.get(6),
        tax_class: row.get(7),
        weight_g: row.get::<_, i32>(8).cast_unsigned(),
        needs_shipping: row.get(9),
        tracks_stock: row.get(10),
        backorder_max: row.get::<_, i64>(11).cast_unsigned(),
        available_from: row.get(12),
        is_for_sale: row.get(13),
        prices: from.into_iter().map(i32::cast_unsigned).zip(amounts).collect(),
    }
}
