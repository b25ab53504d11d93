//! A browser comes back from a provider.

use deadpool_postgres::Transaction;
use kernel::audit::{AuditActor, NewEntry, record};
use kernel::http::ClientInfo;
use kernel::secret::{SecretToken, is_same};
use serde_json::json;

use super::service::unavailable;
use super::store::{self, Waiting};
use super::{BROWSER_PREFIX, Link, STATE_PREFIX, asked};
use crate::credential_changes::Owner;
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::{SessionId, UserId};
use crate::limits::Attempt;
use crate::linked_identities::{self, LinkedIdentity};
use crate::providers::Claims;
use crate::sessions::{self, NewSession, SignedIn, Transport};
use crate::sign_ins::{Method, Pending};
use crate::totp;
use crate::users::store::Account;
use crate::users::{self, EmailAddress, NewPassword, NewUser, UserKey};

/// What a browser brings back.
pub(crate) struct CameBack<'c> {
    pub(crate) state: &'c str,
    /// None if the provider says that it was refused.
    pub(crate) code: Option<&'c str>,
    pub(crate) iss: Option<&'c str>,
    /// The cookie of the browser that began.
    pub(crate) browser: Option<&'c str>,
    pub(crate) device_token: Option<&'c str>,
    /// Who is signed in in this browser.
    pub(crate) person: Option<(UserId, SessionId)>,
}

/// What became of it.
pub(crate) enum Finished {
    SignedIn(Box<SignedIn>),
    /// The authenticator app's code is needed, or a mailed one before the two are linked.
    ConfirmationRequired(Pending),
    /// The account with this address is protected by an app: sign in to it, then link it.
    SignInFirst,
    /// The provider has no verified address: register here, then link it.
    RegistrationRequired(Claims),
    Linked(LinkedIdentity),
}

/// Who came back from where.
struct Arrival<'a> {
    waiting: &'a Waiting,
    link: &'a Link,
    claims: &'a Claims,
    client: &'a ClientInfo,
    device_token: Option<&'a str>,
}

