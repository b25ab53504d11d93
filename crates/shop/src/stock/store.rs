//! SQL of stock: which variants there are. How much of them, the ledger knows.

use deadpool_postgres::GenericClient;
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::StockedVariant;
use crate::error::Result;

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
    let sql = format!("select {COLUMNS} from shop.variants where sku = any($1)");
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
