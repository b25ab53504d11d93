use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::AtomicI64;

use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{EndReason, Live, NewSession, Session, Transport};
use crate::identity::Timeouts;
use crate::ids::{SessionId, UserId};
use crate::permissions::RoleSet;

/// A session with the standing of its user.
pub(crate) struct StoredLive {
    user: UserId,
    roles: RoleSet,
    status: String,
    is_ended: bool,
    created_at: Timestamp,
    last_used_at: Timestamp,
}

impl StoredLive {
    pub(crate) fn live(&self, generation: u64, timeouts: &Timeouts) -> Live {
        let (idle, absolute) = timeouts.of(self.roles.is_staff());
        let used = self.last_used_at.as_micros();
        Live {
            user: self.user,
            permissions: self.roles.permissions(),
            is_frozen: self.status != "active",
            generation,
            is_ended: self.is_ended || self.status == "deleted",
            expires_at: self.created_at.saturating_add(absolute).as_micros(),
            idle_us: Live::micros(idle),
            last_used_at: AtomicI64::new(used),
            written_at: AtomicI64::new(used),
        }
    }
}

pub(crate) async fn user_of(
    client: &impl GenericClient,
    session: SessionId,
) -> Result<Option<UserId>, DatabaseError> {
    let sql = "select user_id from identity.sessions where id = $1";
    let row = client.query_opt_prepared(sql, &[&session]).await?;
    Ok(row.map(|row| row.get(0)))
}

pub(super) async fn began_at(
    client: &impl GenericClient,
    session: SessionId,
) -> Result<Option<Timestamp>, DatabaseError> {
    let sql = "select created_at from identity.sessions where id = $1";
    let row = client.query_opt_prepared(sql, &[&session]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// Whether it was ended, by whomever.
pub(super) async fn has_ended(
    client: &impl GenericClient,
    session: SessionId,
) -> Result<bool, DatabaseError> {
    let sql =
        "select exists (select from identity.sessions where id = $1 and ended_at is not null)";
    Ok(client.query_one_prepared(sql, &[&session]).await?.get(0))
}

pub(crate) async fn live(
    client: &impl GenericClient,
    session: SessionId,
) -> Result<Option<StoredLive>, DatabaseError> {
    let sql = "select users.id, users.roles, users.status, sessions.ended_at is not null, \
               sessions.created_at, sessions.last_used_at \
               from identity.sessions join identity.users on users.id = sessions.user_id \
               where sessions.id = $1";
    let row = client.query_opt_prepared(sql, &[&session]).await?;
    Ok(row.map(|row| StoredLive {
        user: row.get(0),
        roles: RoleSet::from_names(row.get::<_, Vec<&str>>(1)),
        status: row.get(2),
        is_ended: row.get(3),
        created_at: row.get(4),
        last_used_at: row.get(5),
    }))
}

pub(crate) async fn by_cookie(
    client: &impl GenericClient,
    hash: &[u8; 32],
) -> Result<Option<SessionId>, DatabaseError> {
    let sql = "select id from identity.sessions where cookie_hash = $1";
    let row = client.query_opt_prepared(sql, &[&hash.as_slice()]).await?;
    Ok(row.map(|row| row.get(0)))
}

/// The hash of what proves a session.
pub(super) enum Proof {
    Cookie([u8; 32]),
    /// Of its first refresh token.
    Refresh([u8; 32]),
}

/// A session with what proves it, in one statement.
pub(super) async fn insert(
    tx: &Transaction<'_>,
    id: SessionId,
    new: &NewSession<'_>,
    proof: &Proof,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "with session as (
            insert into identity.sessions (id, user_id, transport, cookie_hash, device,
                                           user_agent, ip, created_at, last_used_at, last_ip)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $7)
        )
        insert into identity.refresh_tokens (hash, session_id, generation, created_at)
        select $9::bytea, $1, 1, $8 where $9::bytea is not null";
    let (cookie_hash, refresh_hash) = match proof {
        Proof::Cookie(hash) => (Some(hash.as_slice()), None),
        Proof::Refresh(hash) => (None, Some(hash.as_slice())),
    };
    tx.execute_prepared(
        sql,
        &[
            &id,
            &new.user,
            &new.transport.as_str(),
            &cookie_hash,
            &new.device,
            &new.client.user_agent,
            &new.client.ip,
            &now,
            &refresh_hash,
        ],
    )
    .await?;
    Ok(())
}

/// Writes last uses; an earlier one never overwrites a later one. Sessions that are being ended
/// at this moment are passed over: nobody waits for anybody, so nobody waits in a circle.
pub(super) async fn touch(
    database: &Database,
    noted: &HashMap<SessionId, (Timestamp, IpAddr)>,
) -> Result<(), DatabaseError> {
    let sql = "with used as (
            select * from unnest($1::uuid[], $2::timestamptz[], $3::inet[]) as used (id, at, ip)
        ), free as (
            select sessions.id from identity.sessions join used on used.id = sessions.id
             where sessions.last_used_at < used.at
               for update of sessions skip locked
        )
        update identity.sessions set last_used_at = used.at, last_ip = used.ip
          from used join free on free.id = used.id
         where sessions.id = used.id";
    let ids: Vec<Uuid> = noted.keys().map(|id| id.as_uuid()).collect();
    let at: Vec<Timestamp> = noted.values().map(|(at, _)| *at).collect();
    let ips: Vec<IpAddr> = noted.values().map(|(_, ip)| *ip).collect();
    let client = database.client().await?;
    client.execute_prepared(sql, &[&ids, &at, &ips]).await?;
    Ok(())
}

