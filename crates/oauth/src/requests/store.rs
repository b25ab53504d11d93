use deadpool_postgres::{GenericClient, Transaction};
use identity::{ApplicationId, UserId};
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::{AuthorizationRequest, CodeRow};
use crate::ids::{AuthorizationRequestId, GrantId};
use crate::scopes::Scopes;

/// What a user allowed.
pub(super) struct Approval {
    pub(super) user: UserId,
    pub(super) signed_in_at: Timestamp,
    pub(super) code: [u8; 32],
    pub(super) expires_at: Timestamp,
}

macro_rules! waiting {
    ($rest:literal) => {
        concat!(
            "select id, application_id, redirect_uri, scopes, state, nonce, code_challenge, \
             is_consent_forced, signed_in_after, expires_at from oauth.authorization_requests \
             where id = $1 and decided_at is null and expires_at > $2",
            $rest
        )
    };
}

pub(super) async fn insert(
    client: &impl GenericClient,
    new: &AuthorizationRequest,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into oauth.authorization_requests (id, application_id, redirect_uri, scopes, \
               state, nonce, code_challenge, is_consent_forced, signed_in_after, created_at, \
               expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    client
        .execute_prepared(
            sql,
            &[
                &new.id,
                &new.application,
                &new.redirect_uri,
                &new.scopes.names(),
                &new.state,
                &new.nonce,
                &new.code_challenge,
                &new.is_consent_forced,
                &new.signed_in_after,
                &now,
                &new.expires_at,
            ],
        )
        .await?;
    Ok(())
}

/// A request that nobody has decided.
pub(super) async fn waiting(
    client: &impl GenericClient,
    id: AuthorizationRequestId,
    now: Timestamp,
) -> Result<Option<AuthorizationRequest>, DatabaseError> {
    let row = client.query_opt_prepared(waiting!(""), &[&id, &now]).await?;
    Ok(row.map(|row| request(&row)))
}

pub(super) async fn lock(
    tx: &Transaction<'_>,
    id: AuthorizationRequestId,
    now: Timestamp,
) -> Result<Option<AuthorizationRequest>, DatabaseError> {
    let row = tx.query_opt_prepared(waiting!(" for update"), &[&id, &now]).await?;
    Ok(row.map(|row| request(&row)))
}

pub(super) async fn approve(
    tx: &Transaction<'_>,
    id: AuthorizationRequestId,
    approval: &Approval,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.authorization_requests set user_id = $2, authenticated_at = $3, \
               code_hash = $4, code_expires_at = $5, decided_at = $6 where id = $1";
    let Approval { user, signed_in_at, code, expires_at } = approval;
    tx.execute_prepared(sql, &[&id, user, signed_in_at, &code.as_slice(), expires_at, &now])
        .await?;
    Ok(())
}

pub(super) async fn deny(
    tx: &Transaction<'_>,
    id: AuthorizationRequestId,
    user: UserId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.authorization_requests set user_id = $2, decided_at = $3 where id = $1";
    tx.execute_prepared(sql, &[&id, &user, &now]).await?;
    Ok(())
}

/// What a code stands for, locked: two exchanges at once are one after the other.
pub(crate) async fn lock_by_code(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
) -> Result<Option<CodeRow>, DatabaseError> {
    let sql = "select application_id, user_id, redirect_uri, scopes, nonce, code_challenge, \
               authenticated_at, code_expires_at, grant_id from oauth.authorization_requests \
               where code_hash = $1 for update";
    let row = tx.query_opt_prepared(sql, &[&hash.as_slice()]).await?;
    Ok(row.map(|row| CodeRow {
        application: row.get("application_id"),
        user: row.get("user_id"),
        redirect_uri: row.get("redirect_uri"),
        scopes: Scopes::from_stored(row.get("scopes")),
        nonce: row.get("nonce"),
        code_challenge: row.get("code_challenge"),
        authenticated_at: row.get("authenticated_at"),
        code_expires_at: row.get("code_expires_at"),
        grant: row.get("grant_id"),
    }))
}

pub(crate) async fn mark_used(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
    grant: GrantId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.authorization_requests set used_at = $2, grant_id = $3 \
               where code_hash = $1";
    tx.execute_prepared(sql, &[&hash.as_slice(), &now, &grant]).await?;
    Ok(())
}

/// Codes that were given and not exchanged are of no use any more.
pub(crate) async fn delete_decided(
    tx: &Transaction<'_>,
    user: UserId,
    application: ApplicationId,
) -> Result<(), DatabaseError> {
    let sql = "delete from oauth.authorization_requests \
               where user_id = $1 and application_id = $2 and used_at is null";
    tx.execute_prepared(sql, &[&user, &application]).await?;
    Ok(())
}

pub(crate) async fn delete_of_user(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<(), DatabaseError> {
    let sql = "delete from oauth.authorization_requests where user_id = $1";
    tx.execute_prepared(sql, &[&user]).await?;
    Ok(())
}

/// Removes requests that are over, some at a time. Used codes stay a while: a second use is to be
/// recognised.
pub(crate) async fn delete_before(
    database: &Database,
    moment: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let sql = "delete from oauth.authorization_requests where id in \
               (select id from oauth.authorization_requests where expires_at < $1 limit $2)";
    Ok(database.client().await?.execute_prepared(sql, &[&moment, &limit]).await?)
}

fn request(row: &Row) -> AuthorizationRequest {
    AuthorizationRequest {
        id: row.get("id"),
        application: row.get("application_id"),
        redirect_uri: row.get("redirect_uri"),
        scopes: Scopes::from_stored(row.get("scopes")),
        state: row.get("state"),
        nonce: row.get("nonce"),
        code_challenge: row.get("code_challenge"),
        is_consent_forced: row.get("is_consent_forced"),
        signed_in_after: row.get("signed_in_after"),
        expires_at: row.get("expires_at"),
    }
}
