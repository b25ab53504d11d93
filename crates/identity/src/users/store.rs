use std::collections::HashMap;

use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::db::Statements as _;
use kernel::{DatabaseError, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Confirmation, EmailAddress, Handle, User, UserFilter, UserKey, UserStatus};
use crate::ids::UserId;
use crate::permissions::RoleSet;

/// A user with what only this context may know.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) user: User,
    pub(crate) password_hash: Option<String>,
    /// Wrong passwords in a row.
    pub(crate) password_failures: u32,
    pub(crate) confirmation: Option<Confirmation>,
}

/// Wrong passwords in a row after which only a reset helps.
pub(crate) const FAILURES_MAX: u32 = 100;

impl Account {
    /// Whether a right password would count at all.
    pub(crate) fn may_try_password(&self) -> bool {
        !self.is_deleted() && self.password_failures < FAILURES_MAX
    }
}

/// A row to insert.
pub(crate) struct NewRow<'r> {
    pub(crate) id: UserId,
    pub(crate) email: &'r EmailAddress,
    pub(crate) handle: Option<&'r Handle>,
    pub(crate) handle_wanted: Option<&'r Handle>,
    pub(crate) name: &'r str,
    pub(crate) locale: &'r str,
    pub(crate) roles: RoleSet,
    pub(crate) is_email_verified: bool,
    pub(crate) password_hash: Option<&'r str>,
    pub(crate) confirmation: Option<Confirmation>,
}

const COLUMNS: &str = "id, email, handle, name, locale, roles, status, email_verified_at is not null, \
     created_at, version, password_hash, password_failures, confirmation";

fn account(row: &Row) -> Account {
    let status: &str = row.get(6);
    let confirmation: Option<&str> = row.get(12);
    Account {
        user: User {
            id: row.get(0),
            email: row.get(1),
            handle: row.get(2),
            name: row.get(3),
            locale: row.get(4),
            roles: RoleSet::from_names(row.get::<_, Vec<&str>>(5)),
            // A status of a newer program lets its user do less, not more.
            status: UserStatus::from_name(status).unwrap_or(UserStatus::Frozen),
            is_email_verified: row.get(7),
            created_at: row.get(8),
            version: row.get::<_, i32>(9).cast_unsigned(),
        },
        password_hash: row.get(10),
        password_failures: row.get::<_, i32>(11).cast_unsigned(),
        confirmation: confirmation.and_then(Confirmation::from_name),
    }
}

pub(crate) async fn by_key(
    client: &impl GenericClient,
    key: UserKey<'_>,
) -> Result<Option<Account>, DatabaseError> {
    // The database has no texts with NUL, and refuses to look for one.
    if matches!(key, UserKey::Handle(text) | UserKey::Email(text) if text.contains('\0')) {
        return Ok(None);
    }
    let condition = match key {
        UserKey::Id(_) => "id = $1",
        UserKey::Handle(_) => "handle = lower($1)",
        UserKey::Email(_) => "lower(email) = lower($1)",
    };
    let sql = format!("select {COLUMNS} from identity.users where {condition}");
    let row = match &key {
        UserKey::Id(id) => client.query_opt_prepared(&sql, &[id]).await?,
        UserKey::Handle(text) | UserKey::Email(text) => {
            client.query_opt_prepared(&sql, &[text]).await?
        }
    };
    Ok(row.as_ref().map(account))
}

