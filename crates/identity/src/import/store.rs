use std::collections::HashSet;

use deadpool_postgres::Transaction;
use kernel::Timestamp;
use kernel::db::Statements as _;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::record::NewUser;
use crate::error::IdentityError;
use crate::ids::UserId;
use crate::permissions::{Role, RoleSet};
use crate::users::Handle;

/// Inserts those whose e-mail address and handle nobody has. Answers which they were.
pub(super) async fn insert_users(
    tx: &Transaction<'_>,
    users: &[(UserId, &NewUser)],
    now: Timestamp,
) -> Result<HashSet<UserId>, IdentityError> {
    let sql = "insert into identity.users (id, email, handle, name, locale, roles, \
                   email_verified_at, password_hash, password_changed_at, created_at, updated_at) \
               select id, email, handle, name, locale, $9, \
                   case when verified then $8::timestamptz end, hash, created_at, created_at, $8 \
               from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], \
                           $6::boolean[], $7::text[], $10::timestamptz[]) \
                   as new (id, email, handle, name, locale, verified, hash, created_at) \
               where handle is null or not exists \
                   (select from identity.handles where handles.handle = new.handle) \
               on conflict do nothing returning id";
    let ids: Vec<Uuid> = users.iter().map(|(id, _)| id.as_uuid()).collect();
    let emails: Vec<&str> = users.iter().map(|(_, user)| user.email.as_str()).collect();
    let handles: Vec<Option<&str>> = users.iter().map(|(_, user)| handle(user)).collect();
    let names: Vec<&str> = users.iter().map(|(_, user)| user.name.as_str()).collect();
    let locales: Vec<&str> = users.iter().map(|(_, user)| user.locale.as_str()).collect();
    let verified: Vec<bool> = users.iter().map(|(_, user)| user.is_email_verified).collect();
    let hashes: Vec<&str> = users.iter().map(|(_, user)| user.password_hash.as_str()).collect();
    let created: Vec<Timestamp> = users.iter().map(|(_, user)| user.created_at).collect();
    let roles = RoleSet::default().with(Role::User).names();
    let values: [&(dyn ToSql + Sync); 10] =
        [&ids, &emails, &handles, &names, &locales, &verified, &hashes, &now, &roles, &created];
    let rows = tx.query_prepared(sql, &values).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

fn handle(user: &NewUser) -> Option<&str> {
    user.handle.as_ref().map(Handle::as_str)
}

/// Takes the handles of users that were inserted.
///
/// # Errors
/// If somebody took one of them in the meantime, nothing of the transaction may stay.
pub(super) async fn take_handles(
    tx: &Transaction<'_>,
    users: &[(UserId, &NewUser)],
    now: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "insert into identity.handles (handle, user_id, taken_at) \
               select handle, id, $3 from unnest($1::text[], $2::uuid[]) as new (handle, id)";
    let with_handle = || users.iter().filter_map(|(id, user)| Some((handle(user)?, id.as_uuid())));
    let (handles, ids): (Vec<&str>, Vec<Uuid>) = with_handle().unzip();
    tx.execute_prepared(sql, &[&handles, &ids, &now]).await?;
    Ok(())
}

/// Which of these addresses, in lower case, are somebody's.
pub(super) async fn known_emails(
    tx: &Transaction<'_>,
    emails: &[String],
) -> Result<HashSet<String>, IdentityError> {
    let sql = "select lower(email) from identity.users where lower(email) = any($1)";
    Ok(tx.query_prepared(sql, &[&emails]).await?.iter().map(|row| row.get(0)).collect())
}
