use deadpool_postgres::{GenericClient, Transaction};
use identity::{ApplicationId, UserId};
use kernel::DatabaseError;
use kernel::db::Statements as _;
use tokio_postgres::Row;

use super::{Application, Details, GrantType, Kind, origin_of};
use crate::error::OauthError;
use crate::scopes::Scopes;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, owner_id, kind, name, redirect_uris, post_logout_redirect_uris, \
             grant_types, scopes, version, created_at, updated_at, secret_hash, \
             former_secret_hash, former_secret_until from oauth.applications ",
            $rest
        )
    };
}

/// One registration of a user at a time, so that they can be counted.
pub(super) async fn lock_owner(tx: &Transaction<'_>, owner: UserId) -> Result<(), DatabaseError> {
    let sql =
        "select pg_advisory_xact_lock(hashtextextended('oauth applications ' || $1::text, 0))";
    tx.execute_prepared(sql, &[&owner.to_string()]).await?;
    Ok(())
}

pub(super) async fn exists(
    client: &impl GenericClient,
    id: ApplicationId,
) -> Result<bool, DatabaseError> {
    let sql = "select exists (select from oauth.applications where id = $1)";
    Ok(client.query_one_prepared(sql, &[&id]).await?.get(0))
}

pub(super) async fn count(
    client: &impl GenericClient,
    owner: UserId,
) -> Result<i64, DatabaseError> {
    let sql = "select count(*) from oauth.applications where owner_id = $1";
    Ok(client.query_one_prepared(sql, &[&owner]).await?.get(0))
}

pub(super) async fn insert(tx: &Transaction<'_>, new: &Application) -> Result<(), DatabaseError> {
    let sql = "insert into oauth.applications (id, owner_id, kind, name, redirect_uris, \
               post_logout_redirect_uris, origins, grant_types, scopes, secret_hash, created_at, \
               updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)";
    let details = &new.details;
    tx.execute_prepared(
        sql,
        &[
            &new.id,
            &new.owner,
            &new.kind.as_str(),
            &details.name,
            &details.redirect_uris,
            &details.post_logout_redirect_uris,
            &origins(details),
            &grant_types(details),
            &details.scopes.names(),
            &new.secret_hash.as_ref().map(|hash| hash.as_slice()),
            &new.created_at,
        ],
    )
    .await?;
    Ok(())
}

pub(super) async fn update(
    tx: &Transaction<'_>,
    changed: &Application,
) -> Result<(), DatabaseError> {
    let sql = "update oauth.applications set name = $2, redirect_uris = $3, \
               post_logout_redirect_uris = $4, origins = $5, grant_types = $6, scopes = $7, \
               secret_hash = $8, former_secret_hash = $9, former_secret_until = $10, \
               version = $11, updated_at = $12 where id = $1";
    let details = &changed.details;
    let version = i32::try_from(changed.version).unwrap_or(i32::MAX);
    tx.execute_prepared(
        sql,
        &[
            &changed.id,
            &details.name,
            &details.redirect_uris,
            &details.post_logout_redirect_uris,
            &origins(details),
            &grant_types(details),
            &details.scopes.names(),
            &changed.secret_hash.as_ref().map(|hash| hash.as_slice()),
            &changed.former_secret.as_ref().map(|(hash, _)| hash.as_slice()),
            &changed.former_secret.map(|(_, until)| until),
            &version,
            &changed.updated_at,
        ],
    )
    .await?;
    Ok(())
}

pub(crate) async fn get(
    client: &impl GenericClient,
    id: ApplicationId,
) -> Result<Option<Application>, OauthError> {
    let row = client.query_opt_prepared(select!("where id = $1"), &[&id]).await?;
    row.map(|row| application(&row)).transpose()
}

pub(crate) async fn lock(
    tx: &Transaction<'_>,
    id: ApplicationId,
) -> Result<Option<Application>, OauthError> {
    let row = tx.query_opt_prepared(select!("where id = $1 for update"), &[&id]).await?;
    row.map(|row| application(&row)).transpose()
}

pub(crate) async fn of_owner(
    client: &impl GenericClient,
    owner: UserId,
) -> Result<Vec<Application>, OauthError> {
    let rows = client
        .query_prepared(select!("where owner_id = $1 order by created_at, id"), &[&owner])
        .await?;
    rows.iter().map(application).collect()
}

pub(super) async fn delete(tx: &Transaction<'_>, id: ApplicationId) -> Result<(), DatabaseError> {
    tx.execute_prepared("delete from oauth.applications where id = $1", &[&id]).await?;
    Ok(())
}

/// All applications of somebody who has left.
pub(crate) async fn delete_of_owner(
    tx: &Transaction<'_>,
    owner: UserId,
) -> Result<(), DatabaseError> {
    tx.execute_prepared("delete from oauth.applications where owner_id = $1", &[&owner]).await?;
    Ok(())
}

/// Whether a page of this origin belongs to an application.
pub(crate) async fn has_origin(
    client: &impl GenericClient,
    origin: &str,
) -> Result<bool, DatabaseError> {
    let sql = "select exists (select from oauth.applications where origins @> array[$1])";
    Ok(client.query_one_prepared(sql, &[&origin]).await?.get(0))
}

fn origins(details: &Details) -> Vec<String> {
    let mut origins: Vec<String> =
        details.redirect_uris.iter().filter_map(|uri| origin_of(uri)).collect();
    origins.sort();
    origins.dedup();
    origins
}

fn grant_types(details: &Details) -> Vec<&'static str> {
    details.grant_types.iter().map(|it| it.as_str()).collect()
}

fn application(row: &Row) -> Result<Application, OauthError> {
    let kind = match row.get("kind") {
        "confidential" => Kind::Confidential,
        "public" => Kind::Public,
        _ => return Err(OauthError::Corrupt("an application is of no known kind")),
    };
    let grant_types: Vec<&str> = row.get("grant_types");
    let version: i32 = row.get("version");
    let former = hash(row, "former_secret_hash");
    Ok(Application {
        id: row.get("id"),
        owner: row.get("owner_id"),
        kind,
        details: Details {
            name: row.get("name"),
            redirect_uris: row.get("redirect_uris"),
            post_logout_redirect_uris: row.get("post_logout_redirect_uris"),
            grant_types: grant_types.into_iter().filter_map(GrantType::from_name).collect(),
            scopes: Scopes::from_stored(row.get("scopes")),
        },
        version: version.unsigned_abs(),
        created_at: row.get("created_at"),
        updated_at: row.get("updated_at"),
        secret_hash: hash(row, "secret_hash"),
        former_secret: former.zip(row.get("former_secret_until")),
    })
}

fn hash(row: &Row, column: &str) -> Option<[u8; 32]> {
    row.get::<_, Option<&[u8]>>(column).and_then(|bytes| bytes.try_into().ok())
}
