//! SQL of refunds.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::Amount;
use kernel::db::Statements as _;
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Refund, RefundExchange, RefundState, RefundedLine};
use crate::error::{Result, ShopError};
use crate::ids::{OrderId, OrderLineId, OrderPaymentId, OrderRefundId};

const COLUMNS: &str = "r.id, r.order_id, r.state, r.amount, r.shipping_net, r.shipping_tax, \
    r.reason, r.effective_at, r.created_at, \
    array(select l.line_id from shop.refund_lines l where l.refund_id = r.id order by l.line_id), \
    array(select l.net from shop.refund_lines l where l.refund_id = r.id order by l.line_id), \
    array(select l.tax from shop.refund_lines l where l.refund_id = r.id order by l.line_id), \
    array(select p.payment_id from shop.refund_payouts p where p.refund_id = r.id order by p.payment_id), \
    array(select p.amount from shop.refund_payouts p where p.refund_id = r.id order by p.payment_id), \
    r.exchange_order, \
    array(select p.exchanged from shop.refund_payouts p where p.refund_id = r.id order by p.payment_id)";

fn refund(row: &Row) -> Result<Refund> {
    let (lines, nets, taxes): (Vec<OrderLineId>, Vec<Amount>, Vec<Amount>) =
        (row.get(9), row.get(10), row.get(11));
    let lines = lines.into_iter().zip(nets).zip(taxes);
    let (payments, amounts): (Vec<OrderPaymentId>, Vec<Amount>) = (row.get(12), row.get(13));
    let state = RefundState::from_name(row.get(2));
    Ok(Refund {
        id: row.get(0),
        order: row.get(1),
        state: state.ok_or(ShopError::Corrupt("the state of a refund"))?,
        amount: row.get(3),
        shipping_net: row.get(4),
        shipping_tax: row.get(5),
        reason: row.get(6),
        effective_at: row.get(7),
        created_at: row.get(8),
        lines: lines.map(|((line, net), tax)| RefundedLine { line, net, tax }).collect(),
        exchange: row.get::<_, Option<OrderId>>(14).map(|order| {
            let exchanged: Vec<Amount> = row.get(15);
            let shares = payments.iter().copied().zip(exchanged);
            RefundExchange { order, shares: shares.filter(|(_, it)| !it.is_zero()).collect() }
        }),
        payouts: payments.into_iter().zip(amounts).collect(),
    })
}

pub(crate) async fn one(client: &impl GenericClient, id: OrderRefundId) -> Result<Option<Refund>> {
    let sql = format!("select {COLUMNS} from shop.refunds r where r.id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(refund).transpose()
}

/// The refunds of an order, the first one first.
pub(crate) async fn of_order(client: &impl GenericClient, order: OrderId) -> Result<Vec<Refund>> {
    let sql = format!("select {COLUMNS} from shop.refunds r where r.order_id = $1 order by r.id");
    client.query_prepared(&sql, &[&order]).await?.iter().map(refund).collect()
}

pub(super) async fn insert_in_tx(tx: &Transaction<'_>, it: &Refund) -> Result<()> {
    let sql = "insert into shop.refunds \
            (id, order_id, state, amount, shipping_net, shipping_tax, reason, effective_at, \
             created_at, exchange_order) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    tx.execute_prepared(
        sql,
        &[
            &it.id,
            &it.order,
            &it.state.as_str(),
            &it.amount,
            &it.shipping_net,
            &it.shipping_tax,
            &it.reason,
            &it.effective_at,
            &it.created_at,
            &it.exchange.as_ref().map(|exchange| exchange.order),
        ],
    )
    .await?;
    let sql = "insert into shop.refund_lines (refund_id, line_id, net, tax) \
        select $1, * from unnest($2::uuid[], $3::numeric[], $4::numeric[])";
    let lines: Vec<Uuid> = it.lines.iter().map(|line| line.line.as_uuid()).collect();
    let nets: Vec<Amount> = it.lines.iter().map(|line| line.net).collect();
    let taxes: Vec<Amount> = it.lines.iter().map(|line| line.tax).collect();
    tx.execute_prepared(sql, &[&it.id, &lines, &nets, &taxes]).await?;
    let sql = "insert into shop.refund_payouts (refund_id, payment_id, amount, exchanged) \
        select $1, * from unnest($2::uuid[], $3::numeric[], $4::numeric[])";
    let payments: Vec<Uuid> = it.payouts.iter().map(|(id, _)| id.as_uuid()).collect();
    let amounts: Vec<Amount> = it.payouts.iter().map(|(_, amount)| *amount).collect();
    let exchanged: Vec<Amount> =
        it.payouts.iter().map(|(id, _)| Amount::new(it.exchanged(*id))).collect();
    tx.execute_prepared(sql, &[&it.id, &payments, &amounts, &exchanged]).await?;
    Ok(())
}

/// Ends a refund that is pending. False if somebody did.
pub(super) async fn settle_in_tx(
    tx: &Transaction<'_>,
    id: OrderRefundId,
    state: RefundState,
) -> Result<bool> {
    let sql = "update shop.refunds set state = $2 where id = $1 and state = 'pending'";
    Ok(tx.execute_prepared(sql, &[&id, &state.as_str()]).await? == 1)
}
