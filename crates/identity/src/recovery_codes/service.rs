use deadpool_postgres::Transaction;
use kernel::Clock;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;

use super::{CODES, Remaining, generate, hash, store};
use crate::credential_changes::{Credential, Owner};
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::UserId;
use crate::totp;

impl Identity {
    /// New codes; the old ones are void.
    pub(crate) async fn renew_recovery_codes(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        password: &str,
    ) -> Result<Vec<String>, IdentityError> {
        self.check_password(owner.user, password, client).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        if !totp::is_enabled(&tx, owner.user).await? {
            return Err(CredentialError::TotpNotEnabled.into());
        }
        let codes = renew_in_tx(&tx, &*self.clock, owner).await?;
        tx.commit().await?;
        Ok(codes)
    }

    pub(crate) async fn recovery_codes_left(
        &self,
        user: UserId,
    ) -> Result<Remaining, IdentityError> {
        let client = self.database.client().await?;
        store::remaining(&client, user).await
    }
}

/// Replaces all codes of a user.
pub(crate) async fn renew_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    owner: &Owner,
) -> Result<Vec<String>, IdentityError> {
    let codes: Vec<String> = (0..CODES).map(|_| generate()).collect();
    let hashes: Vec<[u8; 32]> = codes
        .iter()
        .map(|code| hash(owner.user, code).expect("what is generated is a code"))
        .collect();
    let hashes: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
    store::replace(tx, owner.user, &hashes, clock.now()).await?;
    owner.added_in_tx(tx, clock, Credential::RecoveryCodes, (None, "")).await?;
    Ok(codes)
}

/// Uses a code up. False if it isn't one of the user's, or was used before.
pub(crate) async fn use_in_tx(
    tx: &Transaction<'_>,
    clock: &dyn Clock,
    user: UserId,
    code: &str,
) -> Result<bool, IdentityError> {
    let Some(hash) = hash(user, code) else { return Ok(false) };
    if !store::mark_used(tx, user, &hash, clock.now()).await? {
        return Ok(false);
    }
    let actor = AuditActor::User(user.as_u128());
    let entry = NewEntry::new(actor, "identity.recovery_code.used").subject(user.as_u128());
    audit::record_in_tx(tx, clock, &[entry]).await?;
    Ok(true)
}
