//! SQL of refunds.

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::{Refund, RefundStatus};
use crate::deposits::store::payee;
use crate::ids::{DepositId, RefundId};

const SELECT: &str = "select r.id, r.deposit_id, d.user_id, d.asset, d.scale, r.amount, r.reason,
        r.status, r.failure, r.created_at, r.updated_at, r.moved_at is not null, d.provider,
        d.provider_payment, r.provider_refund, d.account_id, d.reference
   from payments.refunds r join payments.deposits d on d.id = r.deposit_id";

fn refund(row: &Row) -> Refund {
    let status: &str = row.get(7);
    Refund {
        id: row.get(0),
        deposit: row.get(1),
        payee: payee(row, (2, 15)),
        asset: row.get(3),
        scale: u8::try_from(row.get::<_, i16>(4)).expect("scales are small"),
        amount: row.get(5),
        reason: row.get(6),
        status: RefundStatus::from_name(status).expect("the table checks the status"),
        failure: row.get(8),
        created_at: row.get(9),
        updated_at: row.get(10),
        is_moved: row.get(11),
        provider: row.get(12),
        provider_payment: row.get(13),
        provider_refund: row.get(14),
    }
}

/// Writes the refund down, if its id is new.
pub(crate) async fn insert_in_tx(
    tx: &Transaction<'_>,
    new: &Refund,
    by_staff: bool,
    check_at: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "insert into payments.refunds
            (id, deposit_id, amount, reason, by_staff, status, check_at, created_at, updated_at)
        values ($1, $2, $3, $4, $5, 'pending', $6, $7, $7) on conflict (id) do nothing";
    let Refund { id, deposit, amount, reason, created_at, .. } = new;
    let count = tx
        .execute_prepared(sql, &[id, deposit, amount, reason, &by_staff, &check_at, created_at])
        .await?;
    Ok(count == 1)
}

pub(crate) async fn get(
    database: &Database,
    id: RefundId,
) -> Result<Option<Refund>, DatabaseError> {
    let client = database.client().await?;
    Ok(client
        .query_opt_prepared(&format!("{SELECT} where r.id = $1"), &[&id])
        .await?
        .as_ref()
        .map(refund))
}

/// All refunds of a user's deposits, newest first.
pub(crate) async fn of_user(
    database: &Database,
    user: UserId,
) -> Result<Vec<Refund>, DatabaseError> {
    let sql = format!(
        "{SELECT} where d.user_id = $1 and d.account_id is null order by r.created_at desc, r.id desc"
    );
    let client = database.client().await?;
    Ok(client.query_prepared(&sql, &[&user]).await?.iter().map(refund).collect())
}

/// The refunds of a deposit, newest first, after the place that a cursor names.
pub(super) async fn of_deposit(
    database: &Database,
    deposit: DepositId,
    after: Option<(Timestamp, RefundId)>,
    limit: i64,
) -> Result<Vec<Refund>, DatabaseError> {
    let sql = format!(
        "{SELECT} where r.deposit_id = $1
            and ($2::timestamptz is null or (r.created_at, r.id) < ($2, $3))
          order by r.created_at desc, r.id desc limit $4"
    );
    let (at, id) = after.unzip();
    let client = database.client().await?;
    let rows = client.query_prepared(&sql, &[&deposit, &at, &id, &limit]).await?;
    Ok(rows.iter().map(refund).collect())
}

/// The ledger took it from the account.
pub(super) async fn set_moved(
    database: &Database,
    id: RefundId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.refunds set moved_at = coalesce(moved_at, $2), updated_at = $2
        where id = $1";
    database.client().await?.execute_prepared(sql, &[&id, &now]).await?;
    Ok(())
}

/// The provider has it.
pub(super) async fn set_submitted(
    database: &Database,
    id: RefundId,
    provider_refund: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.refunds set provider_refund = $2, updated_at = $3
        where id = $1 and provider_refund is null";
    database.client().await?.execute_prepared(sql, &[&id, &provider_refund, &now]).await?;
    Ok(())
}

/// Records a status, unless somebody else recorded another one since.
pub(super) async fn set_status_in_tx(
    tx: &Transaction<'_>,
    (id, from): (RefundId, RefundStatus),
    to: RefundStatus,
    failure: Option<&str>,
    (now, check_at): (Timestamp, Timestamp),
) -> Result<bool, DatabaseError> {
    let sql = "update payments.refunds
           set status = $3, failure = $4, check_at = $5, checks = 0, updated_at = $6
         where id = $1 and status = $2";
    let (from, to) = (from.as_str(), to.as_str());
    Ok(tx.execute_prepared(sql, &[&id, &from, &to, &failure, &check_at, &now]).await? == 1)
}
