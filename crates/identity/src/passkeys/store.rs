use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::Timestamp;
use kernel::db::Statements as _;
use serde_json::Value;
use tokio_postgres::Row;

use super::{CeremonyId, Passkey, PasskeyId, StoredPasskey};
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::ids::UserId;

/// Keeps what an answer has to be checked against. A user adds one passkey at a time: a new
/// challenge takes the place of the one before.
pub(super) async fn insert_ceremony(
    client: &impl GenericClient,
    id: CeremonyId,
    user: Option<UserId>,
    state: &Value,
    expires_at: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "insert into identity.passkey_ceremonies (id, user_id, state, expires_at) \
               values ($1, $2, $3, $4) on conflict (user_id) do update set \
               id = excluded.id, state = excluded.state, expires_at = excluded.expires_at";
    client.execute_prepared(sql, &[&id, &user, state, &expires_at]).await?;
    Ok(())
}

/// Takes a sign-in's challenge out, so that nobody else can answer it.
pub(super) async fn take_sign_in(
    client: &impl GenericClient,
    id: CeremonyId,
    now: Timestamp,
) -> Result<Option<Value>, IdentityError> {
    let sql = "delete from identity.passkey_ceremonies \
               where id = $1 and user_id is null returning state, expires_at > $2";
    let row = client.query_opt_prepared(sql, &[&id, &now]).await?;
    Ok(row.filter(|row| row.get(1)).map(|row| row.get(0)))
}

/// The same for the passkey that a user is adding.
pub(super) async fn take_registration(
    client: &impl GenericClient,
    user: UserId,
    now: Timestamp,
) -> Result<Option<Value>, IdentityError> {
    let sql = "delete from identity.passkey_ceremonies \
               where user_id = $1 returning state, expires_at > $2";
    let row = client.query_opt_prepared(sql, &[&user, &now]).await?;
    Ok(row.filter(|row| row.get(1)).map(|row| row.get(0)))
}

/// Forgets challenges that nobody answered, a few at a time.
pub(super) async fn delete_expired(
    client: &impl GenericClient,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "delete from identity.passkey_ceremonies where id in \
               (select id from identity.passkey_ceremonies where expires_at <= $1 \
                order by expires_at limit 100 for update skip locked)";
    client.execute_prepared(sql, &[&now]).await?;
    Ok(())
}

pub(crate) async fn has_any(
    client: &impl GenericClient,
    user: UserId,
) -> Result<bool, IdentityError> {
    let sql = "select exists (select from identity.passkeys where user_id = $1)";
    Ok(client.query_one_prepared(sql, &[&user]).await?.get(0))
}

pub(crate) async fn of_user(
    client: &impl GenericClient,
    user: UserId,
) -> Result<Vec<Passkey>, IdentityError> {
    let sql = "select id, name, is_synced, created_at, last_used_at \
               from identity.passkeys where user_id = $1 order by id";
    Ok(client.query_prepared(sql, &[&user]).await?.iter().map(passkey).collect())
}

fn passkey(row: &Row) -> Passkey {
    Passkey {
        id: row.get("id"),
        name: row.get("name"),
        is_synced: row.get("is_synced"),
        created_at: row.get("created_at"),
        last_used_at: row.get("last_used_at"),
    }
}

/// What the authenticators of a user call their credentials.
pub(super) async fn credential_ids(
    client: &impl GenericClient,
    user: UserId,
) -> Result<Vec<Vec<u8>>, IdentityError> {
    let sql = "select credential_id from identity.passkeys where user_id = $1";
    Ok(client.query_prepared(sql, &[&user]).await?.iter().map(|row| row.get(0)).collect())
}

pub(super) async fn insert(
    tx: &Transaction<'_>,
    user: UserId,
    passkey: &Passkey,
    credential_id: &[u8],
    credential: &Value,
) -> Result<(), IdentityError> {
    let sql = "insert into identity.passkeys \
               (id, user_id, credential_id, name, credential, is_synced, created_at) \
               values ($1, $2, $3, $4, $5, $6, $7)";
    let inserted = tx
        .execute_prepared(
            sql,
            &[
                &passkey.id,
                &user,
                &credential_id,
                &passkey.name,
                credential,
                &passkey.is_synced,
                &passkey.created_at,
            ],
        )
        .await;
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if kernel::db::constraint(&error) == Some("passkeys_credential_id_key") => {
            Err(CredentialError::PasskeyExists.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Locked, so that of two answers with one counter the second is refused.
pub(super) async fn lock(
    tx: &Transaction<'_>,
    user: UserId,
    credential_id: &[u8],
) -> Result<Option<StoredPasskey>, IdentityError> {
    let sql = "select id, name, credential from identity.passkeys \
               where user_id = $1 and credential_id = $2 for update";
    let row = tx.query_opt_prepared(sql, &[&user, &credential_id]).await?;
    Ok(row.map(|row| StoredPasskey {
        id: row.get("id"),
        name: row.get("name"),
        credential: row.get("credential"),
    }))
}

pub(super) async fn update_used(
    tx: &Transaction<'_>,
    id: PasskeyId,
    credential: &Value,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "update identity.passkeys set credential = $2, last_used_at = $3 where id = $1";
    tx.execute_prepared(sql, &[&id, credential, &now]).await?;
    Ok(())
}

/// Answers with its name.
pub(super) async fn delete(
    tx: &Transaction<'_>,
    user: UserId,
    id: PasskeyId,
) -> Result<Option<String>, IdentityError> {
    let sql = "delete from identity.passkeys where user_id = $1 and id = $2 returning name";
    Ok(tx.query_opt_prepared(sql, &[&user, &id]).await?.map(|row| row.get(0)))
}

pub(crate) async fn delete_all(tx: &Transaction<'_>, user: UserId) -> Result<(), IdentityError> {
    tx.execute_prepared("delete from identity.passkeys where user_id = $1", &[&user]).await?;
    tx.execute_prepared("delete from identity.passkey_ceremonies where user_id = $1", &[&user])
        .await?;
    Ok(())
}
