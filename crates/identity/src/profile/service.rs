use deadpool_postgres::Transaction;
use kernel::Problem;
use kernel::audit::{self, AuditActor, EntryFilter, NewEntry};
use kernel::http::{ClientInfo, IfMatch};
use serde_json::{Map, Value, json};

use super::{Profile, ProfilePatch, store};
use crate::credential_changes::Owner;
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::UserId;
use crate::second_factors::SecondFactor;
use crate::sessions::EndReason;
use crate::users::store::{Account, by_key, lock, take_handle};
use crate::users::{Confirmation, UserKey};
use crate::{api_keys, changes, linked_identities, passkeys, phone, recovery_codes, totp};

/// Entries of the audit log that are read at a time.
const ENTRIES_AT_A_TIME: i64 = 1_000;

impl Identity {
    pub(crate) async fn profile(&self, user: UserId) -> Result<Profile, IdentityError> {
        let client = self.database.client().await?;
        let account = by_key(&client, UserKey::Id(user)).await?;
        let account = account.filter(|account| !account.is_deleted());
        let account = account.ok_or(IdentityError::UserNotFound)?;
        Ok(self.profile_of(account, store::settings(&client, user).await?))
    }

    fn profile_of(&self, account: Account, settings: store::Settings) -> Profile {
        let confirmation = self.confirmation_of(&account);
        let store::Settings { handle_changed_at, is_discoverable } = settings;
        Profile { user: account.user, confirmation, handle_changed_at, is_discoverable }
    }

