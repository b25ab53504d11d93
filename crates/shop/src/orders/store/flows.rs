//! SQL of what is under way for an order.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use uuid::Uuid;

use crate::error::Result;
use crate::ids::{
    CancellationId, OrderId, OrderLineId, OrderPaymentId, OrderRefundId, ReturnId, SettlementId,
    ShipmentId,
};
use crate::orders::cancel::Cancellation;
use crate::orders::jobs::Flow;

/// Parcels, cancellations, refunds and returns that the ledger has not decided.
pub(crate) async fn pending_flows(
    client: &impl GenericClient,
    order: OrderId,
) -> Result<Vec<Flow>> {
    let sql = "select 1, id from shop.shipments where order_id = $1 and state = 'pending' \
        union all \
        select 2, id from shop.cancellations where order_id = $1 and state = 'pending' \
        union all \
        select 3, id from shop.refunds \
         where (order_id = $1 or exchange_order = $1) and state = 'pending' \
        union all \
        select 4, id from shop.returns \
         where order_id = $1 and state in ('approving', 'receiving') \
        union all \
        select 5, p.id from shop.order_payments p join shop.orders o on o.id = p.order_id \
         where order_id = $1 and kind = 'wallet' and p.status = 'pending' and state = 'placed' \
        union all \
        select 6, id from shop.settlements where order_id = $1 and state = 'pending'";
    let rows = client.query_prepared(sql, &[&order]).await?;
    let flow = |row: &tokio_postgres::Row| match row.get::<_, i32>(0) {
        1 => Flow::Shipment(row.get::<_, ShipmentId>(1)),
        2 => Flow::Cancellation(row.get::<_, CancellationId>(1)),
        3 => Flow::Refund(row.get::<_, OrderRefundId>(1)),
        4 => Flow::Return(row.get::<_, ReturnId>(1)),
        5 => Flow::Payment(row.get::<_, OrderPaymentId>(1)),
        _ => Flow::Settlement(row.get::<_, SettlementId>(1)),
    };
    Ok(rows.iter().map(flow).collect())
}

pub(crate) async fn insert_cancellation_in_tx(
    tx: &Transaction<'_>,
    it: &Cancellation,
    now: Timestamp,
) -> Result<()> {
    let sql = "insert into shop.cancellations \
            (id, order_id, state, amount, reason, by_staff, created_at, is_unpaid) \
        values ($1, $2, 'pending', $3, $4, $5, $6, $7)";
    tx.execute_prepared(
        sql,
        &[&it.id, &it.order, &it.amount, &it.reason, &it.by_staff, &now, &it.is_unpaid],
    )
    .await?;
    let sql = "insert into shop.cancellation_lines (cancellation_id, line_id, quantity) \
        select $1, * from unnest($2::uuid[], $3::int[])";
    let lines: Vec<Uuid> = it.lines.iter().map(|(line, _)| line.as_uuid()).collect();
    let pieces: Vec<i32> = it.lines.iter().map(|(_, pieces)| pieces.cast_signed()).collect();
    tx.execute_prepared(sql, &[&it.id, &lines, &pieces]).await?;
    Ok(())
}

/// A cancellation, and whether it is done.
pub(crate) async fn cancellation(
    client: &impl GenericClient,
    id: CancellationId,
) -> Result<Option<(Cancellation, bool)>> {
    let sql = "select c.order_id, c.amount, c.reason, c.by_staff, c.state = 'done', \
            array(select l.line_id from shop.cancellation_lines l \
                where l.cancellation_id = c.id order by l.line_id), \
            array(select l.quantity from shop.cancellation_lines l \
                where l.cancellation_id = c.id order by l.line_id), \
            c.is_unpaid \
        from shop.cancellations c where c.id = $1";
    let row = client.query_opt_prepared(sql, &[&id]).await?;
    Ok(row.map(|row| {
        let amount: Amount = row.get(1);
        let (lines, pieces): (Vec<OrderLineId>, Vec<i32>) = (row.get(5), row.get(6));
        let pieces = pieces.into_iter().map(i32::cast_unsigned);
        let it = Cancellation {
            id,
            order: row.get(0),
            lines: lines.into_iter().zip(pieces).collect(),
            amount,
            reason: row.get(2),
            by_staff: row.get(3),
            is_unpaid: row.get(7),
        };
        (it, row.get(4))
    }))
}

/// False if somebody did.
pub(crate) async fn settle_cancellation_in_tx(
    tx: &Transaction<'_>,
    id: CancellationId,
) -> Result<bool> {
    let sql = "update shop.cancellations set state = 'done' where id = $1 and state = 'pending'";
    Ok(tx.execute_prepared(sql, &[&id]).await? == 1)
}
