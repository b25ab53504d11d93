//! SQL of the storefront.

use deadpool_postgres::GenericClient;
use kernel::db::Statements as _;

use crate::error::Result;

/// The currencies in which something has a price. There are few of them and many prices, so each is
/// looked up behind the one before.
pub(super) async fn currencies(client: &impl GenericClient) -> Result<Vec<String>> {
    let sql = "with recursive each as ( \
            select min(currency) as currency from shop.prices \
            union all \
            select (select min(p.currency) from shop.prices p where p.currency > e.currency) \
            from each e where e.currency is not null) \
        select currency from each where currency is not null order by currency";
    let rows = client.query_prepared(sql, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
