//! SQL of messages.

use deadpool_postgres::{GenericClient, Object, Transaction};
use hashbrown::HashMap;
use identity::UserId;
use kernel::Timestamp;
use kernel::db::Statements as _;
use ledger::TransferId;
use serde::Serialize;
use uuid::Uuid;

use super::NewMessage;
use crate::error::Result;

/// A message for its author or reader.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ExportedMessage {
    pub(crate) transfer: TransferId,
    pub(crate) sent: bool,
    pub(crate) text: String,
    pub(crate) created_at: Timestamp,
}

fn uuids(ids: &[u128]) -> Vec<Uuid> {
    ids.iter().map(|id| Uuid::from_u128(*id)).collect()
}

/// Writes it, unless the transfer has one: the first request counts. One that nobody has found a
/// transfer for is as good as new, so that the sweep leaves it alone.
pub(crate) async fn insert(
    client: &impl GenericClient,
    new: &NewMessage<'_>,
    now: Timestamp,
) -> Result<()> {
    let sql = "insert into wallet.messages (transfer_id, author, other, text, created_at) \
               values ($1, $2, $3, $4, $5) on conflict (transfer_id) \
               do update set created_at = excluded.created_at where not messages.kept";
    let id = Uuid::from_u128(new.transfer);
    client.execute_prepared(sql, &[&id, &new.author, &new.other, &new.text, &now]).await?;
    Ok(())
}

/// Writes those whose transfers aren't in doubt.
pub(super) async fn insert_kept(
    client: &Object,
    messages: &[(NewMessage<'_>, Timestamp)],
) -> Result<()> {
    let sql = "insert into wallet.messages (transfer_id, author, other, text, kept, created_at) \
               select id, author, other, text, true, at \
               from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[]) \
                   as new (id, author, other, text, at) on conflict (transfer_id) do nothing";
    let ids: Vec<Uuid> = messages.iter().map(|(it, _)| Uuid::from_u128(it.transfer)).collect();
    let authors: Vec<UserId> = messages.iter().map(|(it, _)| it.author).collect();
    let others: Vec<Option<UserId>> = messages.iter().map(|(it, _)| it.other).collect();
    let texts: Vec<&str> = messages.iter().map(|(it, _)| it.text).collect();
    let times: Vec<Timestamp> = messages.iter().map(|(_, at)| *at).collect();
    client.execute_prepared(sql, &[&ids, &authors, &others, &texts, &times]).await?;
    Ok(())
}

/// With a moment: only those that are from before it.
pub(super) async fn delete(
    client: &Object,
    transfers: &[u128],
    before: Option<Timestamp>,
) -> Result<()> {
    let sql = "delete from wallet.messages where transfer_id = any($1) \
               and ($2::timestamptz is null or created_at < $2)";
    client.execute_prepared(sql, &[&uuids(transfers), &before]).await?;
    Ok(())
}

pub(super) async fn texts(client: &Object, transfers: &[u128]) -> Result<HashMap<u128, String>> {
    let sql = "select transfer_id, text from wallet.messages where transfer_id = any($1)";
    let rows = client.query_prepared(sql, &[&uuids(transfers)]).await?;
    Ok(rows.iter().map(|row| (row.get::<_, Uuid>(0).as_u128(), row.get(1))).collect())
}

/// Messages from before a moment of which nobody has asked the ledger.
pub(super) async fn unknown(client: &Object, before: Timestamp, limit: i64) -> Result<Vec<u128>> {
    let sql = "select transfer_id from wallet.messages where not kept and created_at < $1 \
               order by created_at limit $2";
    let rows = client.query_prepared(sql, &[&before, &limit]).await?;
    Ok(rows.iter().map(|row| row.get::<_, Uuid>(0).as_u128()).collect())
}

pub(super) async fn keep(client: &Object, transfers: &[u128]) -> Result<()> {
    let sql = "update wallet.messages set kept = true where transfer_id = any($1)";
    client.execute_prepared(sql, &[&uuids(transfers)]).await?;
    Ok(())
}

pub(super) async fn of_user(client: &Object, user: UserId) -> Result<Vec<ExportedMessage>> {
    let sql = "select transfer_id, author = $1, text, created_at from wallet.messages \
               where author = $1 or other = $1 order by created_at, transfer_id";
    let rows = client.query_prepared(sql, &[&user]).await?;
    let message = |row: &tokio_postgres::Row| ExportedMessage {
        transfer: TransferId::from_uuid(row.get(0)),
        sent: row.get(1),
        text: row.get(2),
        created_at: row.get(3),
    };
    Ok(rows.iter().map(message).collect())
}

/// Removes what a user wrote.
pub(crate) async fn erase_in_tx(tx: &Transaction<'_>, user: UserId) -> Result<u64> {
    let sql = "delete from wallet.messages where author = $1";
    Ok(tx.execute_prepared(sql, &[&user]).await?)
}
