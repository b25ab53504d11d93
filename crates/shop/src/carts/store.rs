//! SQL of carts.

pub(crate) mod lines;

use deadpool_postgres::{GenericClient, Transaction};
use identity::UserId;
use kernel::Timestamp;
use kernel::db::Statements as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_postgres::Row;

use super::{Cart, CartLine, CartStatus};
use crate::error::{Result, ShopError};
use crate::ids::{CartId, OrderId};

const COLUMNS: &str = "id, user_id, token_hash, currency, email, shipping_address, \
    billing_address, shipping_method_id, codes, note, status, order_id, reserved_until, \
    reservation, version, created_at";

/// A cart with its lines, and the version of the rules at that moment.
#[derive(Clone, Debug)]
pub(crate) struct StoredCart {
    pub(crate) cart: Cart,
    pub(crate) lines: Vec<CartLine>,
    pub(crate) rules_version: i64,
}

fn cart(row: &Row) -> Result<Cart> {
    let status = CartStatus::from_name(row.get(10));
    Ok(Cart {
        id: row.get(0),
        user: row.get(1),
        token_hash: row.get(2),
        currency: row.get(3),
        email: row.get(4),
        shipping_address: json(row.get(5))?,
        billing_address: json(row.get(6))?,
        shipping_method: row.get(7),
        codes: row.get(8),
        note: row.get(9),
        status: status.ok_or(ShopError::Corrupt("the status of a cart"))?,
        order: row.get(11),
        reserved_until: row.get(12),
        reservation: row.get::<_, i32>(13).cast_unsigned(),
        version: row.get(14),
        created_at: row.get(15),
    })
}

fn json<T: DeserializeOwned>(value: Option<Value>) -> Result<Option<T>> {
    let read = |value| serde_json::from_value(value);
    value.map(read).transpose().map_err(|_| ShopError::Corrupt("an address"))
}

/// The cart with its lines, the oldest first, in one statement.
pub(crate) async fn get(client: &impl GenericClient, id: CartId) -> Result<Option<StoredCart>> {
    let given = kernel::given!(1, "uuid");
    let sql = format!(
        "select {COLUMNS}, (select version from shop.rules_version), \
            l.ids, l.variants, l.quantities, l.notes \
         from shop.carts c, lateral ( \
            select array_agg(l.id order by l.created_at, l.id) as ids, \
                array_agg(l.variant_id order by l.created_at, l.id) as variants, \
                array_agg(l.quantity order by l.created_at, l.id) as quantities, \
                array_agg(l.gift_note order by l.created_at, l.id) as notes \
            from shop.cart_lines l where l.cart_id = c.id) l \
         where c.id = {given}"
    );
    let Some(row) = client.query_opt_prepared(&sql, &[&id]).await? else { return Ok(None) };
    Ok(Some(StoredCart { cart: cart(&row)?, lines: lines(&row), rules_version: row.get(16) }))
}

fn lines(row: &Row) -> Vec<CartLine> {
    let Some(ids) = row.get::<_, Option<Vec<_>>>(17) else { return Vec::new() };
    let (variants, quantities, notes): (Vec<_>, Vec<i32>, Vec<String>) =
        (row.get(18), row.get(19), row.get(20));
    let all = ids.into_iter().zip(variants).zip(quantities).zip(notes);
    all.map(|(((id, variant), quantity), gift_note)| CartLine {
        id,
        variant,
        quantity: quantity.cast_unsigned(),
        gift_note,
    })
    .collect()
}

