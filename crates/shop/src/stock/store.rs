//! SQL of stock: which variants there are. How much of them, the ledger knows.

use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use kernel::db::Statements as _;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Name, StockedVariant};
use crate::error::Result;
use crate::ids::VariantId;
use crate::products::store::VARIANT_TITLE;

const COLUMNS: &str = "id, sku, asset, tracks_stock, backorder_max";

fn variant(row: &Row) -> StockedVariant {
    StockedVariant {
        id: row.get(0),
        sku: row.get(1),
        asset: row.get(2),
        tracks_stock: row.get(3),
        backorder_max: row.get::<_, i64>(4).cast_unsigned(),
    }
}

/// Those of the variants that exist, in no order.
pub(crate) async fn by_skus(
    client: &impl GenericClient,
    skus: &[&str],
) -> Result<Vec<StockedVariant>> {
    let each = kernel::each!(1, "text");
    let sql = format!("select {COLUMNS} from shop.variants where sku = any({each})");
    Ok(client.query_prepared(&sql, &[&skus]).await?.iter().map(variant).collect())
}

/// Variants of which stock is kept, in the order of their SKUs.
pub(crate) async fn list(
    client: &impl GenericClient,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<StockedVariant>> {
    let sql = format!(
        "select {COLUMNS} from shop.variants where tracks_stock and ($1::text is null or sku > $1) \
         order by sku limit $2"
    );
    Ok(client.query_prepared(&sql, &[&after, &limit]).await?.iter().map(variant).collect())
}

/// Names of variants.
pub(super) async fn names(
    client: &impl GenericClient,
    variants: &[StockedVariant],
) -> Result<HashMap<VariantId, Name>> {
    let sql = format!(
        "select v.id, p.id, p.title, {VARIANT_TITLE} \
         from shop.variants v join shop.products p on p.id = v.product_id where v.id = any($1)"
    );
    let ids: Vec<Uuid> = variants.iter().map(|it| it.id.as_uuid()).collect();
    let name = |row: &Row| {
        (row.get(0), Name { product: row.get(1), title: row.get(2), variant_title: row.get(3) })
    };
    Ok(client.query_prepared(&sql, &[&ids]).await?.iter().map(name).collect())
}
