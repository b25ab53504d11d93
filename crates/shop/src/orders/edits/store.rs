//! SQL of edits.

use deadpool_postgres::Transaction;
use kernel::Timestamp;
use kernel::db::Statements as _;

use crate::error::Result;
use crate::orders::{Order, address_value};

pub(super) async fn update_in_tx(tx: &Transaction<'_>, it: &Order, now: Timestamp) -> Result<()> {
    let sql = "update shop.orders set email = $2, shipping_address = $3, note = $4, \
            version = version + 1, updated_at = $5 \
        where id = $1";
    let address = address_value(&it.shipping_address);
    tx.execute_prepared(sql, &[&it.id, &it.email, &address, &it.note, &now]).await?;
    Ok(())
}
