//! SQL of the holds of carts.

use deadpool_postgres::{GenericClient, Transaction};
use hashbrown::HashMap;
use kernel::Timestamp;
use kernel::db::Statements as _;
use uuid::Uuid;

use super::CartHold;
use crate::carts::Cart;
use crate::error::Result;
use crate::ids::{CartId, VariantId};

/// The holds of a cart's last reservation.
pub(crate) async fn list(client: &impl GenericClient, cart: CartId) -> Result<Vec<CartHold>> {
    let sql = "select transfer_id, variant_id, location, quantity from shop.cart_holds \
               where cart_id = $1 order by transfer_id";
    let rows = client.query_prepared(sql, &[&cart]).await?;
    let hold = |row: &tokio_postgres::Row| CartHold {
        transfer: row.get::<_, Uuid>(0).as_u128(),
        variant: row.get(1),
        location: row.get(2),
        quantity: row.get::<_, i32>(3).cast_unsigned(),
    };
    Ok(rows.iter().map(hold).collect())
}

/// How many pieces of each variant are held for the cart now.
pub(crate) async fn held(
    client: &impl GenericClient,
    cart: &Cart,
    now: Timestamp,
) -> Result<HashMap<VariantId, u128>> {
    let mut held = HashMap::new();
    if cart.reserved_until.is_none_or(|until| until <= now) {
        return Ok(held);
    }
    for hold in list(client, cart.id).await? {
        *held.entry(hold.variant).or_default() += u128::from(hold.quantity);
    }
    Ok(held)
}

/// Writes the holds of a new reservation in the place of those before. False if the cart isn't open
/// any more, or was reserved meanwhile.
pub(super) async fn replace_in_tx(
    tx: &Transaction<'_>,
    cart: CartId,
    (reservation, until): (u32, Option<Timestamp>),
    holds: &[CartHold],
) -> Result<bool> {
    let sql = "update shop.carts set reservation = $2, reserved_until = $3 \
        where id = $1 and status = 'open' and reservation = $2 - 1";
    if tx.execute_prepared(sql, &[&cart, &reservation.cast_signed(), &until]).await? == 0 {
        return Ok(false);
    }
    tx.execute_prepared("delete from shop.cart_holds where cart_id = $1", &[&cart]).await?;
    let sql = "insert into shop.cart_holds (cart_id, transfer_id, variant_id, location, quantity) \
        select $1, * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[])";
    let transfers: Vec<Uuid> = holds.iter().map(|it| Uuid::from_u128(it.transfer)).collect();
    let variants: Vec<Uuid> = holds.iter().map(|it| it.variant.as_uuid()).collect();
    let places: Vec<Option<&str>> = holds.iter().map(|it| it.location.as_deref()).collect();
    let quantities: Vec<i32> = holds.iter().map(|it| it.quantity.cast_signed()).collect();
    tx.execute_prepared(sql, &[&cart, &transfers, &variants, &places, &quantities]).await?;
    Ok(true)
}

/// Whether this is the reservation of an open cart.
pub(super) async fn is_current(
    client: &impl GenericClient,
    cart: CartId,
    reservation: u32,
) -> Result<bool> {
    let sql = "select exists (select from shop.carts \
        where id = $1 and status = 'open' and reservation = $2)";
    let row = client.query_one_prepared(sql, &[&cart, &reservation.cast_signed()]).await?;
    Ok(row.get(0))
}

/// Forgets the holds of a cart, which are released or have become an order's.
pub(crate) async fn forget_in_tx(tx: &Transaction<'_>, cart: CartId) -> Result<()> {
    tx.execute_prepared("delete from shop.cart_holds where cart_id = $1", &[&cart]).await?;
    let sql = "update shop.carts set reserved_until = null where id = $1";
    tx.execute_prepared(sql, &[&cart]).await?;
    Ok(())
}