    /// Changes what the patch names, if the version is the one that it is based on.
    pub(crate) async fn update_profile(
        &self,
        user: UserId,
        actor: AuditActor,
        based_on: &IfMatch,
        patch: &ProfilePatch,
    ) -> Result<Profile, IdentityError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let account = lock(&tx, user).await?.ok_or(IdentityError::UserNotFound)?;
        if !based_on.allows(account.user.version) {
            return Err(IdentityError::VersionConflict);
        }
        let profile = self.profile_of(account, store::settings(&tx, user).await?);
        let fields = patch.fields(&profile);
        if fields.is_empty() {
            return Ok(profile);
        }
        let is_never = patch.confirmation == Some(Some(Confirmation::Never));
        if is_never && profile.user.roles.is_staff() {
            return Err(CredentialError::ConfirmationRequired.into());
        }
        self.take_new_handle_in_tx(&tx, &profile, patch).await?;
        store::update(&tx, user, patch, patch.changes_handle(&profile), self.clock.now()).await?;
        let entry = NewEntry::new(actor, "identity.profile.changed")
            .subject(user.as_u128())
            .data(json!({ "fields": fields }));
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        changes::record_in_tx(&tx, &*self.clock, Some(user)).await?;
        tx.commit().await?;
        self.changes.forget(user);
        drop(client);
        self.profile(user).await
    }

    async fn take_new_handle_in_tx(
        &self,
        tx: &Transaction<'_>,
        profile: &Profile,
        patch: &ProfilePatch,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        if !patch.changes_handle(profile) {
            return Ok(());
        }
        if profile.handle_changeable_at(now).is_some() {
            return Err(CredentialError::HandleChangedRecently.into());
        }
        let Some(Some(handle)) = &patch.handle else { return Ok(()) };
        if take_handle(tx, profile.user.id, handle, now).await? {
            Ok(())
        } else {
            Err(IdentityError::HandleTaken)
        }
    }

    /// Everything that is kept about a user: here, and by the other parts of the bank.
    pub(crate) async fn export_profile(
        &self,
        owner: &Owner,
    ) -> Result<(Value, Map<String, Value>), Problem> {
        let mut own = self.own_export(owner.user).await?;
        let profile = self.profile(owner.user).await?;
        let user = &profile.user;
        own["profile"] = json!({
            "id": user.id, "email": user.email, "is_email_verified": user.is_email_verified,
            "name": user.name, "handle": user.handle, "locale": user.locale,
            "roles": user.roles.names(), "status": user.status.as_str(),
            "sign_in_confirmation": profile.confirmation.as_str(),
            "created_at": user.created_at, "version": user.version,
        });
        let others = self.hooks.export(owner.user).await?;
        let entry = NewEntry::new(owner.audit(), "identity.profile.exported")
            .subject(owner.user.as_u128())
            .ip(owner.ip);
        audit::record(&self.database, &*self.clock, &[entry]).await?;
        Ok((own, others))
    }

    async fn own_export(&self, user: UserId) -> Result<Value, IdentityError> {
        let client = self.database.client().await?;
        let mut own = store::export(&client, user).await?;
        drop(client);
        let left = self.recovery_codes_left(user).await?;
        own["recovery_codes"] = json!({ "remaining": left.left, "created_at": left.created_at });
        own["linked_identities"] = self.exported_links(user).await?.into();
        own["log"] = self.log_about(user).await?.into();
        Ok(own)
    }

    async fn exported_links(&self, user: UserId) -> Result<Vec<Value>, IdentityError> {
        let linked = self.linked_identities(user).await?.into_iter();
        let linked = linked.map(|it| {
            json!({
                "id": it.id, "provider": it.provider, "email": it.email,
                "created_at": it.created_at, "last_used_at": it.last_used_at,
            })
        });
        Ok(linked.collect())
    }

    /// What the audit log says about a user. Who of the staff did it stays inside.
    async fn log_about(&self, user: UserId) -> Result<Vec<Value>, IdentityError> {
        let filter = EntryFilter { subject: Some(user.as_u128()), ..EntryFilter::default() };
        let (mut all, mut before) = (Vec::new(), None);
        loop {
            let page = audit::entries(&self.database, &filter, before, ENTRIES_AT_A_TIME).await?;
            all.extend(page.iter().map(|entry| {
                let is_own = entry.actor == AuditActor::User(user.as_u128());
                json!({
                    "at": entry.at, "action": entry.action, "by_user": is_own,
                    "ip": entry.ip.filter(|_| is_own), "data": entry.data,
                })
            }));
            match page.last() {
                Some(last) if page.len() as i64 == ENTRIES_AT_A_TIME => before = Some(last.id),
                _ => return Ok(all),
            }
        }
    }

    /// Erases who the user was, unless another part of the bank still holds something of theirs.
    pub(crate) async fn delete_profile(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        password: &str,
        code: Option<&str>,
    ) -> Result<(), Problem> {
        let user = owner.user;
        self.check_password(user, password, client).await?;
        self.hooks.check_deletion(user).await?;
        // The others are asked once more below, with sessions of their own: were all sessions held
        // by those who leave, all would wait for each other.
        let _leaving = self.leaving.lock().await;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await.map_err(IdentityError::from)?;
        lock(&tx, user).await?.ok_or(IdentityError::UserNotFound)?;
        if totp::is_enabled(&tx, user).await? {
            let code = code.ok_or(IdentityError::SecondFactorRequired)?;
            let checked = self.check_factor_in_tx(&tx, user, SecondFactor::Totp(code)).await?;
            if let Err(refusal) = checked {
                // A wrong code counts.
                owner.refused_in_tx(&tx, &*self.clock).await?;
                tx.commit().await.map_err(IdentityError::from)?;
                return Err(refusal.into());
            }
        }
        self.erase_in_tx(&tx, owner).await?;
        // Something may have come in since they were asked.
        self.hooks.check_deletion(user).await?;
        tx.commit().await.map_err(IdentityError::from)?;
        self.changes.forget(user);
        Ok(())
    }

    async fn erase_in_tx(&self, tx: &Transaction<'_>, owner: &Owner) -> Result<(), IdentityError> {
        let user = owner.user;
        self.end_sessions_in_tx(tx, user, None, owner.audit(), EndReason::Deleted).await?;
        totp::store::delete(tx, user).await?;
        recovery_codes::store::delete(tx, user).await?;
        passkeys::store::delete_all(tx, user).await?;
        api_keys::store::delete_all(tx, user).await?;
        phone::store::delete(tx, user).await?;
        linked_identities::store::delete_all(tx, user).await?;
        store::erase(tx, user, self.clock.now()).await?;
        tell_in_tx(tx, &*self.clock, user, &[IdentityEvent::UserDeleted]).await?;
        let entry = NewEntry::new(owner.audit(), "identity.user.deleted")
            .subject(user.as_u128())
            .ip(owner.ip);
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        Ok(changes::record_in_tx(tx, &*self.clock, Some(user)).await?)
    }
}
