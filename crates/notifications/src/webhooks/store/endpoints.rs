use deadpool_postgres::{GenericClient, Transaction};
use identity::UserId;
use kernel::db::Statements as _;
use kernel::{DatabaseError, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::queue::Wanted;
use crate::webhooks::{DisabledReason, Endpoint, NewEndpoint, WebhookId};

const COLUMNS: &str = "id, user_id, url, description, kinds, disabled_reason, disabled_at,
    failing_since, secret_made_at, secret_before_until, version, created_at, updated_at";

fn endpoint(row: &Row) -> Endpoint {
    let reason: Option<&str> = row.get(5);
    let reason = reason.map(|name| DisabledReason::from_name(name).expect("the table checks it"));
    Endpoint {
        id: row.get(0),
        user: row.get(1),
        url: row.get(2),
        description: row.get(3),
        kinds: row.get(4),
        disabled: reason.zip(row.get(6)),
        failing_since: row.get(7),
        secret_made_at: row.get(8),
        overlap_until: row.get(9),
        version: row.get::<_, i32>(10).cast_unsigned(),
        created_at: row.get(11),
        updated_at: row.get(12),
    }
}

pub(in crate::webhooks) async fn count(
    client: &impl GenericClient,
    user: UserId,
) -> Result<usize, DatabaseError> {
    let sql = "select count(*) from notifications.webhook_endpoints where user_id = $1";
    let row = client.query_one_prepared(sql, &[&user]).await?;
    Ok(usize::try_from(row.get::<_, i64>(0)).expect("a count is not negative"))
}

pub(in crate::webhooks) async fn insert(
    client: &impl GenericClient,
    id: WebhookId,
    user: UserId,
    new: &NewEndpoint,
    secret: &[u8],
    now: Timestamp,
) -> Result<Endpoint, DatabaseError> {
    let sql = format!(
        "insert into notifications.webhook_endpoints
             (id, user_id, url, description, kinds, secret, secret_made_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7, $7) returning {COLUMNS}"
    );
    let row = client
        .query_one_prepared(
            &sql,
            &[&id, &user, &new.url, &new.description, &new.kinds, &secret, &now],
        )
        .await?;
    Ok(endpoint(&row))
}

/// A user's endpoints in the order of their ids.
pub(in crate::webhooks) async fn list(
    client: &impl GenericClient,
    user: UserId,
    after: Option<WebhookId>,
    limit: i64,
) -> Result<Vec<Endpoint>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from notifications.webhook_endpoints
          where user_id = $1 and ($2::uuid is null or id > $2) order by id limit $3"
    );
    Ok(client.query_prepared(&sql, &[&user, &after, &limit]).await?.iter().map(endpoint).collect())
}

/// One endpoint of this user; another's isn't found.
pub(in crate::webhooks) async fn get(
    client: &impl GenericClient,
    user: UserId,
    id: WebhookId,
) -> Result<Option<Endpoint>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from notifications.webhook_endpoints where id = $1 and user_id = $2"
    );
    Ok(client.query_opt_prepared(&sql, &[&id, &user]).await?.as_ref().map(endpoint))
}

/// The same, and nobody else changes it until the transaction ends.
pub(in crate::webhooks) async fn lock_in_tx(
    tx: &Transaction<'_>,
    user: UserId,
    id: WebhookId,
) -> Result<Option<Endpoint>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from notifications.webhook_endpoints
          where id = $1 and user_id = $2 for update"
    );
    Ok(tx.query_opt_prepared(&sql, &[&id, &user]).await?.as_ref().map(endpoint))
}

/// The same for whoever adds to its queue: a run that begins waits until that can be seen; see
/// `queue.rs`.
pub(in crate::webhooks) async fn share_in_tx(
    tx: &Transaction<'_>,
    user: UserId,
    id: WebhookId,
) -> Result<Option<(Endpoint, Wanted)>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS}, generation from notifications.webhook_endpoints
          where id = $1 and user_id = $2 for share"
    );
    let row = tx.query_opt_prepared(&sql, &[&id, &user]).await?;
    Ok(row.map(|row| (endpoint(&row), (id, row.get("generation")))))
}

