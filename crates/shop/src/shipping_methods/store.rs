//! SQL of ways of shipping.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::Timestamp;
use kernel::db::Statements as _;
use tokio_postgres::Row;

use crate::error::{Result, ShopError};
use crate::ids::ShippingMethodId;
use crate::pricing::ShippingMethod;

const COLUMNS: &str = "id, handle, title, countries, tax_class, rates, is_active, version";

fn method(row: &Row) -> Result<ShippingMethod> {
    let rates = serde_json::from_value(row.get(5));
    Ok(ShippingMethod {
        id: row.get(0),
        handle: row.get(1),
        title: row.get(2),
        countries: row.get(3),
        tax_class: row.get(4),
        rates: rates.map_err(|_| ShopError::Corrupt("the rates of a shipping method"))?,
        is_active: row.get(6),
        version: row.get::<_, i32>(7).cast_unsigned(),
    })
}

/// All, the oldest first.
pub(crate) async fn list(client: &impl GenericClient) -> Result<Vec<ShippingMethod>> {
    let sql = format!("select {COLUMNS} from shop.shipping_methods order by created_at, id");
    client.query_prepared(&sql, &[]).await?.iter().map(method).collect()
}

/// The method, which nobody else changes until the transaction ends.
pub(super) async fn lock_in_tx(
    tx: &Transaction<'_>,
    id: ShippingMethodId,
) -> Result<Option<ShippingMethod>> {
    let sql = format!("select {COLUMNS} from shop.shipping_methods where id = $1 for update");
    tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(method).transpose()
}

/// Writes a new one, or changes the one with this id. False if its handle is taken.
pub(super) async fn put_in_tx(
    tx: &Transaction<'_>,
    it: &ShippingMethod,
    now: Timestamp,
) -> Result<bool> {
    let sql = "insert into shop.shipping_methods \
            (id, handle, title, countries, tax_class, rates, is_active, version, created_at) \
        select $1, $2, $3, $4, $5, $6, $7, $8, $9 \
        where not exists (select from shop.shipping_methods where handle = $2 and id <> $1) \
        on conflict (id) do update set title = $3, countries = $4, tax_class = $5, rates = $6, \
            is_active = $7, version = $8";
    let rates = serde_json::to_value(&it.rates).expect("rates are plain values");
    let version = it.version.cast_signed();
    let written = tx
        .execute_prepared(
            sql,
            &[
                &it.id,
                &it.handle,
                &it.title,
                &it.countries,
                &it.tax_class,
                &rates,
                &it.is_active,
                &version,
                &now,
            ],
        )
        .await?;
    Ok(written == 1)
}
