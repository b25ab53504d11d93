use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use kernel::{DatabaseError, Timestamp};

use super::{LinkedIdentity, LinkedIdentityId};
use crate::ids::UserId;
use crate::provider_sign_ins::Link;

/// False if somebody has it, this user or another.
pub(super) async fn insert(
    tx: &Transaction<'_>,
    user: UserId,
    new: &LinkedIdentity,
    link: &Link,
) -> Result<bool, DatabaseError> {
    let sql = "insert into identity.linked_identities \
               (id, user_id, provider, issuer, subject, email, created_at) \
               values ($1, $2, $3, $4, $5, $6, $7) on conflict (issuer, subject) do nothing";
    let Link { provider, issuer, subject, email } = link;
    let written = tx
        .execute_prepared(sql, &[&new.id, &user, provider, issuer, subject, email, &new.created_at])
        .await?;
    Ok(written == 1)
}

/// Whose it is.
pub(crate) async fn by_subject(
    client: &impl GenericClient,
    issuer: &str,
    subject: &str,
) -> Result<Option<(LinkedIdentityId, UserId)>, DatabaseError> {
    let sql = "select id, user_id from identity.linked_identities \
               where issuer = $1 and subject = $2";
    let row = client.query_opt_prepared(sql, &[&issuer, &subject]).await?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}

pub(super) async fn of_user(
    client: &impl GenericClient,
    user: UserId,
) -> Result<Vec<LinkedIdentity>, DatabaseError> {
    let sql = "select id, provider, email, created_at, last_used_at \
               from identity.linked_identities where user_id = $1 order by id";
    let rows = client.query_prepared(sql, &[&user]).await?;
    let linked = |row: &tokio_postgres::Row| LinkedIdentity {
        id: row.get(0),
        provider: row.get(1),
        email: row.get(2),
        created_at: row.get(3),
        last_used_at: row.get(4),
    };
    Ok(rows.iter().map(linked).collect())
}

pub(crate) async fn note_use(
    tx: &Transaction<'_>,
    id: LinkedIdentityId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.linked_identities set last_used_at = $2 where id = $1";
    tx.execute_prepared(sql, &[&id, &now]).await?;
    Ok(())
}

pub(super) async fn delete(
    tx: &Transaction<'_>,
    user: UserId,
    id: LinkedIdentityId,
) -> Result<(), DatabaseError> {
    let sql = "delete from identity.linked_identities where user_id = $1 and id = $2";
    tx.execute_prepared(sql, &[&user, &id]).await?;
    Ok(())
}

/// All that a user had at providers, and what they began there.
pub(crate) async fn delete_all(tx: &Transaction<'_>, user: UserId) -> Result<(), DatabaseError> {
    let statements = [
        "delete from identity.linked_identities where user_id = $1",
        "delete from identity.provider_sign_ins where user_id = $1",
        "update identity.sign_ins set linked_subject = null, linked_email = null \
         where user_id = $1 and linked_subject is not null",
    ];
    for sql in statements {
        tx.execute_prepared(sql, &[&user]).await?;
    }
    Ok(())
}
