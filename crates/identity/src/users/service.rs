use std::collections::HashMap;
use std::sync::Arc;

use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;

use super::store::{self, Account, NewRow};
use super::{
    EmailAddress, Handle, NewPassword, NewUser, User, UserKey, UserStatus, check_locale, check_name,
};
use crate::challenges::{NewChallenge, Purpose, Registration};
use crate::email_verifications;
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::UserId;
use crate::limits::Attempt;
use crate::passwords::Strength;
use crate::permissions::{Role, RoleSet};
use crate::users::Confirmation;

/// A registration whose fields have been checked.
pub(crate) struct Registering {
    pub(crate) email: EmailAddress,
    pub(crate) name: String,
    pub(crate) handle: Option<Handle>,
    pub(crate) locale: String,
    pub(crate) password: String,
}

impl Identity {
    /// A user by id. From memory where nothing has changed since.
    pub async fn user(&self, id: UserId) -> Result<Option<Arc<User>>, IdentityError> {
        if let Some(user) = self.remembered_user(id) {
            return Ok(Some(user));
        }
        let generation = self.changes.generation(id);
        let client = self.database.client().await?;
        let account = store::by_key(&client, UserKey::Id(id)).await?;
        Ok(account.map(|account| self.remember_user(generation, account.user)))
    }

    /// Users by id; those that don't exist are left out.
    pub async fn users(&self, ids: &[UserId]) -> Result<HashMap<UserId, Arc<User>>, IdentityError> {
        let mut found = HashMap::with_capacity(ids.len());
        let mut missing = Vec::new();
        for id in ids {
            match self.remembered_user(*id) {
                Some(user) => drop(found.insert(*id, user)),
                None => missing.push((*id, self.changes.generation(*id))),
            }
        }
        if missing.is_empty() {
            return Ok(found);
        }
        let unknown: Vec<UserId> = missing.iter().map(|(id, _)| *id).collect();
        let client = self.database.client().await?;
        let mut stored = store::by_ids(&client, &unknown).await?;
        for (id, generation) in missing {
            if let Some(user) = stored.remove(&id) {
                found.insert(id, self.remember_user(generation, user));
            }
        }
        Ok(found)
    }

    /// A user by id, handle or e-mail address.
    pub async fn find(&self, key: UserKey<'_>) -> Result<Option<Arc<User>>, IdentityError> {
        let name: Box<str> = match key {
            UserKey::Id(id) => return self.user(id).await,
            UserKey::Handle(handle) => format!("h{}", handle.to_ascii_lowercase()).into(),
            UserKey::Email(email) => format!("e{}", email.to_ascii_lowercase()).into(),
        };
        // A name may have become another's; the user that is remembered with it knows.
        if let Some(id) = self.caches.names.get(&name)
            && let Some(user) = self.user(id).await?
            && has_name(&user, key)
        {
            return Ok(Some(user));
        }
        let client = self.database.client().await?;
        let Some(account) = store::by_key(&client, key).await? else { return Ok(None) };
        drop(client);
        let id = account.user.id;
        self.caches.names.insert(name, id);
        // Read once more under its generation, so that nothing outdated is remembered.
        self.user(id).await
    }

    /// People who let strangers find them and whose handle begins with this, in its order. It says
    /// nothing to a text that no handle begins with.
    pub async fn discover(&self, start: &str, limit: u8) -> Result<Vec<User>, IdentityError> {
        let start = start.to_ascii_lowercase();
        if !Handle::is_start(&start) {
            return Ok(Vec::new());
        }
        let client = self.database.client().await?;
        Ok(store::discover(&client, &start, limit.into()).await?)
    }

    /// The same with what only this context may know, always from the database.
    pub(crate) async fn account(&self, key: UserKey<'_>) -> Result<Option<Account>, IdentityError> {
        let client = self.database.client().await?;
        Ok(store::by_key(&client, key).await?)
    }

    fn remembered_user(&self, id: UserId) -> Option<Arc<User>> {
        if !self.changes.are_known() {
            return None;
        }
        let (generation, user) = self.caches.users.get(&id)?;
        (generation == self.changes.generation(id)).then_some(user)
    }

    fn remember_user(&self, generation: u64, user: User) -> Arc<User> {
        let user = Arc::new(user);
        self.caches.users.insert(user.id, (generation, Arc::clone(&user)));
        user
    }