pub(in crate::webhooks) async fn update_in_tx(
    tx: &Transaction<'_>,
    id: WebhookId,
    to: &NewEndpoint,
    now: Timestamp,
) -> Result<Endpoint, DatabaseError> {
    let sql = format!(
        "update notifications.webhook_endpoints
            set url = $2, description = $3, kinds = $4, version = version + 1, updated_at = $5
          where id = $1 returning {COLUMNS}"
    );
    let row =
        tx.query_one_prepared(&sql, &[&id, &to.url, &to.description, &to.kinds, &now]).await?;
    Ok(endpoint(&row))
}

pub(in crate::webhooks) async fn delete_in_tx(
    tx: &Transaction<'_>,
    id: WebhookId,
) -> Result<(), DatabaseError> {
    let sql = "delete from notifications.webhook_endpoints where id = $1";
    tx.execute_prepared(sql, &[&id]).await?;
    Ok(())
}

/// Removes all endpoints of users.
pub(in crate::webhooks) async fn erase_in_tx(
    tx: &Transaction<'_>,
    users: &[Uuid],
) -> Result<(), DatabaseError> {
    let sql = "delete from notifications.webhook_endpoints where user_id = any($1)";
    tx.execute_prepared(sql, &[&users]).await?;
    Ok(())
}

/// It starts anew, as if it had never failed.
pub(in crate::webhooks) async fn enable_in_tx(
    tx: &Transaction<'_>,
    id: WebhookId,
    now: Timestamp,
) -> Result<Endpoint, DatabaseError> {
    let sql = format!(
        "update notifications.webhook_endpoints
            set state = 'enabled', disabled_reason = null, disabled_at = null, failures_in_row = 0,
                rests_until = null, failing_since = null, warned_at = null,
                version = version + 1, updated_at = $2
          where id = $1 returning {COLUMNS}"
    );
    Ok(endpoint(&tx.query_one_prepared(&sql, &[&id, &now]).await?))
}

/// Nothing is posted any more; what waits is cancelled.
pub(in crate::webhooks) async fn disable_in_tx(
    tx: &Transaction<'_>,
    id: WebhookId,
    reason: DisabledReason,
    now: Timestamp,
) -> Result<Endpoint, DatabaseError> {
    let sql = format!(
        "update notifications.webhook_endpoints
            set state = 'disabled', disabled_reason = $2, disabled_at = $3,
                version = version + 1, updated_at = $3
          where id = $1 returning {COLUMNS}"
    );
    let row = tx.query_one_prepared(&sql, &[&id, &reason.as_str(), &now]).await?;
    let sql = "update notifications.webhook_deliveries
           set state = 'cancelled', due_at = null, ended_at = $2
         where endpoint_id = $1 and state = 'pending'";
    tx.execute_prepared(sql, &[&id, &now]).await?;
    Ok(endpoint(&row))
}

/// What signs, and the id of the last rotation, which made it.
pub(in crate::webhooks) struct Sealed {
    pub(in crate::webhooks) secret: Vec<u8>,
    pub(in crate::webhooks) rotation: Option<Uuid>,
}

pub(in crate::webhooks) async fn sealed(
    client: &impl GenericClient,
    id: WebhookId,
) -> Result<Sealed, DatabaseError> {
    let sql = "select secret, rotation from notifications.webhook_endpoints where id = $1";
    let row = client.query_one_prepared(sql, &[&id]).await?;
    Ok(Sealed { secret: row.get(0), rotation: row.get(1) })
}

/// A new secret. The one before signs until `overlap_until`, or not at all.
pub(in crate::webhooks) async fn rotate_in_tx(
    tx: &Transaction<'_>,
    id: WebhookId,
    rotation: u128,
    secret: &[u8],
    overlap_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<Endpoint, DatabaseError> {
    let sql = format!(
        "update notifications.webhook_endpoints
            set secret_before = case when $4::timestamptz is null then null else secret end,
                secret_before_until = $4, secret = $3, secret_made_at = $5, rotation = $2,
                version = version + 1, updated_at = $5
          where id = $1 returning {COLUMNS}"
    );
    let rotation = Uuid::from_u128(rotation);
    let row = tx.query_one_prepared(&sql, &[&id, &rotation, &secret, &overlap_until, &now]).await?;
    Ok(endpoint(&row))
}
