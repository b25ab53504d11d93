//! SQL of the lines of orders, and of the pending transfers that hold their goods.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::Amount;
use kernel::db::Statements as _;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::error::Result;
use crate::ids::{ImageId, OrderId};
use crate::orders::{OrderHold, OrderLine};

const COLUMNS: &str = "id, variant_id, product_id, sku, asset, title, variant_title, gift_note, \
    tracks_stock, needs_shipping, unit_price, quantity, subtotal, discount, tax, tax_rate, total, \
    cancelled, shipped, returned, refunded, earned, handle, image_id";

fn line(row: &Row) -> OrderLine {
    let count = |column| row.get::<_, i32>(column).cast_unsigned();
    OrderLine {
        id: row.get(0),
        variant: row.get(1),
        product: row.get(2),
        sku: row.get(3),
        asset: row.get(4),
        handle: row.get(22),
        image: row.get(23),
        title: row.get(5),
        variant_title: row.get(6),
        gift_note: row.get(7),
        tracks_stock: row.get(8),
        needs_shipping: row.get(9),
        unit_price: row.get(10),
        quantity: count(11),
        subtotal: row.get(12),
        discount: row.get(13),
        tax: row.get(14),
        tax_rate: count(15),
        total: row.get(16),
        cancelled: count(17),
        shipped: count(18),
        returned: count(19),
        refunded: row.get(20),
        earned: row.get(21),
    }
}

/// The lines of an order, in their order.
pub(crate) async fn lines(client: &impl GenericClient, id: OrderId) -> Result<Vec<OrderLine>> {
    let order = kernel::given!(1, "uuid");
    let sql = format!(
        "select {COLUMNS} from shop.order_lines where order_id = {order} order by position"
    );
    Ok(client.query_prepared(&sql, &[&id]).await?.iter().map(line).collect())
}

/// All lines in one statement, however many.
pub(crate) async fn insert_lines_in_tx(
    tx: &Transaction<'_>,
    order: OrderId,
    lines: &[OrderLine],
) -> Result<()> {
    let sql = "insert into shop.order_lines \
            (id, order_id, position, variant_id, product_id, sku, asset, title, variant_title, \
             gift_note, tracks_stock, needs_shipping, unit_price, quantity, subtotal, discount, \
             tax, tax_rate, total, handle, image_id) \
        select l.id, $1, l.position - 1, l.variant, l.product, l.sku, l.asset, l.title, \
             l.variant_title, l.gift_note, l.tracks_stock, l.needs_shipping, l.unit_price, \
             l.quantity, l.subtotal, l.discount, l.tax, l.tax_rate, l.total, \
             l.handle, l.image \
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], \
             $8::text[], $9::text[], $10::bool[], $11::bool[], $12::numeric[], $13::int[], \
             $14::numeric[], $15::numeric[], $16::numeric[], $17::int[], $18::numeric[], $19::text[], \
             $20::uuid[]) \
             with ordinality as l (id, variant, product, sku, asset, title, variant_title, \
             gift_note, tracks_stock, needs_shipping, unit_price, quantity, subtotal, discount, \
             tax, tax_rate, total, handle, image, position)";
    fn each<'a, T>(lines: &'a [OrderLine], part: impl Fn(&'a OrderLine) -> T) -> Vec<T> {
        lines.iter().map(part).collect()
    }
    let uuid = |part: fn(&OrderLine) -> Uuid| each(lines, part);
    let amount = |part: fn(&OrderLine) -> Amount| each(lines, part);
    let count = |part: fn(&OrderLine) -> u32| each(lines, |it| part(it).cast_signed());
    tx.execute_prepared(
        sql,
        &[
            &order,
            &uuid(|it| it.id.as_uuid()),
            &uuid(|it| it.variant.as_uuid()),
            &uuid(|it| it.product.as_uuid()),
            &each(lines, |it| &*it.sku),
            &each(lines, |it| &*it.asset),
            &each(lines, |it| &*it.title),
            &each(lines, |it| it.variant_title.as_deref()),
            &each(lines, |it| &*it.gift_note),
            &each(lines, |it| it.tracks_stock),
            &each(lines, |it| it.needs_shipping),
            &amount(|it| it.unit_price),
            &count(|it| it.quantity),
            &amount(|it| it.subtotal),
            &amount(|it| it.discount),
            &amount(|it| it.tax),
            &count(|it| it.tax_rate),
            &amount(|it| it.total),
            &each(lines, |it| it.handle.as_deref()),
            &each(lines, |it| it.image.map(ImageId::as_uuid)),
        ],
    )
    .await?;
    Ok(())
}

