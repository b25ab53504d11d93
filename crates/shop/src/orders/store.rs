//! SQL of orders.

mod flows;
mod lines;
mod payments;

pub(crate) use flows::*;
pub(crate) use lines::*;
pub(crate) use payments::*;

use deadpool_postgres::{GenericClient, Transaction};
use hashbrown::HashMap;
use identity::UserId;
use kernel::Timestamp;
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::{Order, OrderHold, OrderLine, OrderState, OrderStatus, WholeOrder, address_value};
use crate::error::{Result, ShopError};
use crate::ids::{CustomerId, OrderId, OrderLineId};

const COLUMNS: &str = "id, number, cart_id, customer_id, user_id, token_hash, channel, state, \
    status, refusal, currency, scale, country, email, shipping_address, billing_address, \
    shipping_method, note, prices_include_tax, subtotal, shipping_total, shipping_tax, \
    shipping_tax_rate, total, discounts, cancelled_total, earned, refunded, version, effective_at, \
    placed_at, created_at, updated_at, shipping_refunded, external_ref, language, return_id, credit";

fn order(row: &Row) -> Result<Order> {
    let corrupt = || ShopError::Corrupt("an order");
    let json = |column| serde_json::from_value(row.get(column)).map_err(|_| corrupt());
    Ok(Order {
        id: row.get(0),
        number: row.get(1),
        cart: row.get(2),
        customer: row.get(3),
        user: row.get(4),
        token_hash: row.get(5),
        channel: row.get(6),
        state: OrderState::from_name(row.get(7)).ok_or_else(corrupt)?,
        status: OrderStatus::from_name(row.get(8)).ok_or_else(corrupt)?,
        refusal: row.get(9),
        currency: row.get(10),
        scale: u8::try_from(row.get::<_, i16>(11)).map_err(|_| corrupt())?,
        country: row.get(12),
        email: row.get(13),
        language: row.get(35),
        shipping_address: address(row.get(14))?,
        billing_address: address(row.get(15))?,
        shipping_method: row.get(16),
        note: row.get(17),
        prices_include_tax: row.get(18),
        subtotal: row.get(19),
        shipping_total: row.get(20),
        shipping_tax: row.get(21),
        shipping_tax_rate: row.get::<_, i32>(22).cast_unsigned(),
        total: row.get(23),
        discounts: json(24)?,
        cancelled_total: row.get(25),
        earned: row.get(26),
        refunded: row.get(27),
        shipping_refunded: row.get(33),
        external_ref: row.get(34),
        exchange_of: row.get(36),
        credit: row.get(37),
        version: row.get::<_, i32>(28).cast_unsigned(),
        effective_at: row.get(29),
        placed_at: row.get(30),
        created_at: row.get(31),
        updated_at: row.get(32),
    })
}

fn address(value: Option<serde_json::Value>) -> Result<Option<crate::carts::Address>> {
    let read = value.map(serde_json::from_value).transpose();
    read.map_err(|_| ShopError::Corrupt("the address of an order"))
}

/// Writes a new order, whose customer is there. False if its cart has one already.
pub(super) async fn insert_in_tx(
    tx: &Transaction<'_>,
    it: &Order,
    customer: CustomerId,
) -> Result<bool> {
    let sql = "insert into shop.orders \
            (id, cart_id, customer_id, user_id, token_hash, channel, state, status, currency, \
             scale, country, email, shipping_address, billing_address, shipping_method, note, \
             prices_include_tax, subtotal, shipping_total, shipping_tax, shipping_tax_rate, total, \
             discounts, version, effective_at, created_at, updated_at, external_ref, \
             language, return_id, credit) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
             $19, $20, $21, $22, $23, 1, $24, $25, $25, $26, $27, $28, $29) \
        on conflict do nothing";
    let discounts = serde_json::to_value(&it.discounts).expect("discounts are plain values");
    let written = tx
        .execute_prepared(
            sql,
            &[
                &it.id,
                &it.cart,
                &customer,
                &it.user,
                &it.token_hash,
                &it.channel,
                &it.state.as_str(),
                &it.status.as_str(),
                &it.currency,
                &i16::from(it.scale),
                &it.country,
                &it.email,
                &address_value(&it.shipping_address),
                &address_value(&it.billing_address),
                &it.shipping_method,
                &it.note,
                &it.prices_include_tax,
                &it.subtotal,
                &it.shipping_total,
                &it.shipping_tax,
                &it.shipping_tax_rate.cast_signed(),
                &it.total,
                &discounts,
                &it.effective_at,
                &it.created_at,
                &it.external_ref,
                &it.language,
                &it.exchange_of,
                &it.credit,
            ],
        )
        .await?;
    Ok(written == 1)
}

