use deadpool_postgres::{GenericClient, Transaction};
use identity::{ApplicationId, UserId};
use kernel::db::Statements as _;
use kernel::{DatabaseError, Timestamp};

use super::Consent;
use crate::scopes::Scopes;

/// What a user allows an application; `None` if nothing.
pub(crate) async fn scopes(
    client: &impl GenericClient,
    user: UserId,
    application: ApplicationId,
) -> Result<Option<Scopes>, DatabaseError> {
    let sql = "select scopes from oauth.consents where user_id = $1 and application_id = $2";
    let row = client.query_opt_prepared(sql, &[&user, &application]).await?;
    Ok(row.map(|row| Scopes::from_stored(row.get(0))))
}

pub(super) async fn lock(
    tx: &Transaction<'_>,
    user: UserId,
    application: ApplicationId,
) -> Result<Option<Scopes>, DatabaseError> {
    let sql = "select scopes from oauth.consents \
               where user_id = $1 and application_id = $2 for update";
    let row = tx.query_opt_prepared(sql, &[&user, &application]).await?;
    Ok(row.map(|row| Scopes::from_stored(row.get(0))))
}

/// Adds scopes to those that are allowed already.
pub(super) async fn add(
    tx: &Transaction<'_>,
    (user, application): (UserId, ApplicationId),
    scopes: &Scopes,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into oauth.consents as known \
               (user_id, application_id, scopes, granted_at, updated_at) \
               values ($1, $2, $3, $4, $4) \
               on conflict (user_id, application_id) do update set updated_at = $4, scopes = \
               array(select distinct unnest(known.scopes || excluded.scopes) order by 1)";
    tx.execute_prepared(sql, &[&user, &application, &scopes.names(), &now]).await?;
    Ok(())
}

pub(super) async fn of_user(
    client: &impl GenericClient,
    user: UserId,
) -> Result<Vec<Consent>, DatabaseError> {
    let sql = "select application_id, name, consents.scopes, granted_at, consents.updated_at \
               from oauth.consents join oauth.applications on applications.id = application_id \
               where user_id = $1 order by consents.updated_at desc, application_id";
    let rows = client.query_prepared(sql, &[&user]).await?;
    let consent = |row: &tokio_postgres::Row| Consent {
        application: row.get(0),
        application_name: row.get(1),
        scopes: Scopes::from_stored(row.get(2)),
        granted_at: row.get(3),
        updated_at: row.get(4),
    };
    Ok(rows.iter().map(consent).collect())
}

/// Removes what a user allowed, and says the application's name if there was something.
pub(super) async fn delete(
    tx: &Transaction<'_>,
    user: UserId,
    application: ApplicationId,
) -> Result<Option<String>, DatabaseError> {
    let sql = "delete from oauth.consents using oauth.applications \
               where user_id = $1 and application_id = $2 and applications.id = application_id \
               returning name";
    let row = tx.query_opt_prepared(sql, &[&user, &application]).await?;
    Ok(row.map(|row| row.get(0)))
}

pub(crate) async fn delete_of_user(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<(), DatabaseError> {
    tx.execute_prepared("delete from oauth.consents where user_id = $1", &[&user]).await?;
    Ok(())
}
