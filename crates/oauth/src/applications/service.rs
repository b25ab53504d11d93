use std::time::Duration;

use identity::{ApplicationId, UserId, UserStatus};
use kernel::audit::{self, NewEntry};
use kernel::http::{ClientInfo, IfMatch};
use kernel::secret::SecretToken;

use super::{APPLICATIONS_MAX, Application, Details, GrantType, Kind, SECRET_PREFIX, store};
use crate::error::OauthError;
use crate::events::{About, OauthEvent, tell_in_tx};
use crate::grants;
use crate::oauth::Oauth;
use crate::records;
use crate::scopes::Scopes;

/// An application to register.
pub(crate) struct NewApplication {
    pub(crate) id: ApplicationId,
    pub(crate) kind: Kind,
    pub(crate) details: Details,
}

/// What to change; `None` stays.
#[derive(Default)]
pub(crate) struct Patch {
    pub(crate) name: Option<String>,
    pub(crate) redirect_uris: Option<Vec<String>>,
    pub(crate) post_logout_redirect_uris: Option<Vec<String>>,
    pub(crate) grant_types: Option<Vec<GrantType>>,
    pub(crate) scopes: Option<Scopes>,
}

/// An application with a secret that was made just now, if it has one.
pub(crate) struct Shown {
    pub(crate) application: Application,
    pub(crate) secret: Option<SecretToken>,
}

/// Who changes their applications, and from where.
#[derive(Clone, Copy)]
pub(crate) struct Owner<'c> {
    pub(crate) user: UserId,
    pub(crate) client: &'c ClientInfo,
}

impl Owner<'_> {
    fn entry(&self, action: &'static str, application: ApplicationId) -> NewEntry {
        records::by_user(self.user, action, application, self.client)
    }
}

impl Oauth {
    /// Registers an application. Its secret is in this answer only.
    pub(crate) async fn create_application(
        &self,
        owner: &Owner<'_>,
        new: NewApplication,
    ) -> Result<Shown, OauthError> {
        new.details.check(new.kind)?;
        let secret = (new.kind == Kind::Confidential).then(|| SecretToken::generate(SECRET_PREFIX));
        let now = self.clock.now();
        let application = Application {
            id: new.id,
            owner: owner.user,
            kind: new.kind,
            details: new.details,
            version: 1,
            created_at: now,
            updated_at: now,
            secret_hash: secret.as_ref().map(SecretToken::hash),
            former_secret: None,
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        store::lock_owner(&tx, owner.user).await?;
        if store::exists(&tx, application.id).await? {
            return Err(OauthError::ApplicationExists);
        }
        if store::count(&tx, owner.user).await? >= APPLICATIONS_MAX {
            return Err(OauthError::ApplicationsTooMany);
        }
        store::insert(&tx, &application).await?;
        let entry = owner.entry("oauth.application.created", application.id);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        let event = OauthEvent::ApplicationCreated;
        tell_in_tx(&tx, &*self.clock, owner.user, event, &about(&application, owner)).await?;
        tx.commit().await?;
        self.known_origins.forget();
        Ok(Shown { application, secret })
    }

    /// The user's applications, the oldest first.
    pub(crate) async fn applications(&self, owner: UserId) -> Result<Vec<Application>, OauthError> {
        store::of_owner(&self.database.client().await?, owner).await
    }

    /// One of the user's. Another's is as unknown as one that never was.
    pub(crate) async fn own_application(
        &self,
        owner: UserId,
        id: ApplicationId,
    ) -> Result<Application, OauthError> {
        let found = store::get(&self.database.client().await?, id).await?;
        found.filter(|it| it.owner == owner).ok_or(OauthError::ApplicationNotFound)
    }

    pub(crate) async fn update_application(
        &self,
        owner: &Owner<'_>,
        id: ApplicationId,
        expected: &IfMatch,
        patch: Patch,
    ) -> Result<Application, OauthError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut application = lock_own(&tx, owner.user, id).await?;
        if !expected.allows(application.version) {
            return Err(OauthError::VersionConflict);
        }
        patch.apply(&mut application.details);
        application.details.check(application.kind)?;
        application.version += 1;
        application.updated_at = self.clock.now();
        store::update(&tx, &application).await?;
        let entry = owner.entry("oauth.application.updated", id);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        self.known_origins.forget();
        Ok(application)
    }

    /// Makes a new secret; the one before is good until the overlap is over.
    pub(crate) async fn rotate_application_secret(
        &self,
        owner: &Owner<'_>,
        id: ApplicationId,
        overlap: Duration,
    ) -> Result<Shown, OauthError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let mut application = lock_own(&tx, owner.user, id).await?;
        let before = application.secret_hash.ok_or(OauthError::ApplicationIsPublic)?;
        let (secret, now) = (SecretToken::generate(SECRET_PREFIX), self.clock.now());
        application.secret_hash = Some(secret.hash());
        let until = now.saturating_add(overlap);
        application.former_secret = (!overlap.is_zero()).then_some((before, until));
        application.version += 1;
        application.updated_at = now;
        store::update(&tx, &application).await?;
        let entry = owner.entry("oauth.application.secret_rotated", id);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        tx.commit().await?;
        Ok(Shown { application, secret: Some(secret) })
    }

    /// Deletes an application with everything that users have allowed it.
    pub(crate) async fn delete_application(
        &self,
        owner: &Owner<'_>,
        id: ApplicationId,
    ) -> Result<(), OauthError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let application = lock_own(&tx, owner.user, id).await?;
        let users = grants::store::users_of_application(&tx, id).await?;
        store::delete(&tx, id).await?;
        for user in &users {
            self.identity.record_change_in_tx(&tx, *user).await?;
        }
        let entry = owner.entry("oauth.application.deleted", id);
        audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
        let event = OauthEvent::ApplicationDeleted;
        tell_in_tx(&tx, &*self.clock, owner.user, event, &about(&application, owner)).await?;
        tx.commit().await?;
        users.into_iter().for_each(|user| self.identity.forget(user));
        Ok(())
    }

    /// An application that may get something at this moment: its owner is there and not frozen.
    pub(crate) async fn usable_application(
        &self,
        id: ApplicationId,
    ) -> Result<Option<Application>, OauthError> {
        let client = self.database.client().await?;
        let Some(application) = store::get(&client, id).await? else { return Ok(None) };
        drop(client);
        let owner = self.identity.user(application.owner).await?;
        let is_usable = owner.is_some_and(|owner| owner.status == UserStatus::Active);
        Ok(is_usable.then_some(application))
    }
}

impl Patch {
    fn apply(self, details: &mut Details) {
        fn put<T>(place: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *place = value;
            }
        }
        put(&mut details.name, self.name);
        put(&mut details.redirect_uris, self.redirect_uris);
        put(&mut details.post_logout_redirect_uris, self.post_logout_redirect_uris);
        put(&mut details.grant_types, self.grant_types);
        put(&mut details.scopes, self.scopes);
    }
}

async fn lock_own(
    tx: &deadpool_postgres::Transaction<'_>,
    owner: UserId,
    id: ApplicationId,
) -> Result<Application, OauthError> {
    let found = store::lock(tx, id).await?;
    found.filter(|it| it.owner == owner).ok_or(OauthError::ApplicationNotFound)
}

fn about<'a>(application: &'a Application, owner: &Owner<'_>) -> About<'a> {
    About {
        application_id: application.id,
        application_name: &application.details.name,
        ip: Some(owner.client.ip),
    }
}
