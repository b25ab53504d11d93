//! SQL of returns. States change here alone, while the order is locked.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::Timestamp;
use kernel::db::Statements as _;
use tokio_postgres::Row;
use uuid::Uuid;

use super::exchanges::{Exchange, ExchangeItem};
use super::{Return, ReturnLine, ReturnReason, ReturnState};
use crate::error::{Result, ShopError};
use crate::ids::{OrderId, OrderLineId, OrderRefundId, ReturnId, VariantId};

const COLUMNS: &str = "r.id, r.order_id, r.state, r.by_staff, r.note, r.decision, r.location, \
    r.refund_id, r.created_at, r.decided_at, r.received_at, r.closed_at, \
    array(select l.line_id from shop.return_lines l where l.return_id = r.id order by l.line_id), \
    array(select l.quantity from shop.return_lines l where l.return_id = r.id order by l.line_id), \
    array(select l.reason from shop.return_lines l where l.return_id = r.id order by l.line_id), \
    array(select l.restocked from shop.return_lines l where l.return_id = r.id order by l.line_id), \
    array(select l.written_off from shop.return_lines l where l.return_id = r.id order by l.line_id), \
    r.exchange_order, r.at_once, \
    array(select l.variant_id from shop.exchange_lines l where l.return_id = r.id order by l.variant_id), \
    array(select l.sku from shop.exchange_lines l where l.return_id = r.id order by l.variant_id), \
    array(select l.quantity from shop.exchange_lines l where l.return_id = r.id order by l.variant_id), \
    (select o.number from shop.orders o where o.id = r.order_id)";

fn returned(row: &Row) -> Result<Return> {
    let state = ReturnState::from_name(row.get(2));
    Ok(Return {
        id: row.get(0),
        order: row.get(1),
        order_number: row.get(22),
        state: state.ok_or(ShopError::Corrupt("the state of a return"))?,
        by_staff: row.get(3),
        note: row.get(4),
        decision: row.get(5),
        location: row.get(6),
        refund: row.get(7),
        created_at: row.get(8),
        decided_at: row.get(9),
        received_at: row.get(10),
        closed_at: row.get(11),
        lines: lines(row)?,
        exchange: exchange(row),
    })
}

fn exchange(row: &Row) -> Option<Exchange> {
    let (variants, skus, quantities): (Vec<VariantId>, Vec<String>, Vec<i32>) =
        (row.get(19), row.get(20), row.get(21));
    let items = variants.into_iter().zip(skus).zip(quantities);
    let items = items.map(|((variant, sku), quantity)| ExchangeItem {
        variant,
        sku,
        quantity: quantity.cast_unsigned(),
    });
    let items: Vec<ExchangeItem> = items.collect();
    (!items.is_empty()).then(|| Exchange { items, order: row.get(17), at_once: row.get(18) })
}

fn lines(row: &Row) -> Result<Vec<ReturnLine>> {
    let (ids, reasons): (Vec<OrderLineId>, Vec<&str>) = (row.get(12), row.get(14));
    let (quantities, restocked, written_off): (Vec<i32>, Vec<i32>, Vec<i32>) =
        (row.get(13), row.get(15), row.get(16));
    let line = |index: usize| {
        let reason = ReturnReason::from_name(reasons[index]);
        Ok(ReturnLine {
            line: ids[index],
            quantity: quantities[index].cast_unsigned(),
            reason: reason.ok_or(ShopError::Corrupt("the reason of a return"))?,
            restocked: restocked[index].cast_unsigned(),
            written_off: written_off[index].cast_unsigned(),
        })
    };
    (0..ids.len()).map(line).collect()
}