/// The open cart of a user in a currency.
pub(crate) async fn open_of_user(
    client: &impl GenericClient,
    user: UserId,
    currency: &str,
) -> Result<Option<CartId>> {
    let sql = "select id from shop.carts \
               where user_id = $1 and currency = $2 and status = 'open'";
    let row = client.query_opt_prepared(sql, &[&user, &currency]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// The open carts of a user, or the one in a currency; the one that changed last first.
pub(super) async fn all_open_of_user(
    client: &impl GenericClient,
    user: UserId,
    currency: Option<&str>,
) -> Result<Vec<CartId>> {
    let sql = "select id from shop.carts where user_id = $1 and status = 'open' \
        and ($2::text is null or currency = $2) order by updated_at desc, id";
    let rows = client.query_prepared(sql, &[&user, &currency]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The version of the rules at that moment; `None` if its id is taken, or the user has an open cart
/// in this currency.
pub(super) async fn insert(client: &impl GenericClient, new: &Cart) -> Result<Option<i64>> {
    let sql = "insert into shop.carts \
            (id, user_id, token_hash, currency, email, status, version, created_at, updated_at) \
        values ($1, $2, $3, $4, $5, 'open', 1, $6, $6) on conflict do nothing \
        returning (select version from shop.rules_version)";
    let row = client
        .query_opt_prepared(
            sql,
            &[&new.id, &new.user, &new.token_hash, &new.currency, &new.email, &new.created_at],
        )
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// Writes what a buyer says of an open cart, as it is then; `None` if it has changed meanwhile.
pub(super) async fn update(
    client: &impl GenericClient,
    it: Cart,
    now: Timestamp,
) -> Result<Option<Cart>> {
    let sql = "update shop.carts set email = $2, shipping_address = $3, billing_address = $4, \
            shipping_method_id = $5, codes = $6, note = $7, updated_at = $8, version = version + 1 \
        where id = $1 and status = 'open' and version = $9 \
        returning reserved_until, reservation, version";
    let address = |it: &Option<_>| {
        it.as_ref().map(|it| serde_json::to_value(it).expect("an address is plain values"))
    };
    let row = client
        .query_opt_prepared(
            sql,
            &[
                &it.id,
                &it.email,
                &address(&it.shipping_address),
                &address(&it.billing_address),
                &it.shipping_method,
                &it.codes,
                &it.note,
                &now,
                &it.version,
            ],
        )
        .await?;
    Ok(row.map(|row| Cart {
        reserved_until: row.get(0),
        reservation: row.get::<_, i32>(1).cast_unsigned(),
        version: row.get(2),
        ..it
    }))
}

/// The open cart moves to its next version; nobody else changes it until the transaction ends.
/// `None` if it isn't open any more.
pub(super) async fn touch_in_tx(
    tx: &Transaction<'_>,
    id: CartId,
    now: Timestamp,
) -> Result<Option<i64>> {
    let sql = "update shop.carts set version = version + 1, updated_at = $2 \
               where id = $1 and status = 'open' returning version";
    let row = tx.query_opt_prepared(sql, &[&id, &now]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// Makes it the cart of an order, if it still is what was checked, and what is held for it, too.
pub(crate) async fn complete_in_tx(
    tx: &Transaction<'_>,
    (id, (version, reservation)): (CartId, (i64, u32)),
    order: OrderId,
    now: Timestamp,
) -> Result<bool> {
    let sql = "update shop.carts set status = 'completed', order_id = $4, updated_at = $5, \
            version = version + 1 \
        where id = $1 and status = 'open' and version = $2 and reservation = $3";
    let reservation = reservation.cast_signed();
    Ok(tx.execute_prepared(sql, &[&id, &version, &reservation, &order, &now]).await? == 1)
}

/// Opens it again, because the order came to nothing.
pub(crate) async fn reopen_in_tx(tx: &Transaction<'_>, order: OrderId) -> Result<()> {
    let sql = "update shop.carts set status = 'open', order_id = null, version = version + 1 \
               where order_id = $1 and status = 'completed'";
    tx.execute_prepared(sql, &[&order]).await?;
    Ok(())
}

/// Gives a guest's cart to a user.
pub(super) async fn give_in_tx(tx: &Transaction<'_>, id: CartId, user: UserId) -> Result<()> {
    let sql = "update shop.carts set user_id = $2, token_hash = null, version = version + 1 \
               where id = $1 and status = 'open'";
    tx.execute_prepared(sql, &[&id, &user]).await?;
    Ok(())
}

/// It went into another one.
pub(super) async fn merged_in_tx(tx: &Transaction<'_>, id: CartId) -> Result<()> {
    let sql = "update shop.carts set status = 'merged', version = version + 1 where id = $1";
    tx.execute_prepared(sql, &[&id]).await?;
    Ok(())
}