impl Identity {
    /// Finishes what the browser began. Whatever comes of it, it can't be finished again.
    pub(crate) async fn finish_provider_sign_in(
        &self,
        given: &CameBack<'_>,
        client: &ClientInfo,
    ) -> Result<Finished, IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::SignIn, client, None, now).await?;
        let waiting = self.take_waiting(given).await?;
        let gone = || IdentityError::from(CredentialError::ProviderNotFound);
        let provider = self.providers.get(&waiting.provider).ok_or_else(gone)?;
        let code = given.code.ok_or(CredentialError::ProviderRefused)?;
        let asked = asked(&self.vault, waiting.id, &self.options.issuer);
        let claims = match provider.identify((code, given.iss), &asked, now).await {
            Ok(claims) => claims,
            Err(error) => {
                let entry = NewEntry::new(AuditActor::Anonymous, "identity.sign_in.refused")
                    .data(json!({ "method": "provider", "provider": waiting.provider }))
                    .ip(client.ip);
                record(&self.database, &*self.clock, &[entry]).await?;
                return Err(unavailable(&waiting.provider, &error));
            }
        };
        let link = Link {
            provider: waiting.provider.clone(),
            issuer: provider.config.issuer.clone(),
            subject: claims.subject.clone(),
            email: claims.email.clone(),
        };
        if let Some(user) = waiting.user {
            return self.link_to(user, given.person, &link, client).await;
        }
        let device_token = given.device_token;
        let arrival =
            Arrival { waiting: &waiting, link: &link, claims: &claims, client, device_token };
        self.admit_arrival(&arrival).await
    }

    /// What the browser began, used up.
    async fn take_waiting(&self, given: &CameBack<'_>) -> Result<Waiting, IdentityError> {
        let gone = || IdentityError::from(CredentialError::ProviderSignInGone);
        let state = SecretToken::parse(STATE_PREFIX, given.state).ok_or_else(gone)?;
        let browser = given.browser.and_then(|text| SecretToken::parse(BROWSER_PREFIX, text));
        let browser = browser.ok_or_else(gone)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let waiting = store::lock(&tx, &state.hash(), self.clock.now()).await?.ok_or_else(gone)?;
        // Another browser's return must not use it up.
        if !is_same(&waiting.browser, &browser.hash()) {
            return Err(gone());
        }
        store::mark_used(&tx, waiting.id, self.clock.now()).await?;
        tx.commit().await?;
        Ok(waiting)
    }

    /// Links a provider to whoever began, if they are still signed in.
    async fn link_to(
        &self,
        user: UserId,
        person: Option<(UserId, SessionId)>,
        link: &Link,
        client: &ClientInfo,
    ) -> Result<Finished, IdentityError> {
        let person = person.filter(|(known, _)| *known == user);
        let (user, session) = person.ok_or(CredentialError::ProviderSignInGone)?;
        let owner = Owner { user, session: Some(session), ip: client.ip };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        owner.lock_in_tx(&tx).await?;
        let linked = self.link_in_tx(&tx, &owner, link).await?;
        tx.commit().await?;
        self.changes.forget(user);
        Ok(Finished::Linked(linked))
    }

    /// Signs in whoever is known, or finds out what has to be done first.
    async fn admit_arrival(&self, arrival: &Arrival<'_>) -> Result<Finished, IdentityError> {
        self.current_keys().await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let link = arrival.link;
        let known = linked_identities::store::by_subject(&tx, &link.issuer, &link.subject).await?;
        if let Some((id, user)) = known {
            let account = users::store::lock(&tx, user).await?;
            let account = account.filter(|account| !account.is_deleted());
            let account = account.ok_or(IdentityError::SignInRefused)?;
            linked_identities::store::note_use(&tx, id, self.clock.now()).await?;
            let finished = self.let_in_tx(&tx, &account, arrival).await?;
            tx.commit().await?;
            return Ok(finished);
        }
        let email = arrival.claims.email.as_deref().filter(|_| arrival.claims.is_email_verified);
        let Some(email) = email.and_then(|text| EmailAddress::try_new(text).ok()) else {
            return Ok(Finished::RegistrationRequired(arrival.claims.clone()));
        };
        match users::store::by_key(&tx, UserKey::Email(email.as_str())).await? {
            Some(account) => {
                let finished = self.offer_link_in_tx(&tx, account.user.id, arrival).await?;
                tx.commit().await?;
                Ok(finished)
            }
            None => {
                drop(tx);
                drop(client);
                self.welcome(email, arrival).await
            }
        }
    }

    /// Begins the session, or asks for the authenticator app.
    async fn let_in_tx(
        &self,
        tx: &Transaction<'_>,
        account: &Account,
        arrival: &Arrival<'_>,
    ) -> Result<Finished, IdentityError> {
        let (user, now) = (account.user.id, self.clock.now());
        let is_device_known =
            sessions::is_device_known_in_tx(tx, user, arrival.device_token, now).await?;
        if totp::is_enabled(tx, user).await? {
            let methods = vec![Method::Totp, Method::RecoveryCode];
            let origin = arrival.origin(user, is_device_known);
            let pending = self.ask_in_tx(tx, account, (methods, None), &origin).await?;
            return Ok(Finished::ConfirmationRequired(pending));
        }
        let new = NewSession {
            user,
            roles: account.user.roles,
            transport: Transport::Cookie,
            device: arrival.waiting.device.as_deref(),
            is_device_known,
            client: arrival.client,
            method: "provider",
        };
        Ok(Finished::SignedIn(Box::new(self.start_session_in_tx(tx, &new).await?)))
    }

    /// There is an account with this address: whoever can read its mail links the two.
    async fn offer_link_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        arrival: &Arrival<'_>,
    ) -> Result<Finished, IdentityError> {
        let account = users::store::lock(tx, user).await?;
        let account = account.filter(|account| !account.is_deleted());
        let account = account.ok_or(IdentityError::SignInRefused)?;
        if !account.user.is_email_verified {
            // Somebody registered it and never showed that it is theirs.
            return Ok(Finished::RegistrationRequired(arrival.claims.clone()));
        }
        if totp::is_enabled(tx, user).await? {
            return Ok(Finished::SignInFirst);
        }
        let origin = arrival.origin(user, false);
        let asked = (vec![Method::EmailCode], Some(arrival.link));
        let pending = self.ask_in_tx(tx, &account, asked, &origin).await?;
        Ok(Finished::ConfirmationRequired(pending))
    }

    /// Makes an account for somebody new. If the process dies before it is linked, the next
    /// sign-in finds the account and offers to link it.
    async fn welcome(
        &self,
        email: EmailAddress,
        arrival: &Arrival<'_>,
    ) -> Result<Finished, IdentityError> {
        let name = arrival.claims.name.as_deref().filter(|name| users::check_name(name).is_ok());
        let local = email.as_str().split('@').next().unwrap_or_default();
        let new = NewUser {
            password: NewPassword::None,
            ..NewUser::new(email.as_str(), name.unwrap_or(local), "")
        };
        let user = self.create_user(new).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let owner = Owner { user: user.id, session: None, ip: arrival.client.ip };
        let account = owner.lock_in_tx(&tx).await?;
        self.link_in_tx(&tx, &owner, arrival.link).await?;
        let finished = self.let_in_tx(&tx, &account, arrival).await?;
        tx.commit().await?;
        self.changes.forget(user.id);
        Ok(finished)
    }
}

impl Arrival<'_> {
    fn origin(&self, user: UserId, is_device_known: bool) -> crate::sign_ins::Origin<'_> {
        crate::sign_ins::Origin {
            user,
            device: self.waiting.device.as_deref(),
            is_device_known,
            user_agent: self.client.user_agent.as_deref(),
            ip: self.client.ip,
            transport: Transport::Cookie,
        }
    }
}