/// An order with its lines, holds and payments.
pub(crate) async fn whole(client: &impl GenericClient, id: OrderId) -> Result<Option<WholeOrder>> {
    let (order, lines, holds, payments) = tokio::try_join!(
        one(client, id),
        lines::lines(client, id),
        lines::holds(client, id),
        payments::payments(client, id),
    )?;
    Ok(order.map(|order| WholeOrder { order, holds: in_order(holds, &lines), lines, payments }))
}

pub(crate) async fn one(client: &impl GenericClient, id: OrderId) -> Result<Option<Order>> {
    let sql = format!("select {COLUMNS} from shop.orders where id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(order).transpose()
}

/// The order with this id, or with this number in another system, unless it came to nothing.
pub(crate) async fn known(
    client: &impl GenericClient,
    id: OrderId,
    reference: Option<&str>,
) -> Result<Option<OrderId>> {
    let sql = "select id from shop.orders where id = $1 and state <> 'refused' \
        union all \
        select id from shop.orders where external_ref = $2 and state <> 'refused' limit 1";
    let row = client.query_opt_prepared(sql, &[&id, &reference]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// The same; nobody else changes it until the transaction ends.
pub(crate) async fn lock_in_tx(tx: &Transaction<'_>, id: OrderId) -> Result<Option<WholeOrder>> {
    let Some(order) = lock_one_in_tx(tx, id).await? else { return Ok(None) };
    let (lines, holds, payments) =
        tokio::try_join!(lines::lines(tx, id), lines::holds(tx, id), payments::payments(tx, id))?;
    Ok(Some(WholeOrder { order, holds: in_order(holds, &lines), lines, payments }))
}

/// The holds of the first line first.
fn in_order(mut holds: Vec<OrderHold>, lines: &[OrderLine]) -> Vec<OrderHold> {
    let places: HashMap<OrderLineId, usize> =
        lines.iter().enumerate().map(|(place, line)| (line.id, place)).collect();
    holds.sort_unstable_by_key(|hold| (places.get(&hold.line), hold.transfer));
    holds
}

/// The order with its payments as they are now; nobody else changes it until the transaction ends.
/// Its lines and holds are known: only what is under way changes them, and one thing is at a time.
pub(crate) async fn lock_known_in_tx(
    tx: &Transaction<'_>,
    known: WholeOrder,
) -> Result<Option<WholeOrder>> {
    let Some(order) = lock_one_in_tx(tx, known.order.id).await? else { return Ok(None) };
    let payments = payments::payments(tx, order.id).await?;
    Ok(Some(WholeOrder { order, payments, ..known }))
}

async fn lock_one_in_tx(tx: &Transaction<'_>, id: OrderId) -> Result<Option<Order>> {
    let sql = format!("select {COLUMNS} from shop.orders where id = $1 for update");
    tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(order).transpose()
}

/// The order is placed, with the status that it has now: it gets its number. False if somebody
/// recorded before what has become of it.
pub(super) async fn placed_in_tx(
    tx: &Transaction<'_>,
    it: &mut Order,
    now: Timestamp,
) -> Result<bool> {
    let sql = "update shop.orders set state = 'placed', status = $2, version = version + 1, \
            number = nextval('shop.order_numbers'), updated_at = $3, \
            placed_at = coalesce(effective_at, $3) \
        where id = $1 and state = 'placing' returning number, version, placed_at";
    let row = tx.query_opt_prepared(sql, &[&it.id, &it.status.as_str(), &now]).await?;
    let Some(row) = row else { return Ok(false) };
    it.number = row.get(0);
    it.version = row.get::<_, i32>(1).cast_unsigned();
    (it.placed_at, it.updated_at) = (row.get(2), now);
    Ok(true)
}

/// The ledger refused the order. False if somebody recorded before what has become of it.
pub(super) async fn refused_in_tx(
    tx: &Transaction<'_>,
    id: OrderId,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    let sql = "update shop.orders set state = 'refused', status = 'refused', refusal = $2, \
            version = version + 1, updated_at = $3 \
        where id = $1 and state = 'placing'";
    if tx.execute_prepared(sql, &[&id, &reason, &now]).await? == 0 {
        return Ok(false);
    }
    let sql = "update shop.order_payments set status = 'refused', updated_at = $2 \
        where order_id = $1";
    tx.execute_prepared(sql, &[&id, &now]).await?;
    Ok(true)
}

/// What has become of an order: its sums and its status.
pub(crate) async fn update_in_tx(tx: &Transaction<'_>, it: &Order, now: Timestamp) -> Result<()> {
    let sql = "update shop.orders set state = $2, status = $3, cancelled_total = $4, earned = $5, \
            refunded = $6, shipping_refunded = $7, version = version + 1, updated_at = $8 \
        where id = $1";
    tx.execute_prepared(
        sql,
        &[
            &it.id,
            &it.state.as_str(),
            &it.status.as_str(),
            &it.cancelled_total,
            &it.earned,
            &it.refunded,
            &it.shipping_refunded,
            &now,
        ],
    )
    .await?;
    Ok(())
}

/// The return pays what it was to pay of the order.
pub(crate) async fn credited_in_tx(tx: &Transaction<'_>, id: OrderId) -> Result<()> {
    tx.execute_prepared("update shop.orders set credit = 0 where id = $1", &[&id]).await?;
    Ok(())
}

/// Which orders to list. All that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OrderFilter {
    pub(crate) user: Option<UserId>,
    pub(crate) customer: Option<CustomerId>,
    pub(crate) status: Option<OrderStatus>,
    pub(crate) number: Option<i64>,
}

/// Orders that were placed, the newest first.
pub(crate) async fn list(
    client: &impl GenericClient,
    filter: &OrderFilter,
    after: Option<(Timestamp, OrderId)>,
    limit: i64,
) -> Result<Vec<Order>> {
    // Only what is asked for stands in the text, so that each has its index.
    let conditions = [
        (filter.user.is_some(), "user_id = $1"),
        (filter.customer.is_some(), "customer_id = $2"),
        (filter.status.is_some(), "status = $3"),
        (filter.number.is_some(), "number = $4"),
        (after.is_some(), "(placed_at, id) < ($5, $6)"),
    ];
    let asked = conditions.iter().filter(|(is_asked, _)| *is_asked);
    let asked: String = asked.map(|(_, sql)| format!(" and {sql}")).collect();
    let sql = format!(
        "select {COLUMNS} from shop.orders where placed_at is not null{asked} \
            and ($1::uuid is null or true) and ($2::uuid is null or true) \
            and ($3::text is null or true) and ($4::bigint is null or true) \
            and ($5::timestamptz is null or true) and ($6::uuid is null or true) \
         order by placed_at desc, id desc limit $7"
    );
    let status = filter.status.map(OrderStatus::as_str);
    let (at, id) = after.unzip();
    let rows = client
        .query_prepared(
            &sql,
            &[&filter.user, &filter.customer, &status, &filter.number, &at, &id, &limit],
        )
        .await?;
    rows.iter().map(order).collect()
}
