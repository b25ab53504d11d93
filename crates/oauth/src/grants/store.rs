use deadpool_postgres::{GenericClient, Transaction};
use identity::{ApplicationId, UserId};
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::{ACCESS_LIFE, EndReason, Grant, REFRESH_LIFE};
use crate::applications::GrantType;
use crate::error::OauthError;
use crate::ids::GrantId;
use crate::scopes::Scopes;

/// An access token with its grant, as they are now.
pub(crate) struct AccessToken {
    pub(crate) grant: Grant,
    pub(crate) scopes: Scopes,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Neither it nor its grant has ended.
    pub(crate) is_open: bool,
}

/// A refresh token with its grant, as they are now.
pub(crate) struct RefreshToken {
    pub(crate) grant: Grant,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) is_used: bool,
    /// Its grant has not ended.
    pub(crate) is_open: bool,
}

pub(crate) async fn insert(
    tx: &Transaction<'_>,
    grant: &Grant,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into oauth.grants \
               (id, application_id, user_id, kind, scopes, authenticated_at, created_at) \
               values ($1, $2, $3, $4, $5, $6, $7)";
    tx.execute_prepared(
        sql,
        &[
            &grant.id,
            &grant.application,
            &grant.user,
            &grant.kind.as_str(),
            &grant.scopes.names(),
            &grant.authenticated_at,
            &now,
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn insert_access(
    tx: &Transaction<'_>,
    grant: GrantId,
    hash: &[u8; 32],
    scopes: &Scopes,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into oauth.access_tokens (hash, grant_id, scopes, created_at, expires_at) \
               values ($1, $2, $3, $4, $5)";
    let expires_at = now.saturating_add(ACCESS_LIFE);
    let names = scopes.names();
    tx.execute_prepared(sql, &[&hash.as_slice(), &grant, &names, &now, &expires_at]).await?;
    Ok(())
}

pub(crate) async fn insert_refresh(
    tx: &Transaction<'_>,
    grant: GrantId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into oauth.refresh_tokens (hash, grant_id, created_at, expires_at) \
               values ($1, $2, $3, $4)";
    let expires_at = now.saturating_add(REFRESH_LIFE);
    tx.execute_prepared(sql, &[&hash.as_slice(), &grant, &now, &expires_at]).await?;
    Ok(())
}

/// For whom an access token acts.
pub(crate) async fn user_of_access(
    client: &impl GenericClient,
    hash: &[u8; 32],
) -> Result<Option<UserId>, DatabaseError> {
    let sql = "select grants.user_id from oauth.access_tokens \
               join oauth.grants on grants.id = grant_id where hash = $1";
    Ok(client.query_opt_prepared(sql, &[&hash.as_slice()]).await?.map(|row| row.get(0)))
}

pub(crate) async fn access(
    client: &impl GenericClient,
    hash: &[u8; 32],
) -> Result<Option<AccessToken>, OauthError> {
    let sql = "select grants.id, application_id, user_id, kind, grants.scopes, authenticated_at, \
               token.scopes as token_scopes, token.created_at, token.expires_at, \
               ended_at is null and revoked_at is null as is_open \
               from oauth.access_tokens as token join oauth.grants on grants.id = grant_id \
               where hash = $1";
    let row = client.query_opt_prepared(sql, &[&hash.as_slice()]).await?;
    row.map(|row| {
        Ok(AccessToken {
            grant: grant(&row)?,
            scopes: Scopes::from_stored(row.get("token_scopes")),
            created_at: row.get("created_at"),
            expires_at: row.get("expires_at"),
            is_open: row.get("is_open"),
        })
    })
    .transpose()
}

pub(crate) async fn refresh(
    client: &impl GenericClient,
    hash: &[u8; 32],
) -> Result<Option<RefreshToken>, OauthError> {
    let sql = "select grants.id, application_id, user_id, kind, scopes, authenticated_at, \
               token.created_at, expires_at, used_at is not null as is_used, \
               ended_at is null as is_open \
               from oauth.refresh_tokens as token join oauth.grants on grants.id = grant_id \
               where hash = $1";
    let row = client.query_opt_prepared(sql, &[&hash.as_slice()]).await?;
    row.map(|row| {
        Ok(RefreshToken {
            grant: grant(&row)?,
            created_at: row.get("created_at"),
            expires_at: row.get("expires_at"),
            is_used: row.get("is_used"),
            is_open: row.get("is_open"),
        })
    })
    .transpose()
}

/// The same, behind a lock of its grant: two uses at once are one after the other.
pub(crate) async fn lock_refresh(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
) -> Result<Option<RefreshToken>, OauthError> {
    let sql = "select from oauth.grants where id = \
               (select grant_id from oauth.refresh_tokens where hash = $1) for update";
    tx.execute_prepared(sql, &[&hash.as_slice()]).await?;
    // A statement of its own: it sees what the one before us in the queue has committed.
    refresh(tx, hash).await
}

pub(crate) async fn mark_refresh_used(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.refresh_tokens set used_at = $2 where hash = $1";
    tx.execute_prepared(sql, &[&hash.as_slice(), &now]).await?;
    Ok(())
}

pub(crate) async fn revoke_access(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.access_tokens set revoked_at = $2 \
               where hash = $1 and revoked_at is null";
    tx.execute_prepared(sql, &[&hash.as_slice(), &now]).await?;
    Ok(())
}

/// Ends a grant. False if it had ended.
pub(super) async fn end(
    tx: &Transaction<'_>,
    grant: GrantId,
    reason: EndReason,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "update oauth.grants set ended_at = $2, end_reason = $3 \
               where id = $1 and ended_at is null";
    Ok(tx.execute_prepared(sql, &[&grant, &now, &reason.as_str()]).await? == 1)
}

/// Ends all that a user gave an application.
pub(crate) async fn end_all(
    tx: &Transaction<'_>,
    user: UserId,
    application: ApplicationId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.grants set ended_at = $3, end_reason = $4 \
               where user_id = $1 and application_id = $2 and ended_at is null";
    let reason = EndReason::ConsentRevoked.as_str();
    tx.execute_prepared(sql, &[&user, &application, &now, &reason]).await?;
    Ok(())
}

/// For whom an application may act at the moment.
pub(crate) async fn users_of_application(
    tx: &Transaction<'_>,
    application: ApplicationId,
) -> Result<Vec<UserId>, DatabaseError> {
    let sql = "select distinct user_id from oauth.grants \
               where application_id = $1 and ended_at is null order by user_id";
    let rows = tx.query_prepared(sql, &[&application]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The same for all applications of an owner.
pub(crate) async fn users_of_owner(
    tx: &Transaction<'_>,
    owner: UserId,
) -> Result<Vec<UserId>, DatabaseError> {
    let sql = "select distinct user_id from oauth.grants \
               join oauth.applications on applications.id = application_id \
               where owner_id = $1 and ended_at is null order by user_id";
    let rows = tx.query_prepared(sql, &[&owner]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

pub(crate) async fn delete_of_user(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<(), DatabaseError> {
    tx.execute_prepared("delete from oauth.grants where user_id = $1", &[&user]).await?;
    Ok(())
}

/// Removes tokens whose time is over, and grants that have none left, some at a time. A used
/// refresh token stays as long as it would have lived: its copy is to be recognised.
pub(crate) async fn delete_before(
    database: &Database,
    moment: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let statements = [
        "delete from oauth.access_tokens where hash in \
         (select hash from oauth.access_tokens where expires_at < $1 limit $2)",
        "delete from oauth.refresh_tokens where hash in \
         (select hash from oauth.refresh_tokens where expires_at < $1 limit $2)",
        "delete from oauth.grants where id in (select id from oauth.grants as old \
         where created_at < $1 \
         and not exists (select from oauth.access_tokens where grant_id = old.id) \
         and not exists (select from oauth.refresh_tokens where grant_id = old.id) limit $2)",
    ];
    let client = database.client().await?;
    let mut most = 0;
    for sql in statements {
        most = most.max(client.execute_prepared(sql, &[&moment, &limit]).await?);
    }
    Ok(most)
}

fn grant(row: &Row) -> Result<Grant, OauthError> {
    let kind = GrantType::from_name(row.get("kind"));
    Ok(Grant {
        id: row.get("id"),
        application: row.get("application_id"),
        user: row.get("user_id"),
        kind: kind.ok_or(OauthError::Corrupt("a grant is of no known kind"))?,
        scopes: Scopes::from_stored(row.get("scopes")),
        authenticated_at: row.get("authenticated_at"),
    })
}
