//! SQL of tax rates.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;

use crate::error::Result;
use crate::pricing::TaxRate;

pub(crate) async fn list(client: &impl GenericClient) -> Result<Vec<TaxRate>> {
    let sql = "select country, class, rate, title from shop.tax_rates order by country, class";
    let rows = client.query_prepared(sql, &[]).await?;
    let rate = |row: &tokio_postgres::Row| TaxRate {
        country: row.get(0),
        class: row.get(1),
        rate: row.get::<_, i32>(2).cast_unsigned(),
        title: row.get(3),
    };
    Ok(rows.iter().map(rate).collect())
}

pub(super) async fn put_in_tx(tx: &Transaction<'_>, rate: &TaxRate) -> Result<()> {
    let sql = "insert into shop.tax_rates (country, class, rate, title) values ($1, $2, $3, $4) \
               on conflict (country, class) do update set rate = excluded.rate, title = excluded.title";
    let millionths = rate.rate.cast_signed();
    tx.execute_prepared(sql, &[&rate.country, &rate.class, &millionths, &rate.title]).await?;
    Ok(())
}

/// False if there was none.
pub(super) async fn delete_in_tx(tx: &Transaction<'_>, country: &str, class: &str) -> Result<bool> {
    let sql = "delete from shop.tax_rates where country = $1 and class = $2";
    Ok(tx.execute_prepared(sql, &[&country, &class]).await? == 1)
}
