use deadpool_postgres::GenericClient;
use deadpool_postgres::Transaction;
use kernel::Timestamp;
use kernel::db::Statements as _;
use serde_json::Value;

use super::ProfilePatch;
use crate::error::IdentityError;
use crate::ids::UserId;
use crate::users::{Confirmation, Handle};

/// What the profile alone knows of a user.
pub(super) struct Settings {
    pub(super) handle_changed_at: Option<Timestamp>,
    pub(super) is_discoverable: bool,
}

pub(super) async fn settings(
    client: &impl GenericClient,
    user: UserId,
) -> Result<Settings, IdentityError> {
    let sql = "select handle_changed_at, is_discoverable from identity.users where id = $1";
    let row = client.query_one_prepared(sql, &[&user]).await?;
    Ok(Settings { handle_changed_at: row.get(0), is_discoverable: row.get(1) })
}

/// Writes what a patch names.
pub(super) async fn update(
    tx: &Transaction<'_>,
    user: UserId,
    patch: &ProfilePatch,
    changes_handle: bool,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let sql = "update identity.users set name = coalesce($2, name), \
               locale = coalesce($3, locale), \
               handle = case when $4 then $5 else handle end, \
               handle_wanted = case when $4 then null else handle_wanted end, \
               handle_changed_at = case when $4 then $8 else handle_changed_at end, \
               confirmation = case when $6 then $7 else confirmation end, \
               is_discoverable = coalesce($9, is_discoverable), \
               version = version + 1, updated_at = $8 where id = $1";
    let handle = patch.handle.as_ref().and_then(Option::as_ref).map(Handle::as_str);
    let confirmation = patch.confirmation.flatten().map(Confirmation::as_str);
    tx.execute_prepared(
        sql,
        &[
            &user,
            &patch.name,
            &patch.locale,
            &changes_handle,
            &handle,
            &patch.confirmation.is_some(),
            &confirmation,
            &now,
            &patch.is_discoverable,
        ],
    )
    .await?;
    Ok(())
}

/// Everything that this context holds about a user, without secrets.
pub(super) async fn export(
    client: &impl GenericClient,
    user: UserId,
) -> Result<Value, IdentityError> {
    let sql = "select jsonb_build_object( \
         'password_changed_at', password_changed_at, \
         'handle_changed_at', handle_changed_at, \
         'is_discoverable', is_discoverable, \
         'email_verified_at', email_verified_at, \
         'updated_at', updated_at, \
         'handles', (select coalesce(jsonb_agg(jsonb_build_object('handle', handle, \
             'taken_at', taken_at) order by taken_at), '[]') \
             from identity.handles where user_id = users.id), \
         'sessions', (select coalesce(jsonb_agg(jsonb_build_object('device', device, \
             'user_agent', user_agent, 'ip', ip, 'transport', transport, \
             'created_at', created_at, 'last_used_at', last_used_at, 'last_ip', last_ip, \
             'ended_at', ended_at, 'end_reason', end_reason) order by id), '[]') \
             from identity.sessions where user_id = users.id), \
         'devices', (select coalesce(jsonb_agg(jsonb_build_object('created_at', created_at, \
             'last_used_at', last_used_at) order by created_at), '[]') \
             from identity.devices where user_id = users.id), \
         'sign_ins', (select coalesce(jsonb_agg(jsonb_build_object('device', device, \
             'user_agent', user_agent, 'ip', ip, 'created_at', created_at, \
             'done_at', done_at) order by id), '[]') \
             from identity.sign_ins where user_id = users.id), \
         'mails_with_codes', (select coalesce(jsonb_agg(jsonb_build_object('purpose', purpose, \
             'email', email, 'device', device, 'created_at', created_at, \
             'used_at', used_at) order by id), '[]') \
             from identity.challenges where user_id = users.id), \
         'phone', (select jsonb_build_object('number', number, \
             'confirmed_at', confirmed_at) from identity.phones where user_id = users.id), \
         'authenticator_app', (select jsonb_build_object('created_at', created_at, \
             'confirmed_at', confirmed_at) from identity.totps where user_id = users.id), \
         'passkeys', (select coalesce(jsonb_agg(jsonb_build_object('name', name, \
             'is_synced', is_synced, 'created_at', created_at, \
             'last_used_at', last_used_at) order by id), '[]') \
             from identity.passkeys where user_id = users.id), \
         'api_keys', (select coalesce(jsonb_agg(jsonb_build_object('name', name, \
             'prefix', prefix, 'scopes', scopes, 'allowed_ips', allowed_ips, \
             'created_at', created_at, 'expires_at', expires_at, 'revoked_at', revoked_at, \
             'last_used_at', last_used_at, 'last_used_ip', last_used_ip) order by id), '[]') \
             from identity.api_keys where user_id = users.id) \
         ) from identity.users where id = $1";
    Ok(client.query_one_prepared(sql, &[&user]).await?.get(0))
}

/// Takes away what says who the user was. Their handles stay taken.
pub(super) async fn erase(
    tx: &Transaction<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<(), IdentityError> {
    for sql in [
        "delete from identity.sessions where user_id = $1",
        "delete from identity.devices where user_id = $1",
        "delete from identity.challenges where user_id = $1",
        "delete from identity.sign_ins where user_id = $1",
    ] {
        tx.execute_prepared(sql, &[&user]).await?;
    }
    let sql = "update identity.users set status = 'deleted', email = $2, \
               email_verified_at = null, name = 'Deleted user', handle = null, \
               handle_wanted = null, handle_changed_at = null, roles = '{}', \
               password_hash = null, password_changed_at = null, password_failures = 0, \
               confirmation = null, locale = 'en', version = version + 1, updated_at = $3 \
               where id = $1";
    // RFC 2606 keeps this name free, so no mail ever goes there.
    let email = format!("{user}@deleted.invalid");
    tx.execute_prepared(sql, &[&user, &email, &now]).await?;
    Ok(())
}
