//! SQL of withdrawals and destinations.

use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::{Destination, Withdrawal, WithdrawalStatus};
use crate::ids::{DestinationId, WithdrawalId};
use crate::overview::FlowFilter;

const SELECT: &str = "select w.id, w.user_id, w.asset, w.scale, w.amount, b.id, b.country, b.last4,
        b.sealed, w.status, w.failure, w.created_at, w.updated_at, w.held_at is not null,
        w.provider, w.provider_payout
   from payments.withdrawals w join payments.destinations b on b.id = w.destination_id";

fn withdrawal(row: &Row) -> Withdrawal {
    let status: &str = row.get(9);
    Withdrawal {
        id: row.get(0),
        user: row.get(1),
        asset: row.get(2),
        scale: u8::try_from(row.get::<_, i16>(3)).expect("scales are small"),
        amount: row.get(4),
        destination: destination(row, 5),
        status: WithdrawalStatus::from_name(status).expect("the table checks the status"),
        failure: row.get(10),
        created_at: row.get(11),
        updated_at: row.get(12),
        is_held: row.get(13),
        provider: row.get(14),
        provider_payout: row.get(15),
    }
}

fn destination(row: &Row, at: usize) -> Destination {
    Destination {
        id: row.get(at),
        country: row.get(at + 1),
        last4: row.get(at + 2),
        sealed: row.get(at + 3),
    }
}

/// Writes the withdrawal down, if its id is new.
pub(super) async fn insert_in_tx(
    tx: &Transaction<'_>,
    new: &Withdrawal,
    check_at: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "insert into payments.withdrawals (id, user_id, asset, scale, amount,
            destination_id, status, provider, check_at, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9, $9) on conflict (id) do nothing";
    let scale = i16::from(new.scale);
    let Withdrawal { id, user, asset, amount, destination, provider, created_at, .. } = new;
    let count = tx
        .execute_prepared(
            sql,
            &[id, user, asset, &scale, amount, &destination.id, provider, &check_at, created_at],
        )
        .await?;
    Ok(count == 1)
}

pub(crate) async fn get(
    database: &Database,
    id: WithdrawalId,
) -> Result<Option<Withdrawal>, DatabaseError> {
    let client = database.client().await?;
    Ok(client
        .query_opt_prepared(&format!("{SELECT} where w.id = $1"), &[&id])
        .await?
        .as_ref()
        .map(withdrawal))
}

/// A user's withdrawals, newest first, after the place that a cursor names.
pub(crate) async fn list(
    database: &Database,
    user: UserId,
    after: Option<(Timestamp, WithdrawalId)>,
    limit: i64,
) -> Result<Vec<Withdrawal>, DatabaseError> {
    let sql = format!(
        "{SELECT} where w.user_id = $1
            and ($2::timestamptz is null or (w.created_at, w.id) < ($2, $3))
          order by w.created_at desc, w.id desc limit $4"
    );
    let (at, id) = after.unzip();
    let client = database.client().await?;
    let rows = client.query_prepared(&sql, &[&user, &at, &id, &limit]).await?;
    Ok(rows.iter().map(withdrawal).collect())
}

/// The withdrawals of all users that a filter lets through, newest first.
pub(crate) async fn list_all(
    database: &Database,
    filter: &FlowFilter<WithdrawalStatus>,
    after: Option<(Timestamp, WithdrawalId)>,
    limit: i64,
) -> Result<Vec<Withdrawal>, DatabaseError> {
    let sql = format!(
        "{SELECT} where ($1::uuid is null or w.user_id = $1)
            and ($2::text is null or w.status = $2)
            and ($3::text is null or w.asset = $3)
            and ($4::text is null or w.provider = $4)
            and ($5::timestamptz is null or (w.created_at, w.id) < ($5, $6))
          order by w.created_at desc, w.id desc limit $7"
    );
    let FlowFilter { user, status, asset, provider } = filter;
    let (status, (at, id)) = (status.map(WithdrawalStatus::as_str), after.unzip());
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
        [user, &status, asset, provider, &at, &id, &limit];
    let rows = database.client().await?.query_prepared(&sql, &parameters).await?;
    Ok(rows.iter().map(withdrawal).collect())
}

/// The ledger holds it.
pub(super) async fn set_held(
    database: &Database,
    id: WithdrawalId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.withdrawals set held_at = coalesce(held_at, $2), updated_at = $2
        where id = $1";
    database.client().await?.execute_prepared(sql, &[&id, &now]).await?;
    Ok(())
}

/// The provider has it.
pub(super) async fn set_payout(
    database: &Database,
    id: WithdrawalId,
    payout: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update payments.withdrawals set provider_payout = $2, updated_at = $3
        where id = $1 and provider_payout is null";
    database.client().await?.execute_prepared(sql, &[&id, &payout, &now]).await?;
    Ok(())
}

/// Records a status, unless somebody else recorded another one since.
pub(super) async fn set_status_in_tx(
    tx: &Transaction<'_>,
    (id, from): (WithdrawalId, WithdrawalStatus),
    to: WithdrawalStatus,
    failure: Option<&str>,
    (now, check_at): (Timestamp, Timestamp),
) -> Result<bool, DatabaseError> {
    let sql = "update payments.withdrawals
           set status = $3, failure = $4, check_at = $5, checks = 0, updated_at = $6
         where id = $1 and status = $2";
    let (from, to) = (from.as_str(), to.as_str());
    Ok(tx.execute_prepared(sql, &[&id, &from, &to, &failure, &check_at, &now]).await? == 1)
}

/// A bank account of the user, by its token.
pub(super) async fn destination_of(
    database: &Database,
    user: UserId,
    id: DestinationId,
) -> Result<Option<Destination>, DatabaseError> {
    let sql = "select id, country, last4, sealed from payments.destinations
        where id = $1 and user_id = $2";
    let row = database.client().await?.query_opt_prepared(sql, &[&id, &user]).await?;
    Ok(row.map(|row| destination(&row, 0)))
}

pub(super) async fn insert_destination_in_tx(
    tx: &Transaction<'_>,
    user: UserId,
    new: &Destination,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into payments.destinations (id, user_id, country, last4, sealed, created_at)
        values ($1, $2, $3, $4, $5, $6) on conflict (id) do nothing";
    tx.execute_prepared(sql, &[&new.id, &user, &new.country, &new.last4, &new.sealed, &now])
        .await?;
    Ok(())
}

/// All bank accounts of a user.
pub(crate) async fn destinations(
    database: &Database,
    user: UserId,
) -> Result<Vec<Destination>, DatabaseError> {
    let sql = "select id, country, last4, sealed from payments.destinations
        where user_id = $1 and sealed <> '' order by id";
    let rows = database.client().await?.query_prepared(sql, &[&user]).await?;
    Ok(rows.iter().map(|row| destination(row, 0)).collect())
}
