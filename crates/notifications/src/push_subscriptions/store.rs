use deadpool_postgres::Transaction;
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp, Vault};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{BrowserKeys, PushSubscription};
use crate::error::NotificationsError;
use crate::ids::PushSubscriptionId;

const COLUMNS: &str = "id, user_id, endpoint, device, created_at, last_sent_at";

/// Subscribes a browser: a new one, or one that is known, which keeps its id if it is the same
/// user's. Answers with the id, and whether it is new; `None` if the user has too many.
pub(super) async fn put_in_tx(
    tx: &Transaction<'_>,
    new: &PushSubscription,
    keys: &BrowserKeys,
    vault: &Vault,
    max: i64,
) -> Result<Option<(PushSubscriptionId, bool)>, DatabaseError> {
    let hash = blake3::hash(new.endpoint.as_bytes());
    let hash = &hash.as_bytes()[..];
    // One at a time subscribes browsers of a user: otherwise two would count the same.
    let sql = "insert into notifications.logs (user_id) values ($1)
        on conflict (user_id) do update set user_id = excluded.user_id
        returning is_erased";
    if tx.query_one_prepared(sql, &[&new.user]).await?.get(0) {
        return Ok(None);
    }
    let sql = "delete from notifications.push_subscriptions
         where endpoint_hash = $1 and user_id <> $2";
    tx.execute_prepared(sql, &[&hash, &new.user]).await?;
    let sql = "select id from notifications.push_subscriptions where endpoint_hash = $1 for update";
    let known = tx.query_opt_prepared(sql, &[&hash]).await?;
    let known: Option<PushSubscriptionId> = known.map(|row| row.get(0));
    let id = known.unwrap_or(new.id);
    let sql = "insert into notifications.push_subscriptions
            (id, user_id, endpoint, endpoint_hash, public_key, secret, device, created_at)
        select $1, $2, $3, $4, $5, $6, $7, $8
         where $9 > (select count(*) from notifications.push_subscriptions
                      where user_id = $2 and id <> $1)
            on conflict (endpoint_hash) do update
           set public_key = excluded.public_key, secret = excluded.secret,
               device = excluded.device
         where push_subscriptions.user_id = excluded.user_id";
    let secret = keys.sealed_secret(vault, id);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 9] = [
        &id,
        &new.user,
        &new.endpoint,
        &hash,
        &keys.public_key,
        &secret,
        &new.device,
        &new.created_at,
        &max,
    ];
    let is_put = tx.execute_prepared(sql, &values).await? == 1;
    Ok(is_put.then_some((id, known.is_none())))
}

/// A user's browsers, oldest first.
pub(super) async fn list(
    database: &Database,
    user: UserId,
) -> Result<Vec<PushSubscription>, DatabaseError> {
    let client = database.client().await?;
    let sql = format!(
        "select {COLUMNS} from notifications.push_subscriptions where user_id = $1 order by id"
    );
    let rows = client.query_prepared(&sql, &[&user]).await?;
    Ok(rows.iter().map(to_subscription).collect())
}

/// A browser, with what messages to it are encrypted with.
pub(super) async fn get(
    database: &Database,
    vault: &Vault,
    id: PushSubscriptionId,
) -> Result<Option<(PushSubscription, BrowserKeys)>, NotificationsError> {
    let client = database.client().await?;
    let sql = format!(
        "select {COLUMNS}, public_key, secret from notifications.push_subscriptions where id = $1"
    );
    let Some(row) = client.query_opt_prepared(&sql, &[&id]).await? else { return Ok(None) };
    let keys = BrowserKeys::open(vault, id, row.get(6), row.get(7))?;
    Ok(Some((to_subscription(&row), keys)))
}

/// Answers whether it was there.
pub(super) async fn delete(
    database: &Database,
    user: UserId,
    id: PushSubscriptionId,
) -> Result<bool, DatabaseError> {
    let client = database.client().await?;
    let sql = "delete from notifications.push_subscriptions where user_id = $1 and id = $2";
    Ok(client.execute_prepared(sql, &[&user, &id]).await? == 1)
}

pub(super) async fn note_sent(
    database: &Database,
    now: Timestamp,
    id: PushSubscriptionId,
) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    let sql = "update notifications.push_subscriptions set last_sent_at = $2 where id = $1";
    client.execute_prepared(sql, &[&id, &now]).await?;
    Ok(())
}

/// The browsers of these users.
pub(crate) async fn of_users_in_tx(
    tx: &Transaction<'_>,
    users: &[Uuid],
) -> Result<Vec<(UserId, PushSubscriptionId)>, DatabaseError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "select user_id, id from notifications.push_subscriptions
         where user_id = any($1) order by id";
    let rows = tx.query_prepared(sql, &[&users]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Unsubscribes all browsers of users.
pub(crate) async fn delete_of_users_in_tx(
    tx: &Transaction<'_>,
    users: &[Uuid],
) -> Result<(), DatabaseError> {
    if !users.is_empty() {
        let sql = "delete from notifications.push_subscriptions where user_id = any($1)";
        tx.execute_prepared(sql, &[&users]).await?;
    }
    Ok(())
}

/// The sealed key by which push services know us; the first who makes one makes it for all.
pub(super) async fn push_key(
    database: &Database,
    made: Option<(&[u8], &[u8], Timestamp)>,
) -> Result<Option<Vec<u8>>, DatabaseError> {
    let client = database.client().await?;
    if let Some((public_key, sealed, now)) = made {
        let sql = "insert into notifications.push_keys (public_key, sealed_secret, created_at)
            values ($1, $2, $3) on conflict do nothing";
        client.execute_prepared(sql, &[&public_key, &sealed, &now]).await?;
    }
    let sql = "select sealed_secret from notifications.push_keys";
    Ok(client.query_opt_prepared(sql, &[]).await?.map(|row| row.get(0)))
}

fn to_subscription(row: &Row) -> PushSubscription {
    PushSubscription {
        id: row.get(0),
        user: row.get(1),
        endpoint: row.get(2),
        device: row.get(3),
        created_at: row.get(4),
        last_sent_at: row.get(5),
    }
}
