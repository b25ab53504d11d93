//! SQL of the lines of carts. A statement that adds to a cart moves its version in the same
//! breath, and is refused where the cart isn't open any more.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::Timestamp;
use kernel::db::Statements as _;
use uuid::Uuid;

use crate::carts::LINES_MAX;
use crate::error::Result;
use crate::ids::{CartId, CartLineId, VariantId};

/// Pieces of a variant to put into a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Added {
    pub(crate) id: CartLineId,
    pub(crate) variant: VariantId,
    pub(crate) quantity: u32,
    pub(crate) gift_note: String,
}

/// What became of adding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddOutcome {
    /// It is in the cart as of this version.
    Added(i64),
    /// The cart isn't open.
    Closed,
    TooManyLines,
    /// More pieces than a line can have.
    TooManyPieces,
}

/// Adds pieces: to a line that is there, or as a new one. One statement, whose lock of the cart makes
/// racing ones follow each other.
pub(in crate::carts) async fn add(
    client: &impl GenericClient,
    cart: CartId,
    added: &[Added],
    now: Timestamp,
) -> Result<AddOutcome> {
    let sql = "with cart as ( \
            update shop.carts set version = version + 1, updated_at = $2 \
            where id = $1 and status = 'open' \
                and (select count(*) from shop.cart_lines where cart_id = $1) + $7 <= $8 \
            returning id, version), \
        written as ( \
            insert into shop.cart_lines as l \
                (id, cart_id, variant_id, quantity, gift_note, created_at) \
            select a.id, cart.id, a.variant, a.quantity, a.note, $2 \
            from cart, unnest($3::uuid[], $4::uuid[], $5::int[], $6::text[]) \
                as a (id, variant, quantity, note) \
            on conflict (cart_id, variant_id, gift_note) \
                do update set quantity = l.quantity + excluded.quantity \
            returning 1) \
        select (select version from cart where exists (select from written)), \
            exists (select from shop.carts where id = $1 and status = 'open')";
    let ids: Vec<Uuid> = added.iter().map(|it| it.id.as_uuid()).collect();
    let variants: Vec<Uuid> = added.iter().map(|it| it.variant.as_uuid()).collect();
    let quantities: Vec<i32> = added.iter().map(|it| it.quantity.cast_signed()).collect();
    let notes: Vec<&str> = added.iter().map(|it| &*it.gift_note).collect();
    let (new, max) = (added.len() as i64, LINES_MAX as i64);
    let asked = client
        .query_one_prepared(sql, &[&cart, &now, &ids, &variants, &quantities, &notes, &new, &max])
        .await;
    let row = match asked {
        Err(error) if kernel::db::constraint(&error) == Some("cart_lines_quantity_check") => {
            return Ok(AddOutcome::TooManyPieces);
        }
        asked => asked?,
    };
    Ok(match (row.get::<_, Option<i64>>(0), row.get::<_, bool>(1)) {
        (Some(version), _) => AddOutcome::Added(version),
        (_, true) => AddOutcome::TooManyLines,
        (_, false) => AddOutcome::Closed,
    })
}

/// A change of a line; what is `None` stays. Zero pieces remove it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinePatch {
    pub(crate) quantity: Option<u32>,
    /// Empty if it is no present.
    pub(crate) gift_note: Option<String>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeOutcome {
    Changed,
    /// There is no such line.
    Missing,
    TooManyPieces,
}

/// Changes a line of a cart that nobody else changes meanwhile. One that comes to be what another
/// one is goes into that.
pub(in crate::carts) async fn change_in_tx(
    tx: &Transaction<'_>,
    cart: CartId,
    line: CartLineId,
    patch: &LinePatch,
) -> Result<ChangeOutcome> {
    let sql = "delete from shop.cart_lines where cart_id = $1 and id = $2 \
        returning variant_id, quantity, gift_note, created_at";
    let Some(row) = tx.query_opt_prepared(sql, &[&cart, &line]).await? else {
        return Ok(ChangeOutcome::Missing);
    };
    let quantity = patch.quantity.map_or_else(|| row.get(1), u32::cast_signed);
    if quantity == 0 {
        return Ok(ChangeOutcome::Changed);
    }
    let (variant, created_at): (VariantId, Timestamp) = (row.get(0), row.get(3));
    let gift_note = patch.gift_note.as_deref().unwrap_or_else(|| row.get(2));
    let sql = "insert into shop.cart_lines as l \
            (id, cart_id, variant_id, quantity, gift_note, created_at) \
        values ($1, $2, $3, $4, $5, $6) \
        on conflict (cart_id, variant_id, gift_note) \
            do update set quantity = l.quantity + excluded.quantity";
    let put = tx
        .execute_prepared(sql, &[&line, &cart, &variant, &quantity, &gift_note, &created_at])
        .await;
    match put {
        Err(error) if kernel::db::constraint(&error) == Some("cart_lines_quantity_check") => {
            Ok(ChangeOutcome::TooManyPieces)
        }
        put => put.map(|_| ChangeOutcome::Changed).map_err(Into::into),
    }
}

/// Brings the lines of one cart into another.
pub(in crate::carts) async fn merge_in_tx(
    tx: &Transaction<'_>,
    from: CartId,
    to: CartId,
) -> Result<()> {
    let sql = "insert into shop.cart_lines as l \
            (id, cart_id, variant_id, quantity, gift_note, created_at) \
        select gen_random_uuid(), $2, variant_id, quantity, gift_note, created_at \
        from shop.cart_lines where cart_id = $1 \
        on conflict (cart_id, variant_id, gift_note) \
            do update set quantity = least(l.quantity + excluded.quantity, 1000000)";
    tx.execute_prepared(sql, &[&from, &to]).await?;
    Ok(())
}
