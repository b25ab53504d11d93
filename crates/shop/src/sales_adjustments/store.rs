//! SQL of sales adjustments.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::{SalesAdjustment, SalesAdjustmentState};
use crate::error::{Result, ShopError};
use crate::ids::SalesAdjustmentId;

const COLUMNS: &str = "id, external_ref, customer_id, currency, scale, sku, asset, amount, reason, \
    state = 'done', effective_at, created_at";

fn adjustment(row: &Row) -> Result<SalesAdjustment> {
    let scale = u8::try_from(row.get::<_, i16>(4));
    let is_done: bool = row.get(9);
    Ok(SalesAdjustment {
        id: row.get(0),
        reference: row.get(1),
        customer: row.get(2),
        currency: row.get(3),
        scale: scale.map_err(|_| ShopError::Corrupt("a sales adjustment"))?,
        sku: row.get(5),
        asset: row.get(6),
        amount: row.get(7),
        reason: row.get(8),
        state: if is_done { SalesAdjustmentState::Done } else { SalesAdjustmentState::Pending },
        effective_at: row.get(10),
        created_at: row.get(11),
    })
}

/// The one with this id, or with this number in another system.
pub(super) async fn known(
    client: &impl GenericClient,
    id: SalesAdjustmentId,
    reference: Option<&str>,
) -> Result<Option<SalesAdjustment>> {
    let sql =
        format!("select {COLUMNS} from shop.sales_adjustments where id = $1 or external_ref = $2");
    client.query_opt_prepared(&sql, &[&id, &reference]).await?.as_ref().map(adjustment).transpose()
}

/// False if it is there already.
pub(super) async fn insert_in_tx(tx: &Transaction<'_>, it: &SalesAdjustment) -> Result<bool> {
    let sql = "insert into shop.sales_adjustments \
            (id, external_ref, customer_id, currency, scale, sku, asset, amount, reason, state, \
             effective_at, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing";
    let written = tx
        .execute_prepared(
            sql,
            &[
                &it.id,
                &it.reference,
                &it.customer,
                &it.currency,
                &i16::from(it.scale),
                &it.sku,
                &it.asset,
                &it.amount,
                &it.reason,
                &it.state.as_str(),
                &it.effective_at,
                &it.created_at,
            ],
        )
        .await?;
    Ok(written == 1)
}

pub(super) async fn done_in_tx(tx: &Transaction<'_>, id: SalesAdjustmentId) -> Result<()> {
    let sql = "update shop.sales_adjustments set state = 'done' where id = $1";
    tx.execute_prepared(sql, &[&id]).await?;
    Ok(())
}
