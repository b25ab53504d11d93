use deadpool_postgres::{GenericClient, Transaction};
use kernel::db::Statements as _;
use kernel::{Database, DatabaseError, Timestamp};

use super::ProviderSignInId;
use crate::ids::UserId;

/// A browser to send to a provider.
pub(super) struct New<'n> {
    pub(super) id: ProviderSignInId,
    pub(super) provider: &'n str,
    pub(super) state: [u8; 32],
    pub(super) browser: [u8; 32],
    pub(super) user: Option<UserId>,
    pub(super) device: Option<&'n str>,
    pub(super) expires_at: Timestamp,
}

/// A browser that was sent to a provider.
pub(super) struct Waiting {
    pub(super) id: ProviderSignInId,
    pub(super) provider: String,
    pub(super) browser: Vec<u8>,
    /// Who links the provider; none where somebody signs in.
    pub(super) user: Option<UserId>,
    pub(super) device: Option<String>,
}

pub(super) async fn insert(
    client: &impl GenericClient,
    new: &New<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "insert into identity.provider_sign_ins \
               (id, provider, state_hash, browser_hash, user_id, device, created_at, expires_at) \
               values ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (state, browser) = (new.state.as_slice(), new.browser.as_slice());
    client
        .execute_prepared(
            sql,
            &[
                &new.id,
                &new.provider,
                &state,
                &browser,
                &new.user,
                &new.device,
                &now,
                &new.expires_at,
            ],
        )
        .await?;
    Ok(())
}

/// What waits under this state, locked: of two returns at once one finds it.
pub(super) async fn lock(
    tx: &Transaction<'_>,
    state: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Waiting>, DatabaseError> {
    let sql = "select id, provider, browser_hash, user_id, device from identity.provider_sign_ins \
               where state_hash = $1 and used_at is null and expires_at > $2 for update";
    let row = tx.query_opt_prepared(sql, &[&state.as_slice(), &now]).await?;
    Ok(row.map(|row| Waiting {
        id: row.get(0),
        provider: row.get(1),
        browser: row.get(2),
        user: row.get(3),
        device: row.get(4),
    }))
}

pub(super) async fn mark_used(
    tx: &Transaction<'_>,
    id: ProviderSignInId,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "update identity.provider_sign_ins set used_at = $2 where id = $1";
    tx.execute_prepared(sql, &[&id, &now]).await?;
    Ok(())
}

/// Removes those that expired before a moment, some at a time.
pub(crate) async fn delete_before(
    database: &Database,
    moment: Timestamp,
    limit: i64,
) -> Result<u64, DatabaseError> {
    let sql = "delete from identity.provider_sign_ins where id in \
               (select id from identity.provider_sign_ins where expires_at < $1 limit $2)";
    Ok(database.client().await?.execute_prepared(sql, &[&moment, &limit]).await?)
}