/// The same, locked until the transaction ends. Who has left is not there any more.
pub(crate) async fn lock(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<Option<Account>, DatabaseError> {
    let sql = format!("select {COLUMNS} from identity.users where id = $1 for update");
    let locked = tx.query_opt_prepared(&sql, &[&user]).await?;
    Ok(locked.as_ref().map(account).filter(|account| !account.is_deleted()))
}

pub(super) async fn by_ids(
    client: &impl GenericClient,
    ids: &[UserId],
) -> Result<HashMap<UserId, User>, DatabaseError> {
    let sql = format!("select {COLUMNS} from identity.users where id = any($1)");
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let rows = client.query_prepared(&sql, &[&ids]).await?;
    Ok(rows.iter().map(account).map(|account| (account.user.id, account.user)).collect())
}

/// Inserts a user, unless the address is somebody's. Answers whether it did.
pub(crate) async fn insert(
    tx: &Transaction<'_>,
    new: &NewRow<'_>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "insert into identity.users (id, email, handle, handle_wanted, name, locale, roles, \
               email_verified_at, password_hash, password_changed_at, confirmation, created_at, updated_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $9::text is not null then $11::timestamptz end, \
               $10, $11, $11) on conflict (lower(email)) do nothing";
    let inserted = tx
        .execute_prepared(
            sql,
            &[
                &new.id,
                &new.email.as_str(),
                &new.handle.map(Handle::as_str),
                &new.handle_wanted.map(Handle::as_str),
                &new.name,
                &new.locale,
                &new.roles.names(),
                &new.is_email_verified.then_some(now),
                &new.password_hash,
                &new.confirmation.map(Confirmation::as_str),
                &now,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// Takes a handle for ever. Answers whether it is the user's now.
pub(crate) async fn take_handle(
    tx: &Transaction<'_>,
    user: UserId,
    handle: &Handle,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "insert into identity.handles (handle, user_id, taken_at) values ($1, $2, $3) \
               on conflict (handle) do update set handle = excluded.handle returning user_id";
    let row = tx.query_one_prepared(sql, &[&handle.as_str(), &user, &now]).await?;
    Ok(row.get::<_, UserId>(0) == user)
}

pub(super) async fn is_handle_taken(
    client: &impl GenericClient,
    handle: &Handle,
) -> Result<bool, DatabaseError> {
    let sql = "select exists (select from identity.handles where handle = $1)";
    Ok(client.query_one_prepared(sql, &[&handle.as_str()]).await?.get(0))
}

/// What was asked for at the first registration.
pub(crate) async fn handle_wanted(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<Option<String>, DatabaseError> {
    let sql = "select handle_wanted from identity.users where id = $1";
    Ok(tx.query_opt_prepared(sql, &[&user]).await?.and_then(|row| row.get(0)))
}

/// Verifies the address and puts in force what was given at the registration that the mail was
/// about. `registered` is none where the address alone is verified.
pub(crate) async fn verify_email(
    tx: &Transaction<'_>,
    user: UserId,
    registered: Option<(&str, &str, &str)>,
    handle: Option<&Handle>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.users set email_verified_at = coalesce(email_verified_at, $2), \
               password_hash = coalesce($3, password_hash), name = coalesce($4, name), \
               locale = coalesce($5, locale), handle = coalesce(handle, $6), handle_wanted = null, \
               password_changed_at = case when $3::text is null then password_changed_at else $2 end, \
               version = version + 1, updated_at = $2 where id = $1";
    let (hash, name, locale) = match registered {
        Some((hash, name, locale)) => (Some(hash), Some(name), Some(locale)),
        None => (None, None, None),
    };
    tx.execute_prepared(sql, &[&user, &now, &hash, &name, &locale, &handle.map(Handle::as_str)])
        .await?;
    Ok(())
}

/// A new password; it is not locked any more.
pub(crate) async fn set_password(
    tx: &Transaction<'_>,
    user: UserId,
    hash: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.users set password_hash = $2, password_changed_at = $3, \
               password_failures = 0, version = version + 1, updated_at = $3 where id = $1";
    tx.execute_prepared(sql, &[&user, &hash, &now]).await?;
    Ok(())
}

/// The same password with another hash; only if the old one is still in force.
pub(crate) async fn rehash_password(
    client: &impl GenericClient,
    user: UserId,
    (old, new): (&str, &str),
) -> Result<(), DatabaseError> {
    let sql = "update identity.users set password_hash = $3 where id = $1 and password_hash = $2";
    client.execute_prepared(sql, &[&user, &old, &new]).await?;
    Ok(())
}

/// One more wrong password in a row. Answers with how many it are; none if there is no such user.
pub(crate) async fn count_failure(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<Option<u32>, DatabaseError> {
    let sql = "update identity.users set password_failures = password_failures + 1 \
               where id = $1 returning password_failures";
    let row = tx.query_opt_prepared(sql, &[&user]).await?;
    Ok(row.map(|row| row.get::<_, i32>(0).cast_unsigned()))
}

pub(crate) async fn clear_failures(
    tx: &Transaction<'_>,
    user: UserId,
) -> Result<(), DatabaseError> {
    let sql = "update identity.users set password_failures = 0 \
               where id = $1 and password_failures > 0";
    tx.execute_prepared(sql, &[&user]).await?;
    Ok(())
}

/// Another address, which was verified. False if it is somebody else's by now.
pub(crate) async fn set_email(
    tx: &Transaction<'_>,
    user: UserId,
    email: &str,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let sql = "update identity.users set email = $2, email_verified_at = $3, \
               version = version + 1, updated_at = $3 where id = $1 and not exists \
               (select from identity.users where lower(email) = lower($2) and id <> $1)";
    Ok(tx.execute_prepared(sql, &[&user, &email, &now]).await? == 1)
}

pub(super) async fn set_status(
    tx: &Transaction<'_>,
    user: UserId,
    status: UserStatus,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.users set status = $2, version = version + 1, updated_at = $3 \
               where id = $1";
    tx.execute_prepared(sql, &[&user, &status.as_str(), &now]).await?;
    Ok(())
}

pub(super) async fn set_roles(
    tx: &Transaction<'_>,
    user: UserId,
    roles: RoleSet,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.users set roles = $2, version = version + 1, updated_at = $3 \
               where id = $1";
    tx.execute_prepared(sql, &[&user, &roles.names(), &now]).await?;
    Ok(())
}

/// Users that a filter lets through, the newest first, before an id.
pub(super) async fn search(
    client: &impl GenericClient,
    filter: &UserFilter,
    before: Option<UserId>,
    limit: i64,
) -> Result<Vec<User>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from identity.users \
         where ($1::uuid is null or id < $1) and ($2::text is null or status = $2) \
         and ($3::text is null or $3 = any(roles)) \
         and ($4::text is null or id = $5 or lower(email) like $4 or handle like $4 \
              or identity.words(name) @@ ($6::text)::tsquery) \
         order by id desc limit $7"
    );
    let start = filter.start();
    let (id, words) = (filter.id(), filter.words());
    let status = filter.status.map(UserStatus::as_str);
    let role = filter.role.map(crate::permissions::Role::as_str);
    let rows = client
        .query_prepared(&sql, &[&before, &status, &role, &start, &id, &words, &limit])
        .await?;
    Ok(rows.iter().map(|row| account(row).user).collect())
}

/// Users who let strangers find them, by the beginning of their handle, which is not empty.
pub(super) async fn discover(
    client: &impl GenericClient,
    start: &str,
    limit: i64,
) -> Result<Vec<User>, DatabaseError> {
    let sql = format!(
        "select {COLUMNS} from identity.users \
         where handle >= $1 and handle < $2 and handle is not null and is_discoverable \
         order by handle limit $3"
    );
    // Handles are ASCII, so this is behind all that begin with the text.
    let end = format!("{start}\u{7f}");
    let rows = client.query_prepared(&sql, &[&start, &end, &limit]).await?;
    Ok(rows.iter().map(|row| account(row).user).collect())
}