    /// Creates a user without asking them: for a command on the host, an import, a test.
    pub async fn create_user(&self, new: NewUser) -> Result<Arc<User>, IdentityError> {
        let invalid =
            |field| move |detail: &str| IdentityError::Invalid { field, detail: detail.to_owned() };
        let email = EmailAddress::try_new(&new.email).map_err(invalid("email"))?;
        let handle =
            new.handle.as_deref().map(Handle::try_new).transpose().map_err(invalid("handle"))?;
        check_name(&new.name).map_err(invalid("name"))?;
        check_locale(&new.locale).map_err(invalid("locale"))?;
        let hash = self.new_password_hash(&new, &email, handle.as_ref()).await?;
        let row = NewRow {
            id: UserId::generate(),
            email: &email,
            handle: handle.as_ref(),
            handle_wanted: None,
            name: &new.name,
            locale: &new.locale,
            roles: new.roles,
            is_email_verified: new.is_email_verified,
            password_hash: hash.as_deref(),
            confirmation: new.confirmation,
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        self.insert_user_in_tx(&tx, &row, AuditActor::System).await?;
        tx.commit().await?;
        drop(client);
        self.user(row.id).await?.ok_or(IdentityError::UserNotFound)
    }

    async fn new_password_hash(
        &self,
        new: &NewUser,
        email: &EmailAddress,
        handle: Option<&Handle>,
    ) -> Result<Option<String>, IdentityError> {
        match &new.password {
            NewPassword::None => Ok(None),
            NewPassword::Hash(hash) => Ok(Some(hash.clone())),
            NewPassword::Text(text) => {
                let own = own_texts(&new.name, email.as_str(), handle.map(Handle::as_str));
                let strength = strength(new.confirmation.unwrap_or(self.options.confirmation));
                self.passwords.hash_new(text.clone(), own, strength).await.map(Some)
            }
        }
    }

    /// Inserts a user with what follows from it; refuses a taken address or handle.
    pub(crate) async fn insert_user_in_tx(
        &self,
        tx: &Transaction<'_>,
        row: &NewRow<'_>,
        actor: AuditActor,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        if let Some(handle) = row.handle
            && !store::take_handle(tx, row.id, handle, now).await?
        {
            return Err(IdentityError::HandleTaken);
        }
        if !store::insert(tx, row, now).await? {
            return Err(IdentityError::EmailTaken);
        }
        let mut events = vec![IdentityEvent::UserRegistered];
        if row.is_email_verified {
            events.push(IdentityEvent::EmailVerified { email: row.email.to_string() });
        }
        tell_in_tx(tx, &*self.clock, row.id, &events).await?;
        let entry = NewEntry::new(actor, "identity.user.registered").subject(row.id.as_u128());
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        Ok(())
    }

    /// Registers a user, or tells the one whom the address belongs to. The caller can't tell
    /// which: the password is hashed in both cases, and a handle is taken only when the address
    /// is verified.
    pub(crate) async fn register(
        &self,
        new: Registering,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let (account, now) = (new.email.key(), self.clock.now());
        self.limiters.take(Attempt::Register, client_info, Some(&account), now).await?;
        if let Some(handle) = &new.handle {
            let client = self.database.client().await?;
            if store::is_handle_taken(&client, handle).await? {
                return Err(IdentityError::HandleTaken);
            }
        }
        let own = own_texts(&new.name, new.email.as_str(), new.handle.as_ref().map(Handle::as_str));
        let strength = strength(self.options.confirmation);
        let password_hash = self.passwords.hash_new(new.password.clone(), own, strength).await?;
        let given = Registration {
            password_hash,
            name: new.name,
            locale: new.locale,
            handle: new.handle.map(|handle| handle.as_str().to_owned()),
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        self.register_in_tx(&tx, &new.email, given, client_info).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn register_in_tx(
        &self,
        tx: &Transaction<'_>,
        email: &EmailAddress,
        given: Registration,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let (id, now) = (UserId::generate(), self.clock.now());
        let handle = given.handle.as_deref().and_then(|handle| Handle::try_new(handle).ok());
        let row = NewRow {
            id,
            email,
            handle: None,
            handle_wanted: handle.as_ref(),
            name: &given.name,
            locale: &given.locale,
            roles: RoleSet::default().with(Role::User),
            is_email_verified: false,
            password_hash: Some(&given.password_hash),
            confirmation: None,
        };
        let is_new = store::insert(tx, &row, now).await?;
        let user = if is_new {
            tell_in_tx(tx, &*self.clock, id, &[IdentityEvent::UserRegistered]).await?;
            id
        } else {
            let known = store::by_key(tx, UserKey::Email(email.as_str())).await?;
            let known = known.ok_or(IdentityError::Corrupt("an address is taken by nobody"))?.user;
            if known.is_email_verified {
                let events = [IdentityEvent::UserRegisteredAgain];
                tell_in_tx(tx, &*self.clock, known.id, &events).await?;
                return self.record_registration(tx, known.id, false, client_info).await;
            }
            email_verifications::store::forget_password(tx, known.id).await?;
            known.id
        };
        let challenge = NewChallenge {
            user,
            purpose: Purpose::VerifyEmail,
            email: email.as_str(),
            sign_in: None,
            registration: Some(given),
            device: client_info.user_agent.as_deref(),
            provider: None,
        };
        self.challenge_in_tx(tx, challenge).await?;
        self.record_registration(tx, user, is_new, client_info).await
    }

    async fn record_registration(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        is_new: bool,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let action =
            if is_new { "identity.user.registered" } else { "identity.user.registered_again" };
        let entry = NewEntry::new(AuditActor::Anonymous, action).subject(user.as_u128());
        audit::record_in_tx(tx, &*self.clock, &[entry.ip(client_info.ip)]).await?;
        Ok(())
    }
}

impl Account {
    /// What the user might build a password from.
    pub(crate) fn own_texts(&self) -> Vec<String> {
        own_texts(&self.user.name, &self.user.email, self.user.handle.as_deref())
    }

    /// Whether the user is gone.
    pub(crate) fn is_deleted(&self) -> bool {
        self.user.status == UserStatus::Deleted
    }
}

pub(crate) fn own_texts(name: &str, email: &str, handle: Option<&str>) -> Vec<String> {
    [Some(name), Some(email), handle].into_iter().flatten().map(str::to_owned).collect()
}

/// What protects an account besides its password, if nothing but mail does.
pub(crate) fn strength(confirmation: Confirmation) -> Strength {
    match confirmation {
        Confirmation::Always => Strength::WithSecondFactor,
        Confirmation::NewDevices | Confirmation::Never => Strength::Alone,
    }
}

fn has_name(user: &User, key: UserKey<'_>) -> bool {
    match key {
        UserKey::Id(id) => user.id == id,
        UserKey::Handle(handle) => {
            user.handle.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(handle))
        }
        UserKey::Email(email) => user.email.eq_ignore_ascii_case(email),
    }
}