/// What has become of the lines.
pub(crate) async fn update_lines_in_tx(tx: &Transaction<'_>, lines: &[OrderLine]) -> Result<()> {
    let sql = "update shop.order_lines l set cancelled = n.cancelled, shipped = n.shipped, \
            returned = n.returned, refunded = n.refunded, earned = n.earned \
        from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::numeric[], $6::numeric[]) \
            as n (id, cancelled, shipped, returned, refunded, earned) \
        where l.id = n.id";
    let ids: Vec<Uuid> = lines.iter().map(|it| it.id.as_uuid()).collect();
    let count = |part: fn(&OrderLine) -> u32| -> Vec<i32> {
        lines.iter().map(|it| part(it).cast_signed()).collect()
    };
    let refunded: Vec<Amount> = lines.iter().map(|it| it.refunded).collect();
    let earned: Vec<Amount> = lines.iter().map(|it| it.earned).collect();
    let (cancelled, shipped, returned) =
        (count(|it| it.cancelled), count(|it| it.shipped), count(|it| it.returned));
    tx.execute_prepared(sql, &[&ids, &cancelled, &shipped, &returned, &refunded, &earned]).await?;
    Ok(())
}

/// The pending transfers that hold the goods of an order, in no order.
pub(super) async fn holds(client: &impl GenericClient, id: OrderId) -> Result<Vec<OrderHold>> {
    let order = kernel::given!(1, "uuid");
    let sql = format!(
        "select line_id, transfer_id, location, quantity, taken \
         from shop.order_holds where order_id = {order}"
    );
    let hold = |row: &Row| OrderHold {
        line: row.get(0),
        transfer: row.get::<_, Uuid>(1).as_u128(),
        location: row.get(2),
        quantity: row.get::<_, i32>(3).cast_unsigned(),
        taken: row.get::<_, i32>(4).cast_unsigned(),
    };
    Ok(client.query_prepared(&sql, &[&id]).await?.iter().map(hold).collect())
}

/// Writes holds, or how much was taken from those that are there.
pub(crate) async fn put_holds_in_tx(
    tx: &Transaction<'_>,
    order: OrderId,
    holds: &[OrderHold],
) -> Result<()> {
    if holds.is_empty() {
        return Ok(());
    }
    let sql = "insert into shop.order_holds \
            (order_id, line_id, transfer_id, location, quantity, taken) \
        select $1, * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[], $6::int[]) \
        on conflict (order_id, transfer_id) do update set taken = excluded.taken";
    let lines: Vec<Uuid> = holds.iter().map(|it| it.line.as_uuid()).collect();
    let transfers: Vec<Uuid> = holds.iter().map(|it| Uuid::from_u128(it.transfer)).collect();
    let places: Vec<Option<&str>> = holds.iter().map(|it| it.location.as_deref()).collect();
    let quantities: Vec<i32> = holds.iter().map(|it| it.quantity.cast_signed()).collect();
    let taken: Vec<i32> = holds.iter().map(|it| it.taken.cast_signed()).collect();
    tx.execute_prepared(sql, &[&order, &lines, &transfers, &places, &quantities, &taken]).await?;
    Ok(())
}
