//! SQL over all that a user has in the shop.

use deadpool_postgres::{GenericClient, Transaction};
use identity::UserId;
use kernel::db::Statements as _;
use serde_json::Value;

use crate::error::Result;
use crate::ids::{CartId, OrderId};

/// Whether an order is under way, or money or goods of one: it isn't paid, or not all of it is sent,
/// something is being done for it, something is to come back, or money couldn't go back.
pub(super) async fn is_under_way(client: &impl GenericClient, user: UserId) -> Result<bool> {
    let sql = "select exists (select from shop.orders o where o.user_id = $1 and ( \
                o.state = 'placing' \
             or o.status in ('placed', 'paid', 'partly_shipped') \
             or exists (select from shop.shipments s \
                         where s.order_id = o.id and s.state = 'pending') \
             or exists (select from shop.cancellations c \
                         where c.order_id = o.id and c.state = 'pending') \
             or exists (select from shop.refunds r \
                         where r.order_id = o.id and r.state = 'pending') \
             or exists (select from shop.returns r where r.order_id = o.id \
                         and r.state in ('requested', 'approving', 'approved', 'receiving', \
                                         'received')) \
             or exists (select from shop.order_payments p \
                         where p.order_id = o.id and p.stranded > p.settled) \
             or exists (select from shop.settlements s \
                         where s.order_id = o.id and s.state = 'pending')))";
    Ok(client.query_one_prepared(sql, &[&user]).await?.get(0))
}

/// All orders of a user, also those that were refused; the first one first.
pub(super) async fn orders(client: &impl GenericClient, user: UserId) -> Result<Vec<OrderId>> {
    let sql = "select id from shop.orders where user_id = $1 order by id";
    let rows = client.query_prepared(sql, &[&user]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// All carts of a user, the first one first.
pub(super) async fn carts(client: &impl GenericClient, user: UserId) -> Result<Vec<CartId>> {
    let sql = "select id from shop.carts where user_id = $1 order by id";
    let rows = client.query_prepared(sql, &[&user]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What is known of a user as a customer; none of somebody who never bought.
pub(super) async fn customer(client: &impl GenericClient, user: UserId) -> Result<Option<Value>> {
    let sql = "select jsonb_build_object('email', email, 'name', name, \
                   'reference', external_ref, 'created_at', created_at) \
          from shop.customers where user_id = $1";
    Ok(client.query_opt_prepared(sql, &[&user]).await?.map(|row| row.get(0)))
}

pub(super) async fn groups(client: &impl GenericClient, user: UserId) -> Result<Vec<String>> {
    let sql = "select customer_group from shop.customer_groups where user_id = $1 order by 1";
    let rows = client.query_prepared(sql, &[&user]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What was cancelled of an order, and why.
pub(super) async fn cancellations(
    client: &impl GenericClient,
    order: OrderId,
) -> Result<Vec<Value>> {
    let sql = "select jsonb_build_object('amount', amount::text, 'reason', reason, \
                   'by_staff', by_staff, 'created_at', created_at) \
          from shop.cancellations where order_id = $1 order by id";
    let rows = client.query_prepared(sql, &[&order]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What could not go back to a card and was given back otherwise.
pub(super) async fn settlements(client: &impl GenericClient, order: OrderId) -> Result<Vec<Value>> {
    let sql = "select jsonb_build_object('amount', amount::text, 'reason', reason, \
                   'reference', reference, 'state', state, 'created_at', created_at) \
          from shop.settlements where order_id = $1 order by id";
    let rows = client.query_prepared(sql, &[&order]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Takes the person out of everything but documents, which never change. What was bought, for how
/// much, and in which country it was taxed stays.
pub(super) async fn erase_in_tx(tx: &Transaction<'_>, user: UserId) -> Result<()> {
    let carts = "(select id from shop.carts where user_id = $1)";
    let orders = "(select id from shop.orders where user_id = $1)";
    let statements = [
        // What is reserved for a cart runs out by itself.
        format!("delete from shop.cart_holds where cart_id in {carts}"),
        format!("delete from shop.cart_lines where cart_id in {carts}"),
        "delete from shop.carts where user_id = $1".to_owned(),
        "delete from shop.customer_groups where user_id = $1".to_owned(),
        "update shop.customers set email = null, name = null, external_ref = null \
          where user_id = $1"
            .to_owned(),
        "update shop.orders set email = null, language = null, note = null, token_hash = null, \
                shipping_address = null, billing_address = null where user_id = $1"
            .to_owned(),
        format!("update shop.order_lines set gift_note = '' where order_id in {orders}"),
        format!(
            "update shop.order_payments set card_token = null, return_url = null, \
                    reference = null where order_id in {orders}"
        ),
        format!("update shop.shipments set tracking = null, url = null where order_id in {orders}"),
        format!("update shop.cancellations set reason = null where order_id in {orders}"),
        format!("update shop.refunds set reason = null where order_id in {orders}"),
        // That it was paid outside is told by a reference that is there.
        format!(
            "update shop.settlements set reason = null, \
                    reference = case when payee is null then '' end where order_id in {orders}"
        ),
        format!("update shop.returns set note = null, decision = null where order_id in {orders}"),
    ];
    for sql in statements {
        tx.execute_prepared(&sql, &[&user]).await?;
    }
    Ok(())
}
