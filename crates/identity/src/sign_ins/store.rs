use std::net::IpAddr;

use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;

use super::{Method, Pending, TRIES_MAX};
use crate::ids::{SignInId, UserId};
use crate::provider_sign_ins::Link;
use crate::sessions::Transport;

/// A sign-in as it waits.
pub(super) struct Waiting {
    pub(super) user: UserId,
    pub(super) methods: Vec<Method>,
    pub(super) device: Option<String>,
    pub(super) is_device_known: bool,
    pub(super) transport: Transport,
    /// Who they are at a provider, to be linked when it is confirmed.
    pub(super) link: Option<Link>,
}

/// Where a sign-in comes from.
pub(crate) struct Origin<'o> {
    pub(crate) user: UserId,
    pub(crate) device: Option<&'o str>,
    pub(crate) is_device_known: bool,
    pub(crate) user_agent: Option<&'o str>,
    pub(crate) ip: IpAddr,
    pub(crate) transport: Transport,
}

pub(super) async fn insert(
    tx: &Transaction<'_>,
    new: &Pending,
    (origin, link): (&Origin<'_>, Option<&Link>),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into identity.sign_ins (id, user_id, methods, device, user_agent, ip, \
               transport, created_at, expires_at, is_device_known, linked_provider, linked_issuer, \
               linked_subject, linked_email) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let methods: Vec<&str> = new.methods.iter().map(|method| method.as_str()).collect();
    tx.execute_prepared(
        sql,
        &[
            &new.id,
            &origin.user,
            &methods,
            &origin.device,
            &origin.user_agent,
            &origin.ip,
            &origin.transport.as_str(),
            &now,
            &new.expires_at,
            &origin.is_device_known,
            &link.map(|link| &link.provider),
            &link.map(|link| &link.issuer),
            &link.map(|link| &link.subject),
            &link.and_then(|link| link.email.as_ref()),
        ],
    )
    .await?;
    Ok(())
}

/// Finds a sign-in that may still be confirmed and locks it, its user before it: whoever locks
/// both does so in this order.
pub(super) async fn lock(
    tx: &Transaction<'_>,
    id: SignInId,
    now: Timestamp,
) -> Result<Option<Waiting>, DatabaseError> {
    let user = "select from identity.users where id = \
                (select user_id from identity.sign_ins where id = $1) for no key update";
    tx.execute_prepared(user, &[&id]).await?;
    let sql = "select user_id, methods, device, transport, is_device_known, linked_provider, \
               linked_issuer, linked_subject, linked_email from identity.sign_ins \
               where id = $1 and done_at is null and expires_at > $2 and tries < $3 for update";
    let row = tx.query_opt_prepared(sql, &[&id, &now, &TRIES_MAX]).await?;
    Ok(row.and_then(|row| {
        let methods: Vec<&str> = row.get(1);
        Some(Waiting {
            user: row.get(0),
            methods: methods.into_iter().filter_map(Method::from_name).collect(),
            device: row.get(2),
            transport: Transport::from_name(row.get(3))?,
            is_device_known: row.get(4),
            link: link(&row),
        })
    }))
}

fn link(row: &Row) -> Option<Link> {
    Some(Link {
        provider: row.get::<_, Option<String>>("linked_provider")?,
        issuer: row.get::<_, Option<String>>("linked_issuer")?,
        subject: row.get::<_, Option<String>>("linked_subject")?,
        email: row.get("linked_email"),
    })
}

/// Whether its session will live in a browser's cookie.
pub(crate) async fn is_of_browser(
    client: &impl GenericClient,
    id: SignInId,
) -> Result<bool, DatabaseError> {
    let sql = "select exists (select from identity.sign_ins where id = $1 and transport = $2)";
    let cookie = Transport::Cookie.as_str();
    Ok(client.query_one_prepared(sql, &[&id, &cookie]).await?.get(0))
}

pub(super) async fn count_try(tx: &Transaction<'_>, id: SignInId) -> Result<(), DatabaseError> {
    tx.execute_prepared("update identity.sign_ins set tries = tries + 1 where id = $1", &[&id])
        .await?;
    Ok(())
}

pub(super) async fn finish(
    tx: &Transaction<'_>,
    id: SignInId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.execute_prepared("update identity.sign_ins set done_at = $2 where id = $1", &[&id, &now])
        .await?;
    Ok(())
}

/// None of the user's sign-ins can be confirmed any more.
pub(crate) async fn void(
    tx: &Transaction<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.sign_ins set done_at = $2 \
               where user_id = $1 and done_at is null and expires_at > $2";
    tx.execute_prepared(sql, &[&user, &now]).await?;
    Ok(())
}

/// Removes sign-ins that expired before a moment, some at a time.
pub(crate) async fn delete_before(
    database: &Database,
    moment: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let sql = "delete from identity.sign_ins where id in (select id from identity.sign_ins \
               where expires_at < $1 limit $2)";
    let client = database.client().await?;
    Ok(client.execute_prepared(sql, &[&moment, &limit]).await?)
}
