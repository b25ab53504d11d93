//! SQL of parcels.

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Capture, Pick, Shipment, ShipmentState, ShippedLine};
use crate::error::{Result, ShopError};
use crate::ids::{OrderId, OrderPaymentId, ShipmentId};

const COLUMNS: &str = "s.id, s.order_id, s.location, s.state, s.carrier, s.tracking, s.url, \
    s.shipping_net, s.shipping_tax, s.shipped_at, s.delivered_at, s.created_at, \
    array(select l.line_id from shop.shipment_lines l where l.shipment_id = s.id order by l.line_id), \
    array(select l.quantity from shop.shipment_lines l where l.shipment_id = s.id order by l.line_id), \
    array(select l.net from shop.shipment_lines l where l.shipment_id = s.id order by l.line_id), \
    array(select l.tax from shop.shipment_lines l where l.shipment_id = s.id order by l.line_id), \
    array(select p.transfer_id from shop.shipment_picks p where p.shipment_id = s.id order by p.transfer_id), \
    array(select p.quantity from shop.shipment_picks p where p.shipment_id = s.id order by p.transfer_id), \
    array(select c.payment_id from shop.shipment_captures c where c.shipment_id = s.id order by c.payment_id), \
    array(select c.amount from shop.shipment_captures c where c.shipment_id = s.id order by c.payment_id)";

fn shipment(row: &Row) -> Result<Shipment> {
    let state = ShipmentState::from_name(row.get(3));
    Ok(Shipment {
        id: row.get(0),
        order: row.get(1),
        location: row.get(2),
        state: state.ok_or(ShopError::Corrupt("the state of a parcel"))?,
        carrier: row.get(4),
        tracking: row.get(5),
        url: row.get(6),
        shipping_net: row.get(7),
        shipping_tax: row.get(8),
        shipped_at: row.get(9),
        delivered_at: row.get(10),
        created_at: row.get(11),
        lines: lines(row),
        picks: picks(row),
        captures: captures(row),
    })
}

fn lines(row: &Row) -> Vec<ShippedLine> {
    let ids: Vec<_> = row.get(12);
    let (quantities, nets, taxes): (Vec<i32>, Vec<Amount>, Vec<Amount>) =
        (row.get(13), row.get(14), row.get(15));
    let all = ids.into_iter().zip(quantities).zip(nets).zip(taxes);
    all.map(|(((line, quantity), net), tax)| ShippedLine {
        line,
        quantity: quantity.cast_unsigned(),
        net,
        tax,
    })
    .collect()
}

fn picks(row: &Row) -> Vec<Pick> {
    let (transfers, quantities): (Vec<Uuid>, Vec<i32>) = (row.get(16), row.get(17));
    let pick = |(transfer, quantity): (Uuid, i32)| Pick {
        transfer: transfer.as_u128(),
        quantity: quantity.cast_unsigned(),
    };
    transfers.into_iter().zip(quantities).map(pick).collect()
}

fn captures(row: &Row) -> Vec<Capture> {
    let (payments, amounts): (Vec<OrderPaymentId>, Vec<Amount>) = (row.get(18), row.get(19));
    let capture = |(payment, amount)| Capture { payment, amount };
    payments.into_iter().zip(amounts).map(capture).collect()
}

pub(crate) async fn one(client: &impl GenericClient, id: ShipmentId) -> Result<Option<Shipment>> {
    let given = kernel::given!(1, "uuid");
    let sql = format!("select {COLUMNS} from shop.shipments s where s.id = {given}");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(shipment).transpose()
}

/// The parcels of an order, the first one first.
pub(crate) async fn of_order(client: &impl GenericClient, order: OrderId) -> Result<Vec<Shipment>> {
    let given = kernel::given!(1, "uuid");
    let sql =
        format!("select {COLUMNS} from shop.shipments s where s.order_id = {given} order by s.id");
    client.query_prepared(&sql, &[&order]).await?.iter().map(shipment).collect()
}

pub(super) async fn insert_in_tx(tx: &Transaction<'_>, it: &Shipment) -> Result<()> {
    let sql = "insert into shop.shipments \
            (id, order_id, location, state, carrier, tracking, url, shipping_net, shipping_tax, \
             shipped_at, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    tx.execute_prepared(
        sql,
        &[
            &it.id,
            &it.order,
            &it.location,
            &it.state.as_str(),
            &it.carrier,
            &it.tracking,
            &it.url,
            &it.shipping_net,
            &it.shipping_tax,
            &it.shipped_at,
            &it.created_at,
        ],
    )
    .await?;
    tokio::try_join!(insert_lines(tx, it), insert_picks(tx, it), insert_captures(tx, it))?;
    Ok(())
}

async fn insert_lines(tx: &Transaction<'_>, it: &Shipment) -> Result<()> {
    let sql = "insert into shop.shipment_lines (shipment_id, line_id, quantity, net, tax) \
        select $1, * from unnest($2::uuid[], $3::int[], $4::numeric[], $5::numeric[])";
    let ids: Vec<Uuid> = it.lines.iter().map(|line| line.line.as_uuid()).collect();
    let quantities: Vec<i32> = it.lines.iter().map(|line| line.quantity.cast_signed()).collect();
    let nets: Vec<Amount> = it.lines.iter().map(|line| line.net).collect();
    let taxes: Vec<Amount> = it.lines.iter().map(|line| line.tax).collect();
    tx.execute_prepared(sql, &[&it.id, &ids, &quantities, &nets, &taxes]).await?;
    Ok(())
}

async fn insert_picks(tx: &Transaction<'_>, it: &Shipment) -> Result<()> {
    let sql = "insert into shop.shipment_picks (shipment_id, transfer_id, quantity) \
        select $1, * from unnest($2::uuid[], $3::int[])";
    let ids: Vec<Uuid> = it.picks.iter().map(|pick| Uuid::from_u128(pick.transfer)).collect();
    let quantities: Vec<i32> = it.picks.iter().map(|pick| pick.quantity.cast_signed()).collect();
    tx.execute_prepared(sql, &[&it.id, &ids, &quantities]).await?;
    Ok(())
}

async fn insert_captures(tx: &Transaction<'_>, it: &Shipment) -> Result<()> {
    let sql = "insert into shop.shipment_captures (shipment_id, payment_id, amount) \
        select $1, * from unnest($2::uuid[], $3::numeric[])";
    let ids: Vec<Uuid> = it.captures.iter().map(|capture| capture.payment.as_uuid()).collect();
    let amounts: Vec<Amount> = it.captures.iter().map(|capture| capture.amount).collect();
    tx.execute_prepared(sql, &[&it.id, &ids, &amounts]).await?;
    Ok(())
}

/// Ends a parcel that is pending. False if somebody did.
pub(super) async fn settle_in_tx(
    tx: &Transaction<'_>,
    id: ShipmentId,
    state: ShipmentState,
) -> Result<bool> {
    let sql = "update shop.shipments set state = $2 where id = $1 and state = 'pending'";
    Ok(tx.execute_prepared(sql, &[&id, &state.as_str()]).await? == 1)
}

/// The parcel arrived. False if it did before, or wasn't sent.
pub(super) async fn delivered_in_tx(
    tx: &Transaction<'_>,
    id: ShipmentId,
    at: Timestamp,
) -> Result<bool> {
    let sql = "update shop.shipments set delivered_at = $2 \
        where id = $1 and state = 'shipped' and delivered_at is null";
    Ok(tx.execute_prepared(sql, &[&id, &at]).await? == 1)
}