pub(crate) async fn one(client: &impl GenericClient, id: ReturnId) -> Result<Option<Return>> {
    let sql = format!("select {COLUMNS} from shop.returns r where r.id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(returned).transpose()
}

/// The returns of an order, the first one first.
pub(crate) async fn of_order(client: &impl GenericClient, order: OrderId) -> Result<Vec<Return>> {
    let sql = format!("select {COLUMNS} from shop.returns r where r.order_id = $1 order by r.id");
    client.query_prepared(&sql, &[&order]).await?.iter().map(returned).collect()
}

/// Everybody's returns, the newest first.
pub(super) async fn list(
    client: &impl GenericClient,
    state: Option<ReturnState>,
    after: Option<(Timestamp, ReturnId)>,
    limit: i64,
) -> Result<Vec<Return>> {
    // Only what is asked for stands in the text, so that each has its index.
    let of_state = if state.is_some() { " and r.state = $1" } else { "" };
    let before = if after.is_some() { " and (r.created_at, r.id) < ($2, $3)" } else { "" };
    let sql = format!(
        "select {COLUMNS} from shop.returns r where true{of_state}{before} \
            and ($1::text is null or true) and ($2::timestamptz is null or true) \
            and ($3::uuid is null or true) \
         order by r.created_at desc, r.id desc limit $4"
    );
    let (at, id) = after.unzip();
    let state = state.map(ReturnState::as_str);
    let rows = client.query_prepared(&sql, &[&state, &at, &id, &limit]).await?;
    rows.iter().map(returned).collect()
}

pub(super) async fn insert_in_tx(tx: &Transaction<'_>, it: &Return) -> Result<()> {
    let sql = "insert into shop.returns \
            (id, order_id, state, by_staff, note, created_at, decided_at) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute_prepared(
        sql,
        &[
            &it.id,
            &it.order,
            &it.state.as_str(),
            &it.by_staff,
            &it.note,
            &it.created_at,
            &it.decided_at,
        ],
    )
    .await?;
    let sql = "insert into shop.return_lines (return_id, line_id, quantity, reason) \
        select $1, * from unnest($2::uuid[], $3::int[], $4::text[])";
    let ids: Vec<Uuid> = it.lines.iter().map(|line| line.line.as_uuid()).collect();
    let quantities: Vec<i32> = it.lines.iter().map(|line| line.quantity.cast_signed()).collect();
    let reasons: Vec<&str> = it.lines.iter().map(|line| line.reason.as_str()).collect();
    tx.execute_prepared(sql, &[&it.id, &ids, &quantities, &reasons]).await?;
    match &it.exchange {
        Some(exchange) => insert_exchange_in_tx(tx, it.id, &exchange.items).await,
        None => Ok(()),
    }
}

async fn insert_exchange_in_tx(
    tx: &Transaction<'_>,
    id: ReturnId,
    items: &[ExchangeItem],
) -> Result<()> {
    let sql = "insert into shop.exchange_lines (return_id, variant_id, sku, quantity) \
        select $1, * from unnest($2::uuid[], $3::text[], $4::int[])";
    let variants: Vec<Uuid> = items.iter().map(|it| it.variant.as_uuid()).collect();
    let skus: Vec<&str> = items.iter().map(|it| &*it.sku).collect();
    let quantities: Vec<i32> = items.iter().map(|it| it.quantity.cast_signed()).collect();
    tx.execute_prepared(sql, &[&id, &variants, &skus, &quantities]).await?;
    Ok(())
}

/// Brings a return from one state to another, with whatever else changed of it. False if somebody
/// was faster.
pub(super) async fn change_in_tx(
    tx: &Transaction<'_>,
    it: &Return,
    from: ReturnState,
) -> Result<bool> {
    let exchange = it.exchange.as_ref();
    let sql = "update shop.returns set state = $3, decision = $4, location = $5, refund_id = $6, \
            decided_at = $7, received_at = $8, closed_at = $9, exchange_order = $10, at_once = $11 \
        where id = $1 and state = $2";
    let changed = tx
        .execute_prepared(
            sql,
            &[
                &it.id,
                &from.as_str(),
                &it.state.as_str(),
                &it.decision,
                &it.location,
                &it.refund,
                &it.decided_at,
                &it.received_at,
                &it.closed_at,
                &exchange.and_then(|exchange| exchange.order),
                &exchange.is_some_and(|exchange| exchange.at_once),
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// What became of the pieces.
pub(super) async fn received_in_tx(tx: &Transaction<'_>, it: &Return) -> Result<()> {
    let sql = "update shop.return_lines l \
            set restocked = n.restocked, written_off = n.written_off \
        from unnest($2::uuid[], $3::int[], $4::int[]) as n (id, restocked, written_off) \
        where l.return_id = $1 and l.line_id = n.id";
    let ids: Vec<Uuid> = it.lines.iter().map(|line| line.line.as_uuid()).collect();
    let restocked: Vec<i32> = it.lines.iter().map(|line| line.restocked.cast_signed()).collect();
    let written_off: Vec<i32> =
        it.lines.iter().map(|line| line.written_off.cast_signed()).collect();
    tx.execute_prepared(sql, &[&it.id, &ids, &restocked, &written_off]).await?;
    Ok(())
}

/// The return whose money went back by this refund is closed, if its goods are there.
pub(crate) async fn close_refunded_in_tx(
    tx: &Transaction<'_>,
    refund: OrderRefundId,
    now: Timestamp,
) -> Result<()> {
    let sql = "update shop.returns set state = 'closed', closed_at = $2 \
        where refund_id = $1 and state = 'received'";
    tx.execute_prepared(sql, &[&refund, &now]).await?;
    Ok(())
}
