//! SQL of payments for orders, and of the promotions that they used.

use deadpool_postgres::{GenericClient, Transaction};
use identity::UserId;
use kernel::Amount;
use kernel::db::Statements as _;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::error::{Result, ShopError};
use crate::ids::{OrderId, PromotionId};
use crate::orders::{OrderDiscount, OrderPayment, PaymentKind, PaymentStatus};

fn payment(row: &Row) -> Result<OrderPayment> {
    let corrupt = || ShopError::Corrupt("a payment of an order");
    let payer: Option<UserId> = row.get(2);
    let kind = match (row.get(1), payer) {
        ("wallet", Some(payer)) => PaymentKind::Wallet { payer },
        ("external", None) => PaymentKind::External,
        _ => return Err(corrupt()),
    };
    Ok(OrderPayment {
        id: row.get(0),
        kind,
        amount: row.get(3),
        status: PaymentStatus::from_name(row.get(4)).ok_or_else(corrupt)?,
        captured: row.get(5),
        refunded: row.get(6),
        reference: row.get(7),
        created_at: row.get(8),
    })
}

/// The payments of an order, the oldest first.
pub(crate) async fn payments(
    client: &impl GenericClient,
    id: OrderId,
) -> Result<Vec<OrderPayment>> {
    let sql = "select id, kind, payer, amount, status, captured, refunded, reference, created_at \
        from shop.order_payments where order_id = $1 order by id";
    client.query_prepared(sql, &[&id]).await?.iter().map(payment).collect()
}

pub(crate) async fn insert_payment_in_tx(
    tx: &Transaction<'_>,
    order: OrderId,
    it: &OrderPayment,
) -> Result<()> {
    let sql = "insert into shop.order_payments \
            (id, order_id, kind, payer, amount, status, reference, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let payer = match it.kind {
        PaymentKind::Wallet { payer } => Some(payer),
        PaymentKind::External => None,
    };
    tx.execute_prepared(
        sql,
        &[
            &it.id,
            &order,
            &it.kind.as_str(),
            &payer,
            &it.amount,
            &it.status.as_str(),
            &it.reference,
            &it.created_at,
        ],
    )
    .await?;
    Ok(())
}

/// What has become of the payments.
pub(crate) async fn update_payments_in_tx(
    tx: &Transaction<'_>,
    payments: &[OrderPayment],
) -> Result<()> {
    let sql = "update shop.order_payments p \
            set status = n.status, captured = n.captured, refunded = n.refunded \
        from unnest($1::uuid[], $2::text[], $3::numeric[], $4::numeric[]) \
            as n (id, status, captured, refunded) \
        where p.id = n.id";
    let ids: Vec<Uuid> = payments.iter().map(|it| it.id.as_uuid()).collect();
    let statuses: Vec<&str> = payments.iter().map(|it| it.status.as_str()).collect();
    let captured: Vec<Amount> = payments.iter().map(|it| it.captured).collect();
    let refunded: Vec<Amount> = payments.iter().map(|it| it.refunded).collect();
    tx.execute_prepared(sql, &[&ids, &statuses, &captured, &refunded]).await?;
    Ok(())
}

pub(crate) async fn insert_uses_in_tx(
    tx: &Transaction<'_>,
    order: OrderId,
    uses: &[OrderDiscount],
) -> Result<()> {
    let sql = "insert into shop.order_uses (order_id, promotion_id, title, amount) \
        values ($1, $2, $3, $4)";
    for it in uses {
        tx.execute_prepared(sql, &[&order, &it.promotion, &it.title, &it.amount]).await?;
    }
    Ok(())
}

/// The promotions that an order uses.
pub(crate) async fn uses(client: &impl GenericClient, order: OrderId) -> Result<Vec<PromotionId>> {
    let sql = "select promotion_id from shop.order_uses where order_id = $1 order by promotion_id";
    let rows = client.query_prepared(sql, &[&order]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
