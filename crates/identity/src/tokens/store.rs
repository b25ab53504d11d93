use std::net::IpAddr;

use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{DatabaseError, Timestamp};

use crate::ids::{SessionId, UserId};
use crate::permissions::RoleSet;

/// A refresh token with its session and its user, as they are now.
pub(super) struct Known {
    pub(super) session: SessionId,
    pub(super) generation: i32,
    pub(super) used: Option<Used>,
    pub(super) user: UserId,
    pub(super) roles: RoleSet,
    /// Neither ended nor of a user who is gone.
    pub(super) is_open: bool,
    pub(super) began_at: Timestamp,
    pub(super) last_used_at: Timestamp,
}

/// How a refresh token was used.
pub(super) struct Used {
    pub(super) at: Timestamp,
    pub(super) from: IpAddr,
    pub(super) nonce: Vec<u8>,
    /// Whether the one that it was exchanged for was used, too.
    pub(super) is_successor_used: bool,
}

pub(super) async fn insert(
    tx: &Transaction<'_>,
    session: SessionId,
    generation: i32,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into identity.refresh_tokens (hash, session_id, generation, created_at) \
               values ($1, $2, $3, $4)";
    tx.execute_prepared(sql, &[&hash.as_slice(), &session, &generation, &now]).await?;
    Ok(())
}

/// Finds a refresh token and locks it: two uses at once are one after the other.
pub(super) async fn lock(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
) -> Result<Option<Known>, DatabaseError> {
    let found = "select session_id from identity.refresh_tokens where hash = $1 for update";
    if tx.query_opt_prepared(found, &[&hash.as_slice()]).await?.is_none() {
        return Ok(None);
    }
    // A statement of its own: it sees what the one before us in the queue has committed.
    let sql = "select token.session_id, token.generation, token.used_at, token.used_from, token.nonce, \
               users.id, users.roles, \
               sessions.ended_at is null and users.status <> 'deleted' as is_open, \
               sessions.created_at, sessions.last_used_at, \
               exists (select from identity.refresh_tokens as next \
                       where next.session_id = token.session_id \
                       and next.generation = token.generation + 1 and next.used_at is not null) \
               from identity.refresh_tokens as token \
               join identity.sessions on sessions.id = token.session_id \
               join identity.users on users.id = sessions.user_id \
               where token.hash = $1";
    let row = tx.query_opt_prepared(sql, &[&hash.as_slice()]).await?;
    Ok(row.map(|row| {
        let used_at: Option<Timestamp> = row.get(2);
        Known {
            session: row.get(0),
            generation: row.get(1),
            used: used_at.map(|at| Used {
                at,
                from: row.get(3),
                nonce: row.get(4),
                is_successor_used: row.get(10),
            }),
            user: row.get(5),
            roles: RoleSet::from_names(row.get::<_, Vec<&str>>(6)),
            is_open: row.get(7),
            began_at: row.get(8),
            last_used_at: row.get(9),
        }
    }))
}

pub(super) async fn mark_used(
    tx: &Transaction<'_>,
    hash: &[u8; 32],
    nonce: &[u8],
    from: IpAddr,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.refresh_tokens set used_at = $2, used_from = $3, nonce = $4 \
               where hash = $1";
    tx.execute_prepared(sql, &[&hash.as_slice(), &now, &from, &nonce]).await?;
    Ok(())
}
