//! SQL of requests.

use deadpool_postgres::{GenericClient, Object, Transaction};
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Amount, Timestamp};
use ledger::TransferId;
use tokio_postgres::Row;

use super::{RequestDirection, RequestQuery, RequestStatus};
use crate::error::{Result, WalletError};
use crate::ids::RequestId;

/// A request as stored.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: RequestId,
    pub(crate) payee: UserId,
    pub(crate) payer: UserId,
    pub(crate) asset: String,
    pub(crate) amount: Amount,
    pub(crate) message: Option<String>,
    pub(crate) state: RequestStatus,
    /// The attempt that is under way or was the last one.
    pub(crate) attempt: u32,
    pub(crate) transfer: Option<TransferId>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

const COLUMNS: &str = "id, payee, payer, asset, amount, message, state, attempt, transfer_id, \
     created_at, expires_at";

fn stored(row: &Row) -> Result<Stored> {
    let state =
        RequestStatus::of(row.get(6)).ok_or(WalletError::Corrupt("the state of a request"))?;
    Ok(Stored {
        id: row.get(0),
        payee: row.get(1),
        payer: row.get(2),
        asset: row.get(3),
        amount: row.get(4),
        message: row.get(5),
        state,
        attempt: row.get::<_, i32>(7).cast_unsigned(),
        transfer: row.get(8),
        created_at: row.get(9),
        expires_at: row.get(10),
    })
}

/// Writes it; `false` if its id is taken.
pub(super) async fn insert_in_tx(tx: &Transaction<'_>, new: &Stored) -> Result<bool> {
    let sql = "insert into wallet.requests \
               (id, payee, payer, asset, amount, message, state, created_at, expires_at, changed_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8) on conflict (id) do nothing";
    let inserted = tx
        .execute_prepared(
            sql,
            &[
                &new.id,
                &new.payee,
                &new.payer,
                &new.asset,
                &new.amount,
                &new.message,
                &new.state.as_str(),
                &new.created_at,
                &new.expires_at,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

pub(super) async fn one(client: &Object, id: RequestId) -> Result<Option<Stored>> {
    let sql = format!("select {COLUMNS} from wallet.requests where id = $1");
    client.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(stored).transpose()
}

/// The request, which nobody else changes until the transaction ends.
pub(super) async fn lock_in_tx(tx: &Transaction<'_>, id: RequestId) -> Result<Option<Stored>> {
    let sql = format!("select {COLUMNS} from wallet.requests where id = $1 for update");
    tx.query_opt_prepared(&sql, &[&id]).await?.as_ref().map(stored).transpose()
}

pub(super) async fn begin_attempt_in_tx(
    tx: &Transaction<'_>,
    id: RequestId,
    now: Timestamp,
) -> Result<()> {
    let sql = "update wallet.requests set state = 'paying', attempt = attempt + 1, changed_at = $2 \
               where id = $1";
    tx.execute_prepared(sql, &[&id, &now]).await?;
    Ok(())
}

/// Ends an attempt: with the transfer that paid, or without. `false` if somebody else did.
pub(super) async fn end_attempt(
    client: &impl GenericClient,
    id: RequestId,
    attempt: u32,
    transfer: Option<TransferId>,
    now: Timestamp,
) -> Result<bool> {
    let sql = "update wallet.requests set state = $3, transfer_id = $4, changed_at = $5 \
               where id = $1 and attempt = $2 and state = 'paying'";
    let state = if transfer.is_some() { RequestStatus::Paid } else { RequestStatus::Open };
    let changed = client
        .execute_prepared(sql, &[&id, &attempt.cast_signed(), &state.as_str(), &transfer, &now])
        .await?;
    Ok(changed == 1)
}

/// Ends an open request; `false` if it isn't open.
pub(super) async fn close_in_tx(
    tx: &Transaction<'_>,
    id: RequestId,
    state: RequestStatus,
    now: Timestamp,
) -> Result<bool> {
    let sql = "update wallet.requests set state = $2, changed_at = $3 \
               where id = $1 and state = 'open'";
    Ok(tx.execute_prepared(sql, &[&id, &state.as_str(), &now]).await? == 1)
}

pub(super) async fn list(
    client: &Object,
    user: UserId,
    query: &RequestQuery,
) -> Result<Vec<Stored>> {
    let sides = match query.direction {
        Some(RequestDirection::Incoming) => "payer = $1",
        Some(RequestDirection::Outgoing) => "payee = $1",
        None => "(payer = $1 or payee = $1)",
    };
    let sql = format!(
        "select {COLUMNS} from wallet.requests where {sides} \
         and ($2::text is null or state = $2) \
         and ($3::timestamptz is null or (created_at, id) < ($3, $4)) \
         order by created_at desc, id desc limit $5"
    );
    let state = query.status.map(RequestStatus::as_str);
    let (at, id) = query.after.unzip();
    let rows = client.query_prepared(&sql, &[&user, &state, &at, &id, &query.limit]).await?;
    rows.iter().map(stored).collect()
}

/// Every request of a user.
pub(super) async fn all_of(client: &Object, user: UserId) -> Result<Vec<Stored>> {
    let sql = format!(
        "select {COLUMNS} from wallet.requests where payer = $1 or payee = $1 \
         order by created_at, id"
    );
    client.query_prepared(&sql, &[&user]).await?.iter().map(stored).collect()
}

/// Removes what a user wrote and ends what waits for them.
pub(crate) async fn erase_in_tx(tx: &Transaction<'_>, user: UserId, now: Timestamp) -> Result<()> {
    let sql = "update wallet.requests set message = null where payee = $1";
    tx.execute_prepared(sql, &[&user]).await?;
    let sql = "update wallet.requests set state = 'cancelled', changed_at = $2 \
               where (payee = $1 or payer = $1) and state = 'open'";
    tx.execute_prepared(sql, &[&user, &now]).await?;
    Ok(())
}
