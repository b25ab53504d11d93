use deadpool_postgres::{GenericClient, Transaction};
use identity::{ApplicationId, UserId};
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::scopes::Scopes;

kernel::define_id! {
    /// A device that waits; nobody sees it.
    pub(super) struct DeviceRequestId = "dreq";
}

/// A request to write.
pub(super) struct New<'n> {
    pub(super) application: ApplicationId,
    /// Of the device code, and of the user code.
    pub(super) hashes: ([u8; 32], [u8; 32]),
    pub(super) scopes: &'n Scopes,
    /// Of its beginning and its end.
    pub(super) times: (Timestamp, Timestamp),
}

/// A device that waits for its user.
pub(super) struct Waiting {
    pub(super) id: DeviceRequestId,
    pub(super) application: ApplicationId,
    pub(super) scopes: Scopes,
    pub(super) expires_at: Timestamp,
}

/// What became of a request.
pub(super) enum Decision {
    None,
    Denied,
    Allowed { user: UserId, authenticated_at: Timestamp },
}

/// A request as its device asks for it.
pub(super) struct Asked {
    pub(super) id: DeviceRequestId,
    pub(super) application: ApplicationId,
    pub(super) scopes: Scopes,
    pub(super) expires_at: Timestamp,
    pub(super) interval_s: i32,
    pub(super) polled_at: Option<Timestamp>,
    pub(super) decision: Decision,
    pub(super) is_used: bool,
}

/// False if the user code is another's.
pub(super) async fn insert(
    client: &impl GenericClient,
    new: &New<'_>,
    interval_s: i32,
) -> Result<bool, DatabaseError> {
    let sql = "insert into oauth.device_requests (id, application_id, device_code_hash, \
               user_code_hash, scopes, created_at, expires_at, interval_s) \
               values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (user_code_hash) do nothing";
    let ((device, user), (created_at, expires_at)) = (&new.hashes, new.times);
    let id = DeviceRequestId::generate();
    let (device, user) = (device.as_slice(), user.as_slice());
    let (application, scopes) = (new.application, new.scopes.names());
    let written = client
        .execute_prepared(
            sql,
            &[&id, &application, &device, &user, &scopes, &created_at, &expires_at, &interval_s],
        )
        .await?;
    Ok(written == 1)
}

/// A device that waits with this user code.
pub(super) async fn waiting(
    client: &impl GenericClient,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Waiting>, DatabaseError> {
    let sql = "select id, application_id, scopes, expires_at from oauth.device_requests \
               where user_code_hash = $1 and user_id is null and expires_at > $2";
    let row = client.query_opt_prepared(sql, &[&hash.as_slice(), &now]).await?;
    Ok(row.map(|row| of_row(&row)))
}

pub(super) async fn lock(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Waiting>, DatabaseError> {
    let sql = "select id, application_id, scopes, expires_at from oauth.device_requests \
               where user_code_hash = $1 and user_id is null and expires_at > $2 for update";
    let row = tx.query_opt_prepared(sql, &[&hash.as_slice(), &now]).await?;
    Ok(row.map(|row| of_row(&row)))
}

/// Allowed with the moment of the user's sign-in, refused without.
pub(super) async fn decide(
    tx: &Transaction<'_>,
    id: DeviceRequestId,
    user: UserId,
    authenticated_at: Option<Timestamp>,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.device_requests \
               set user_id = $2, authenticated_at = $3 where id = $1";
    tx.execute_prepared(sql, &[&id, &user, &authenticated_at]).await?;
    Ok(())
}

pub(super) async fn lock_by_device_code(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
) -> Result<Option<Asked>, DatabaseError> {
    let sql = "select id, application_id, scopes, expires_at, interval_s, polled_at, user_id, \
               authenticated_at, used_at from oauth.device_requests \
               where device_code_hash = $1 for update";
    let row = tx.query_opt_prepared(sql, &[&hash.as_slice()]).await?;
    Ok(row.map(|row| Asked {
        id: row.get("id"),
        application: row.get("application_id"),
        scopes: Scopes::from_stored(row.get("scopes")),
        expires_at: row.get("expires_at"),
        interval_s: row.get("interval_s"),
        polled_at: row.get("polled_at"),
        decision: decision(&row),
        is_used: row.get::<_, Option<Timestamp>>("used_at").is_some(),
    }))
}

pub(super) async fn note_poll(
    tx: &Transaction<'_>,
    id: DeviceRequestId,
    interval_s: i32,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.device_requests set interval_s = $2, polled_at = $3 where id = $1";
    tx.execute_prepared(sql, &[&id, &interval_s, &now]).await?;
    Ok(())
}

pub(super) async fn mark_used(
    tx: &Transaction<'_>,
    id: DeviceRequestId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.device_requests set used_at = $2 where id = $1";
    tx.execute_prepared(sql, &[&id, &now]).await?;
    Ok(())
}

/// What a user allowed and the device has not asked for since.
pub(crate) async fn delete_decided(
    tx: &Transaction<'_>,
    user: UserId,
    application: ApplicationId,
) -> Result<(), DatabaseError> {
    let sql = "delete from oauth.device_requests \
               where user_id = $1 and application_id = $2 and used_at is null";
    tx.execute_prepared(sql, &[&user, &application]).await?;
    Ok(())
}

pub(crate) async fn delete_of_user(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<(), DatabaseError> {
    tx.execute_prepared("delete from oauth.device_requests where user_id = $1", &[&user]).await?;
    Ok(())
}

/// Removes requests that are over, some at a time.
pub(crate) async fn delete_before(
    database: &Database,
    moment: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let sql = "delete from oauth.device_requests where id in \
               (select id from oauth.device_requests where expires_at < $1 limit $2)";
    Ok(database.client().await?.execute_prepared(sql, &[&moment, &limit]).await?)
}

fn of_row(row: &Row) -> Waiting {
    Waiting {
        id: row.get(0),
        application: row.get(1),
        scopes: Scopes::from_stored(row.get(2)),
        expires_at: row.get(3),
    }
}

fn decision(row: &Row) -> Decision {
    let user: Option<Uuid> = row.get("user_id");
    match (user, row.get("authenticated_at")) {
        (None, _) => Decision::None,
        (Some(user), Some(authenticated_at)) => {
            Decision::Allowed { user: UserId::from_uuid(user), authenticated_at }
        }
        (Some(_), None) => Decision::Denied,
    }
}
