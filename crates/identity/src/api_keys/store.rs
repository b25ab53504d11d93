use std::net::IpAddr;

use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use ipnet::IpNet;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::authenticate::{KeyRow, WRITTEN_EVERY};
use super::{ApiKey, parse_network};
use crate::error::IdentityError;
use crate::ids::{ApiKeyId, UserId};
use crate::permissions::{Permission, PermissionSet, RoleSet};
use crate::users::UserStatus;

/// Whose key has this hash.
pub(super) async fn owner(
    client: &impl GenericClient,
    hash: &[u8; 32],
) -> Result<Option<UserId>, IdentityError> {
    let sql = "select user_id from identity.api_keys where hash = $1";
    Ok(client.query_opt_prepared(sql, &[&hash.as_slice()]).await?.map(|row| row.get(0)))
}

pub(super) async fn by_hash(
    client: &impl GenericClient,
    hash: &[u8; 32],
) -> Result<Option<KeyRow>, IdentityError> {
    let sql = "select api_keys.id, user_id, scopes, allowed_ips, expires_at, revoked_at, \
               last_used_at, roles, status from identity.api_keys \
               join identity.users on users.id = user_id where hash = $1";
    let row = client.query_opt_prepared(sql, &[&hash.as_slice()]).await?;
    Ok(row.map(|row| {
        let owner = RoleSet::from_names(row.get::<_, Vec<&str>>("roles")).permissions();
        KeyRow {
            id: row.get("id"),
            user: row.get("user_id"),
            permissions: scopes(&row).intersection(owner),
            status: UserStatus::from_name(row.get("status")).unwrap_or(UserStatus::Frozen),
            allowed_ips: networks(&row),
            expires_at: row.get("expires_at"),
            revoked_at: row.get("revoked_at"),
            last_used_at: row.get("last_used_at"),
        }
    }))
}

/// All keys of a user, also those that ended, the oldest first.
pub(crate) async fn of_user(
    client: &impl GenericClient,
    user: UserId,
) -> Result<Vec<ApiKey>, IdentityError> {
    let sql = "select id, name, prefix, scopes, allowed_ips, created_at, expires_at, revoked_at, \
               replaces, last_used_at, last_used_ip from identity.api_keys \
               where user_id = $1 order by created_at, id";
    let rows = client.query_prepared(sql, &[&user]).await?;
    Ok(rows.iter().map(api_key).collect())
}

fn api_key(row: &Row) -> ApiKey {
    ApiKey {
        id: row.get("id"),
        name: row.get("name"),
        prefix: row.get("prefix"),
        scopes: scopes(row),
        allowed_ips: networks(row),
        created_at: row.get("created_at"),
        expires_at: row.get("expires_at"),
        revoked_at: row.get("revoked_at"),
        replaces: row.get("replaces"),
        last_used_at: row.get("last_used_at"),
        last_used_ip: row.get("last_used_ip"),
    }
}

/// A scope that this program doesn't know is left out: it grants less then, never more.
fn scopes(row: &Row) -> PermissionSet {
    let names: Vec<&str> = row.get("scopes");
    names.into_iter().filter_map(Permission::from_name).filter(|it| it.is_scope()).collect()
}

fn networks(row: &Row) -> Vec<IpNet> {
    let texts: Vec<&str> = row.get("allowed_ips");
    texts.into_iter().map(|text| parse_network(text).expect("only networks are stored")).collect()
}

/// False if there is a key with this id.
pub(super) async fn insert(
    tx: &Transaction<'_>,
    user: UserId,
    key: &ApiKey,
    hash: &[u8; 32],
) -> Result<bool, IdentityError> {
    let sql = "insert into identity.api_keys (id, user_id, name, hash, prefix, scopes, \
               allowed_ips, created_at, expires_at, replaces) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing";
    let scopes: Vec<&str> = key.scopes.iter().map(Permission::as_str).collect();
    let allowed_ips: Vec<String> = key.allowed_ips.iter().map(IpNet::to_string).collect();
    let hash = hash.as_slice();
    let inserted = tx
        .execute_prepared(
            sql,
            &[
                &key.id,
                &user,
                &key.name,
                &hash,
                &key.prefix,
                &scopes,
                &allowed_ips,
                &key.created_at,
                &key.expires_at,
                &key.replaces,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

pub(super) async fn live(
    tx: &Transaction<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<ApiKey>, IdentityError> {
    let sql = "select id, name, prefix, scopes, allowed_ips, created_at, expires_at, revoked_at, \
               replaces, last_used_at, last_used_ip from identity.api_keys \
               where user_id = $1 and revoked_at is null \
               and (expires_at is null or expires_at > $2) order by created_at, id";
    let rows = tx.query_prepared(sql, &[&user, &now]).await?;
    Ok(rows.iter().map(api_key).collect())
}

pub(super) async fn revoke(
    tx: &Transaction<'_>,
    key: ApiKeyId,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "update identity.api_keys set revoked_at = $2 where id = $1 and revoked_at is null";
    tx.execute_prepared(sql, &[&key, &now]).await?;
    Ok(())
}

/// Ends a key at a moment, or when it would have ended anyway.
pub(super) async fn end_at(
    tx: &Transaction<'_>,
    key: ApiKeyId,
    end: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "update identity.api_keys set expires_at = least(expires_at, $2) where id = $1";
    tx.execute_prepared(sql, &[&key, &end]).await?;
    Ok(())
}

pub(crate) async fn delete_all(tx: &Transaction<'_>, user: UserId) -> Result<(), IdentityError> {
    tx.execute_prepared("delete from identity.api_keys where user_id = $1", &[&user]).await?;
    Ok(())
}

pub(crate) async fn touch(
    database: &Database,
    key: ApiKeyId,
    ip: IpAddr,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    // Other nodes note uses as well.
    let sql = "update identity.api_keys set last_used_at = $3, last_used_ip = $2 \
               where id = $1 and (last_used_at is null or last_used_at <= $4)";
    let earlier = now.saturating_sub(WRITTEN_EVERY);
    let client = database.client().await?;
    client.execute_prepared(sql, &[&key, &ip, &now, &earlier]).await?;
    Ok(())
}
