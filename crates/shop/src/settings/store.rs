//! SQL of the settings.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::Settings;
use crate::error::Result;

const COLUMNS: &str = "prices_include_tax, home_country, reservation_s, payment_s, version, \
    return_days";

fn settings(row: &Row) -> Settings {
    Settings {
        prices_include_tax: row.get(0),
        home_country: row.get(1),
        reservation_s: row.get::<_, i32>(2).cast_unsigned(),
        payment_s: row.get::<_, i32>(3).cast_unsigned(),
        version: row.get::<_, i32>(4).cast_unsigned(),
        return_days: row.get::<_, i32>(5).cast_unsigned(),
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
               reservation_s = $3, payment_s = $4, version = $5, return_days = $6";
    tx.execute_prepared(
        sql,
        &[
            &it.prices_include_tax,
            &it.home_country,
            &it.reservation_s.cast_signed(),
            &it.payment_s.cast_signed(),
            &it.version.cast_signed(),
            &it.return_days.cast_signed(),
        ],
    )
    .await?;
    Ok(())
}
