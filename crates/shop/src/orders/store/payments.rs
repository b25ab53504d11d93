//! SQL of payments for orders, and of the promotions that they used.

use deadpool_postgres::{GenericClient, Transaction};
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::error::{Result, ShopError};
use crate::ids::{OrderId, OrderPaymentId, PromotionId};
use crate::order_payments::OrderCard;
use crate::orders::{OrderDiscount, OrderPayment, Origin, OriginWay, PaymentKind, PaymentStatus};

fn payment(row: &Row) -> Result<OrderPayment> {
    let corrupt = || ShopError::Corrupt("a payment of an order");
    let payer: Option<UserId> = row.get(2);
    let kind = match (row.get(1), payer) {
        ("exchange", payer) => PaymentKind::Exchange { origin: origin(row, payer)? },
        ("wallet", Some(payer)) => PaymentKind::Wallet { payer },
        ("card", None) => PaymentKind::Card,
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
        updated_at: row.get(13),
        captured_at: row.get(14),
        stranded: row.get(15),
        failure: row.get(9),
        card: row.get::<_, Option<String>>(10).map(|provider| OrderCard {
            provider,
            token: row.get(11),
            return_url: row.get(12),
        }),
    })
}

fn origin(row: &Row, payer: Option<UserId>) -> Result<Origin> {
    let way = match (row.get(18), payer) {
        ("wallet", Some(payer)) => OriginWay::Wallet { payer },
        ("card", None) => OriginWay::Card,
        ("external", None) => OriginWay::External,
        _ => return Err(ShopError::Corrupt("the origin of a payment")),
    };
    Ok(Origin { payment: row.get(16), order: row.get(17), way })
}

/// The payments of an order, the oldest first.
pub(crate) async fn payments(
    client: &impl GenericClient,
    id: OrderId,
) -> Result<Vec<OrderPayment>> {
    let sql = "select id, kind, payer, amount, status, captured, refunded, reference, created_at, \
            failure, provider, card_token, return_url, updated_at, captured_at, \
            stranded - settled, origin_id, origin_order, origin_kind \
        from shop.order_payments where order_id = $1 order by id";
    client.query_prepared(sql, &[&id]).await?.iter().map(payment).collect()
}

pub(crate) async fn insert_payment_in_tx(
    tx: &Transaction<'_>,
    order: OrderId,
    it: &OrderPayment,
) -> Result<()> {
    let sql = "insert into shop.order_payments \
            (id, order_id, kind, payer, amount, status, reference, created_at, provider, \
             card_token, return_url, updated_at, origin_id, origin_order, origin_kind) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let origin = match it.kind {
        PaymentKind::Exchange { origin } => Some(origin),
        _ => None,
    };
    let (payer, way) = match it.origin(order).way {
        OriginWay::Wallet { payer } => (Some(payer), "wallet"),
        OriginWay::Card => (None, "card"),
        OriginWay::External => (None, "external"),
    };
    let card = it.card.as_ref();
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
            &card.map(|card| &card.provider),
            &card.and_then(|card| card.token.as_ref()),
            &card.and_then(|card| card.return_url.as_ref()),
            &it.updated_at,
            &origin.map(|origin| origin.payment),
            &origin.map(|origin| origin.order),
            &origin.map(|_| way),
        ],
    )
    .await?;
    Ok(())
}

/// What has become of the payments.
pub(crate) async fn update_payments_in_tx(
    tx: &Transaction<'_>,
    payments: &[OrderPayment],
    now: Timestamp,
) -> Result<()> {
    let each = [
        kernel::each!(1, "uuid"),
        kernel::each!(2, "text"),
        kernel::each!(3, "numeric"),
        kernel::each!(4, "numeric"),
        kernel::each!(5, "text"),
    ];
    let sql = format!(
        "update shop.order_payments p \
            set status = n.status, captured = n.captured, refunded = n.refunded, \
                failure = n.failure, updated_at = $6, \
                captured_at = coalesce(p.captured_at, case when n.captured > 0 then $6::timestamptz end) \
        from unnest({}) as n (id, status, captured, refunded, failure) \
        where p.id = n.id and (p.status, p.captured, p.refunded, p.failure) \
            is distinct from (n.status, n.captured, n.refunded, n.failure)",
        each.join(", ")
    );
    let ids: Vec<Uuid> = payments.iter().map(|it| it.id.as_uuid()).collect();
    let statuses: Vec<&str> = payments.iter().map(|it| it.status.as_str()).collect();
    let captured: Vec<Amount> = payments.iter().map(|it| it.captured).collect();
    let refunded: Vec<Amount> = payments.iter().map(|it| it.refunded).collect();
    let failures: Vec<Option<&str>> = payments.iter().map(|it| it.failure.as_deref()).collect();
    tx.execute_prepared(&sql, &[&ids, &statuses, &captured, &refunded, &failures, &now]).await?;
    Ok(())
}

/// The order that a payment is for.
pub(crate) async fn order_of_payment(
    client: &impl GenericClient,
    id: OrderPaymentId,
) -> Result<Option<OrderId>> {
    let sql = "select order_id from shop.order_payments where id = $1";
    Ok(client.query_opt_prepared(sql, &[&id]).await?.map(|row| row.get(0)))
}

/// A card could not be reached: what was to go back to it is in the order's account again.
pub(crate) async fn note_refund_failure_in_tx(
    tx: &Transaction<'_>,
    id: OrderPaymentId,
    (amount, reason): (Amount, Option<String>),
    now: Timestamp,
) -> Result<()> {
    let sql = "update shop.order_payments set stranded = stranded + $2, \
        failure = coalesce($3, failure), updated_at = $4 where id = $1";
    tx.execute_prepared(sql, &[&id, &amount, &reason, &now]).await?;
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
