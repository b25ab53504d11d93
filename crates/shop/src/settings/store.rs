//! SQL of the settings.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::Settings;
use crate::documents::Seller;
use crate::error::Result;

const COLUMNS: &str = "prices_include_tax, home_country, reservation_s, payment_s, version, \
    return_days, seller_name, seller_address, seller_vat_id, default_currency";

fn settings(row: &Row) -> Settings {
    Settings {
        default_currency: row.get(9),
        prices_include_tax: row.get(0),
        home_country: row.get(1),
        reservation_s: row.get::<_, i32>(2).cast_unsigned(),
        payment_s: row.get::<_, i32>(3).cast_unsigned(),
        version: row.get::<_, i32>(4).cast_unsigned(),
        return_days: row.get::<_, i32>(5).cast_unsigned(),
        seller: Seller { name: row.get(6), address: row.get(7), vat_id: row.get(8) },
    }
}

pub(crate) async fn get(client: &impl GenericClient) -> Result<Settings> {
    let sql = format!("select {COLUMNS} from shop.settings");
    Ok(settings(&client.query_one_prepared(&sql, &[]).await?))
}

/// The settings, which nobody else changes until the transaction ends.
pub(super) async fn lock_in_tx(tx: &Transaction<'_>) -> Result<Settings> {
    let sql = format!("select {COLUMNS} from shop.settings for update");
    Ok(settings(&tx.query_one_prepared(&sql, &[]).await?))
}

pub(super) async fn update_in_tx(tx: &Transaction<'_>, it: &Settings) -> Result<()> {
    let sql = "update shop.settings set prices_include_tax = $1, home_country = $2, \
               reservation_s = $3, payment_s = $4, version = $5, return_days = $6, \
               seller_name = $7, seller_address = $8, seller_vat_id = $9, \
               default_currency = $10";
    tx.execute_prepared(
        sql,
        &[
            &it.prices_include_tax,
            &it.home_country,
            &it.reservation_s.cast_signed(),
            &it.payment_s.cast_signed(),
            &it.version.cast_signed(),
            &it.return_days.cast_signed(),
            &it.seller.name,
            &it.seller.address,
            &it.seller.vat_id,
            &it.default_currency,
        ],
    )
    .await?;
    Ok(())
}
