use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::types::Json;

use super::{OPEN_MAX, Purpose, TRIES_MAX};
use crate::ids::{ChallengeId, SignInId, UserId};

/// A challenge as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Challenge {
    pub(crate) id: ChallengeId,
    pub(crate) user: UserId,
    pub(crate) purpose: Purpose,
    pub(crate) email: String,
    pub(crate) nonce: Vec<u8>,
    pub(crate) sign_in: Option<SignInId>,
    pub(crate) registration: Option<Registration>,
    pub(crate) device: Option<String>,
    pub(crate) code_expires_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// What was given at a registration, until its mail is answered.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Registration {
    pub(crate) password_hash: String,
    pub(crate) name: String,
    pub(crate) locale: String,
    pub(crate) handle: Option<String>,
}

impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registration(…)")
    }
}

const COLUMNS: &str = "id, user_id, purpose, email, nonce, sign_in_id, registration, device, \
                       code_expires_at, expires_at";

fn challenge(row: &Row) -> Option<Challenge> {
    Some(Challenge {
        id: row.get(0),
        user: row.get(1),
        purpose: Purpose::from_name(row.get(2))?,
        email: row.get(3),
        nonce: row.get(4),
        sign_in: row.get(5),
        registration: row.get::<_, Option<Json<Registration>>>(6).map(|Json(given)| given),
        device: row.get(7),
        code_expires_at: row.get(8),
        expires_at: row.get(9),
    })
}

/// One at a time makes or answers challenges of a user: otherwise two would count the same.
pub(super) async fn lock_user(tx: &Transaction<'_>, user: UserId) -> Result<(), DatabaseError> {
    tx.execute_prepared("select from identity.users where id = $1 for no key update", &[&user])
        .await?;
    Ok(())
}

pub(super) async fn user_of(
    tx: &Transaction<'_>,
    id: ChallengeId,
) -> Result<Option<UserId>, DatabaseError> {
    let sql = "select user_id from identity.challenges where id = $1";
    Ok(tx.query_opt_prepared(sql, &[&id]).await?.map(|row| row.get(0)))
}

/// Inserts a challenge, unless the user has enough of them. Answers whether it did.
pub(super) async fn insert(
    tx: &Transaction<'_>,
    new: &Challenge,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "insert into identity.challenges (id, user_id, purpose, email, nonce, sign_in_id, \
               registration, device, created_at, code_expires_at, expires_at) \
               select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 \
               where (select count(*) from identity.challenges where user_id = $2 \
                      and purpose = $3 and sign_in_id is not distinct from $6 \
                      and used_at is null and code_expires_at > $9) < $12";
    let inserted = tx
        .execute_prepared(
            sql,
            &[
                &new.id,
                &new.user,
                &new.purpose.as_str(),
                &new.email,
                &new.nonce,
                &new.sign_in,
                &new.registration.as_ref().map(Json),
                &new.device,
                &now,
                &new.code_expires_at,
                &new.expires_at,
                &OPEN_MAX,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// A challenge that isn't used or expired.
pub(super) async fn open(
    client: &impl GenericClient,
    id: ChallengeId,
    now: Timestamp,
) -> Result<Option<Challenge>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from identity.challenges \
         where id = $1 and used_at is null and expires_at > $2"
    );
    let row = client.query_opt_prepared(&sql, &[&id, &now]).await?;
    Ok(row.as_ref().and_then(challenge))
}

/// The same, locked until the transaction ends.
pub(super) async fn lock(
    tx: &Transaction<'_>,
    id: ChallengeId,
    now: Timestamp,
) -> Result<Option<Challenge>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from identity.challenges \
         where id = $1 and used_at is null and expires_at > $2 for update"
    );
    Ok(tx.query_opt_prepared(&sql, &[&id, &now]).await?.as_ref().and_then(challenge))
}

/// The user's challenges whose code may still be answered, locked, in a fixed order.
pub(super) async fn lock_codes(
    tx: &Transaction<'_>,
    user: UserId,
    purpose: Purpose,
    sign_in: Option<SignInId>,
    now: Timestamp,
) -> Result<Vec<Challenge>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from identity.challenges where user_id = $1 and purpose = $2 \
         and used_at is null and code_expires_at > $3 and tries < $4 \
         and sign_in_id is not distinct from $5 order by id for update"
    );
    let rows =
        tx.query_prepared(&sql, &[&user, &purpose.as_str(), &now, &TRIES_MAX, &sign_in]).await?;
    Ok(rows.iter().filter_map(challenge).collect())
}

/// A wrong code counts against each challenge that it could have been for.
pub(super) async fn count_try(
    tx: &Transaction<'_>,
    challenges: &[Challenge],
) -> Result<(), DatabaseError> {
    let ids: Vec<uuid::Uuid> = challenges.iter().map(|challenge| challenge.id.as_uuid()).collect();
    let sql = "update identity.challenges set tries = tries + 1 where id = any($1)";
    tx.execute_prepared(sql, &[&ids]).await?;
    Ok(())
}

/// None of the user's challenges of a purpose can be answered any more.
pub(super) async fn close(
    tx: &Transaction<'_>,
    user: UserId,
    purpose: Purpose,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.challenges set used_at = $3 \
               where user_id = $1 and purpose = $2 and used_at is null";
    tx.execute_prepared(sql, &[&user, &purpose.as_str(), &now]).await?;
    Ok(())
}

pub(super) async fn close_one(
    tx: &Transaction<'_>,
    id: ChallengeId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.execute_prepared("update identity.challenges set used_at = $2 where id = $1", &[&id, &now])
        .await?;
    Ok(())
}

/// Removes challenges that expired before a moment, some at a time.
pub(crate) async fn delete_before(
    database: &Database,
    moment: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let sql = "delete from identity.challenges where id in (select id from identity.challenges \
               where expires_at < $1 limit $2)";
    let client = database.client().await?;
    Ok(client.execute_prepared(sql, &[&moment, &limit]).await?)
}