pub(crate) async fn touch_in_tx(
    tx: &Transaction<'_>,
    session: SessionId,
    ip: IpAddr,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.sessions set last_used_at = $2, last_ip = $3 \
               where id = $1 and last_used_at < $2";
    tx.execute_prepared(sql, &[&session, &now, &ip]).await?;
    Ok(())
}

fn session(row: &Row, absolute: std::time::Duration) -> Session {
    let created_at: Timestamp = row.get(5);
    Session {
        id: row.get(0),
        device: row.get(1),
        user_agent: row.get(2),
        ip: row.get(3),
        transport: Transport::from_name(row.get(4)).unwrap_or(Transport::Token),
        created_at,
        last_used_at: row.get(6),
        expires_at: created_at.saturating_add(absolute),
    }
}

/// A user's sessions that are neither ended nor over, the newest first, before an id.
pub(super) async fn list(
    client: &impl GenericClient,
    user: UserId,
    (idle, absolute): (std::time::Duration, std::time::Duration),
    now: Timestamp,
    (before, limit): (Option<SessionId>, i64),
) -> Result<Vec<Session>, DatabaseError> {
    let sql = "select id, device, user_agent, last_ip, transport, created_at, last_used_at \
               from identity.sessions \
               where user_id = $1 and ended_at is null and created_at > $2 and last_used_at > $3 \
               and ($4::uuid is null or id < $4) order by id desc limit $5";
    let (created, used) = (now.saturating_sub(absolute), now.saturating_sub(idle));
    let rows = client.query_prepared(sql, &[&user, &created, &used, &before, &limit]).await?;
    Ok(rows.iter().map(|row| session(row, absolute)).collect())
}

/// Ends one session of a user. False if it isn't the user's, or over.
pub(super) async fn end(
    tx: &Transaction<'_>,
    user: UserId,
    session: SessionId,
    reason: EndReason,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "update identity.sessions set ended_at = $4, end_reason = $3 \
               where id = $2 and user_id = $1 and ended_at is null";
    Ok(tx.execute_prepared(sql, &[&user, &session, &reason.as_str(), &now]).await? == 1)
}

/// Ends all sessions of a user but one. Answers with those that it ended.
pub(super) async fn end_all(
    tx: &Transaction<'_>,
    user: UserId,
    but: Option<SessionId>,
    reason: EndReason,
    now: Timestamp,
) -> Result<Vec<SessionId>, DatabaseError> {
    let sql = "update identity.sessions set ended_at = $4, end_reason = $3 \
               where user_id = $1 and ended_at is null and ($2::uuid is null or id <> $2) \
               returning id";
    let rows = tx.query_prepared(sql, &[&user, &but, &reason.as_str(), &now]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Whether a device is known to the user; notes that it was used, once a day: it is for forgetting
/// those that are not used any more.
pub(super) async fn is_device_known(
    tx: &Transaction<'_>,
    user: UserId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "with known as (
            select last_used_at from identity.devices where token_hash = $1 and user_id = $2
        ), noted as (
            update identity.devices set last_used_at = $3
             where token_hash = $1 and user_id = $2
               and last_used_at < $3::timestamptz - interval '1 day'
        )
        select exists (select from known)";
    Ok(tx.query_one_prepared(sql, &[&hash.as_slice(), &user, &now]).await?.get(0))
}

pub(super) async fn insert_device(
    tx: &Transaction<'_>,
    user: UserId,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into identity.devices (token_hash, user_id, created_at, last_used_at) \
               values ($1, $2, $3, $3) on conflict do nothing";
    tx.execute_prepared(sql, &[&hash.as_slice(), &user, &now]).await?;
    Ok(())
}

/// No device is known any more: the next sign-in is confirmed.
pub(crate) async fn forget_devices(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<(), DatabaseError> {
    tx.execute_prepared("delete from identity.devices where user_id = $1", &[&user]).await?;
    Ok(())
}

/// Removes sessions that nobody has used since, with their refresh tokens, some at a time.
pub(crate) async fn delete_before(
    database: &Database,
    moment: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let sql = "delete from identity.sessions where id in (select id from identity.sessions \
               where last_used_at < $1 limit $2)";
    let client = database.client().await?;
    Ok(client.execute_prepared(sql, &[&moment, &limit]).await?)
}

/// Removes devices that nobody has signed in from since, some at a time.
pub(crate) async fn delete_devices_before(
    database: &Database,
    moment: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let sql = "delete from identity.devices where (token_hash, user_id) in \
               (select token_hash, user_id from identity.devices where last_used_at < $1 limit $2)";
    let client = database.client().await?;
    Ok(client.execute_prepared(sql, &[&moment, &limit]).await?)
}
