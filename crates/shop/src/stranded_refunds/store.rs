//! SQL of stranded refunds.

use deadpool_postgres::{GenericClient, Transaction};
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Settlement, SettlementState, SettlementWay, StrandedRefund};
use crate::error::{Result, ShopError};
use crate::ids::{OrderPaymentId, SettlementId};

const STRANDED: &str = "p.id, p.order_id, o.number, o.user_id, o.currency, o.scale, p.stranded, \
    p.settled, p.failure, p.updated_at \
    from shop.order_payments p join shop.orders o on o.id = p.order_id";

const SETTLEMENT: &str =
    "id, order_id, payment_id, state, payee, reference, amount, reason, created_at";

fn stranded(row: &Row) -> Result<StrandedRefund> {
    let scale = u8::try_from(row.get::<_, i16>(5));
    Ok(StrandedRefund {
        payment: row.get(0),
        order: row.get(1),
        number: row.get(2),
        user: row.get(3),
        currency: row.get(4),
        scale: scale.map_err(|_| ShopError::Corrupt("the scale of an order"))?,
        stranded: row.get(6),
        settled: row.get(7),
        failure: row.get(8),
        updated_at: row.get(9),
        settlements: Vec::new(),
    })
}

fn settlement(row: &Row) -> Result<Settlement> {
    let corrupt = || ShopError::Corrupt("a settlement");
    let way = match (row.get::<_, Option<UserId>>(4), row.get::<_, Option<String>>(5)) {
        (Some(payee), None) => SettlementWay::Wallet { payee },
        (None, Some(reference)) => SettlementWay::Outside { reference },
        _ => return Err(corrupt()),
    };
    Ok(Settlement {
        id: row.get(0),
        order: row.get(1),
        payment: row.get(2),
        state: SettlementState::from_name(row.get(3)).ok_or_else(corrupt)?,
        way,
        amount: row.get(6),
        reason: row.get(7),
        created_at: row.get(8),
    })
}

/// Those of which something waits, or nothing any more; the newest payment first.
pub(super) async fn list(
    client: &impl GenericClient,
    is_open: bool,
    after: Option<OrderPaymentId>,
    limit: i64,
) -> Result<Vec<StrandedRefund>> {
    let sql = format!(
        "select {STRANDED} where p.stranded > 0 and (p.stranded > p.settled) = $1 \
            and ($2::uuid is null or p.id < $2) order by p.id desc limit $3"
    );
    let rows = client.query_prepared(&sql, &[&is_open, &after, &limit]).await?;
    let mut found: Vec<StrandedRefund> = rows.iter().map(stranded).collect::<Result<_>>()?;
    let ids: Vec<Uuid> = found.iter().map(|it| it.payment.as_uuid()).collect();
    let settlements = of_payments(client, &ids).await?;
    for it in &mut found {
        let of_it = settlements.iter().filter(|settlement| settlement.payment == it.payment);
        it.settlements = of_it.cloned().collect();
    }
    Ok(found)
}

/// What is stranded of a payment.
pub(super) async fn of_payment(
    client: &impl GenericClient,
    payment: OrderPaymentId,
) -> Result<Option<StrandedRefund>> {
    let sql = format!("select {STRANDED} where p.id = $1 and p.stranded > 0");
    let row = client.query_opt_prepared(&sql, &[&payment]).await?;
    let Some(mut it) = row.as_ref().map(stranded).transpose()? else { return Ok(None) };
    it.settlements = of_payments(client, &[payment.as_uuid()]).await?;
    Ok(Some(it))
}

async fn of_payments(client: &impl GenericClient, payments: &[Uuid]) -> Result<Vec<Settlement>> {
    let sql =
        format!("select {SETTLEMENT} from shop.settlements where payment_id = any($1) order by id");
    client.query_prepared(&sql, &[&payments]).await?.iter().map(settlement).collect()
}

pub(super) async fn one(
    client: &impl GenericClient,
    id: SettlementId,
) -> Result<Option<Settlement>> {
    let sql = format!("select {SETTLEMENT} from shop.settlements where id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(settlement).transpose()
}

/// Writes a settlement down; its amount waits no longer.
pub(super) async fn insert_in_tx(tx: &Transaction<'_>, it: &Settlement) -> Result<()> {
    let (payee, reference) = match &it.way {
        SettlementWay::Wallet { payee } => (Some(*payee), None),
        SettlementWay::Outside { reference } => (None, Some(reference)),
    };
    let sql = format!(
        "insert into shop.settlements ({SETTLEMENT}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    );
    tx.execute_prepared(
        &sql,
        &[
            &it.id,
            &it.order,
            &it.payment,
            &it.state.as_str(),
            &payee,
            &reference,
            &it.amount,
            &it.reason,
            &it.created_at,
        ],
    )
    .await?;
    let sql =
        "update shop.order_payments set settled = settled + $2, updated_at = $3 where id = $1";
    tx.execute_prepared(sql, &[&it.payment, &it.amount, &it.created_at]).await?;
    Ok(())
}

/// Ends a settlement that is pending. False if somebody did.
pub(super) async fn end_in_tx(
    tx: &Transaction<'_>,
    id: SettlementId,
    state: SettlementState,
) -> Result<bool> {
    let sql = "update shop.settlements set state = $2 where id = $1 and state = 'pending'";
    Ok(tx.execute_prepared(sql, &[&id, &state.as_str()]).await? == 1)
}

/// What was refused waits again.
pub(super) async fn put_back_in_tx(
    tx: &Transaction<'_>,
    payment: OrderPaymentId,
    amount: Amount,
    now: Timestamp,
) -> Result<()> {
    let sql =
        "update shop.order_payments set settled = settled - $2, updated_at = $3 where id = $1";
    tx.execute_prepared(sql, &[&payment, &amount, &now]).await?;
    Ok(())
}
