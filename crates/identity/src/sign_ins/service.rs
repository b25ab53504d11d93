use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;
use serde_json::json;

use super::store::{self, Waiting};
use super::{CONFIRM_MAX, Method, Origin, Pending};
use crate::challenges::{Answer, NewChallenge, Purpose};
use crate::credential_changes::Owner;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::{SignInId, UserId};
use crate::limits::Attempt;
use crate::passwords;
use crate::provider_sign_ins::Link;
use crate::second_factors::SecondFactor;
use crate::sessions::{self, NewSession, SignedIn, Transport};
use crate::totp;
use crate::users::store::Account;
use crate::users::{self, Confirmation, UserKey};

/// What somebody signs in with.
pub(crate) struct Credentials {
    /// An e-mail address or a handle.
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) device: Option<String>,
    pub(crate) device_token: Option<String>,
    pub(crate) transport: Transport,
}

/// What the right password came to.
pub(crate) enum Outcome {
    SignedIn(Box<SignedIn>),
    ConfirmationRequired(Pending),
}

/// What confirms a sign-in.
pub(crate) enum Proof<'p> {
    Code(&'p str),
    Link(&'p str),
    Factor(SecondFactor<'p>),
}

impl Proof<'_> {
    const fn method(&self) -> Method {
        match self {
            Self::Code(_) | Self::Link(_) => Method::EmailCode,
            Self::Factor(SecondFactor::Totp(_)) => Method::Totp,
            Self::Factor(SecondFactor::RecoveryCode(_)) => Method::RecoveryCode,
        }
    }
}

impl Identity {
    /// Signs in with a password.
    pub(crate) async fn sign_in(
        &self,
        given: Credentials,
        client_info: &ClientInfo,
    ) -> Result<Outcome, IdentityError> {
        let (login, now) = (given.login.trim(), self.clock.now());
        self.limiters.take(Attempt::SignIn, client_info, Some(login), now).await?;
        let key = if login.contains('@') { UserKey::Email(login) } else { UserKey::Handle(login) };
        let account = self.account(key).await?;
        let usable = account.as_ref().filter(|account| account.may_try_password());
        let stored = usable.and_then(|account| account.password_hash.clone());
        let stored = stored.filter(|_| passwords::is_possible(&given.password));
        let verdict = self.passwords.verify(given.password.clone(), stored.clone()).await?;
        let Some((account, stored)) = account.as_ref().zip(stored).filter(|_| verdict.is_right)
        else {
            let entry = refused("password", client_info);
            self.refuse_password(account.map(|account| account.user.id), entry).await?;
            return Err(IdentityError::SignInRefused);
        };
        if !account.user.is_email_verified {
            let device = client_info.user_agent.as_deref();
            self.send_challenge(account, Purpose::VerifyEmail, device).await?;
            return Err(IdentityError::EmailUnverified);
        }
        if verdict.is_outdated {
            let fresh = self.passwords.hash(given.password.clone()).await?;
            let client = self.database.client().await?;
            users::store::rehash_password(&client, account.user.id, (&stored, &fresh)).await?;
        }
        self.admit(account, &given, client_info).await
    }

    /// Begins the session, or asks for a confirmation. The password was right.
    async fn admit(
        &self,
        account: &Account,
        given: &Credentials,
        client_info: &ClientInfo,
    ) -> Result<Outcome, IdentityError> {
        self.current_keys().await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (user, token) = (account.user.id, given.device_token.as_deref());
        // What is asked below has to be asked behind the lock.
        let known = users::store::lock(&tx, user).await?;
        let known =
            known.filter(|known| known.may_try_password() && has_same_password(known, account));
        let account = &known.ok_or(IdentityError::SignInRefused)?;
        if account.password_failures > 0 {
            users::store::clear_failures(&tx, user).await?;
        }
        let (is_device_known, has_totp) = tokio::try_join!(
            sessions::is_device_known_in_tx(&tx, user, token, self.clock.now()),
            totp::is_enabled(&tx, user),
        )?;
        let methods = self.methods_of(account, &given.password, is_device_known, has_totp);
        let outcome = if methods.is_empty() {
            let new = NewSession {
                user: account.user.id,
                roles: account.user.roles,
                transport: given.transport,
                device: given.device.as_deref(),
                is_device_known,
                client: client_info,
                method: "password",
            };
            Outcome::SignedIn(Box::new(self.start_session_in_tx(&tx, &new).await?))
        } else {
            let origin = Origin {
                user: account.user.id,
                device: given.device.as_deref(),
                is_device_known,
                user_agent: client_info.user_agent.as_deref(),
                ip: client_info.ip,
                transport: given.transport,
            };
            let pending = self.ask_in_tx(&tx, account, (methods, None), &origin).await?;
            Outcome::ConfirmationRequired(pending)
        };
        tx.commit().await?;
        Ok(outcome)
    }

    /// Begins a session of somebody who has proved nothing. No device is made known with it, so
    /// nobody is told of a new one.
    pub(crate) async fn begin_unproved(
        &self,
        user: UserId,
        client_info: &ClientInfo,
    ) -> Result<SignedIn, IdentityError> {
        self.limiters.take(Attempt::SignIn, client_info, None, self.clock.now()).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let account = users::store::lock(&tx, user).await?.ok_or(IdentityError::UserNotFound)?;
        let new = NewSession {
            user,
            roles: account.user.roles,
            transport: Transport::Cookie,
            device: None,
            is_device_known: true,
            client: client_info,
            method: "demo",
        };
        let begun = self.start_session_in_tx(&tx, &new).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// How the sign-in has to be confirmed; empty if it needn't be.
    fn methods_of(
        &self,
        account: &Account,
        password: &str,
        is_device_known: bool,
        has_totp: bool,
    ) -> Vec<Method> {
        if has_totp {
            return vec![Method::Totp, Method::RecoveryCode];
        }
        let is_wanted = match self.confirmation_of(account) {
            Confirmation::Always => true,
            Confirmation::Never => false,
            // Who can look at others doesn't rely on one password and a browser that somebody may
            // have left open.
            Confirmation::NewDevices => !is_device_known || account.user.roles.is_staff(),
        };
        // A short one was set beside something that is gone since, or imported.
        let is_needed = is_wanted || !passwords::is_enough_alone(password);
        if is_needed { vec![Method::EmailCode] } else { Vec::new() }
    }

    /// Asks for a confirmation; with a provider to link when it is given.
    pub(crate) async fn ask_in_tx(
        &self,
        tx: &Transaction<'_>,
        account: &Account,
        (methods, link): (Vec<Method>, Option<&Link>),
        origin: &Origin<'_>,
    ) -> Result<Pending, IdentityError> {
        let now = self.clock.now();
        let expires_at = now.saturating_add(CONFIRM_MAX);
        let pending = Pending { id: SignInId::generate(), methods, expires_at };
        store::insert(tx, &pending, (origin, link), now).await?;
        if pending.methods.contains(&Method::EmailCode) {
            let device = origin.device.or(origin.user_agent);
            self.mail_in_tx(tx, account, pending.id, (device, link)).await?;
        }
        Ok(pending)
    }

    async fn mail_in_tx(
        &self,
        tx: &Transaction<'_>,
        account: &Account,
        sign_in: SignInId,
        (device, link): (Option<&str>, Option<&Link>),
    ) -> Result<(), IdentityError> {
        let provider = link.and_then(|link| self.providers.get(&link.provider));
        let challenge = NewChallenge {
            user: account.user.id,
            purpose: purpose_of(link),
            email: &account.user.email,
            sign_in: Some(sign_in),
            registration: None,
            device,
            provider: provider.as_ref().map(|provider| provider.config.label.as_str()),
        };
        Ok(self.challenge_in_tx(tx, challenge).await?)
    }

    /// Confirms a sign-in and begins its session.
    pub(crate) async fn confirm_sign_in(
        &self,
        id: SignInId,
        proof: Proof<'_>,
        client_info: &ClientInfo,
    ) -> Result<SignedIn, IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::Confirm, client_info, Some(&id.to_text()), now).await?;
        self.current_keys().await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let waiting = store::lock(&tx, id, now).await?.ok_or(IdentityError::SignInNotFound)?;
        let method = proof.method();
        if !waiting.methods.contains(&method) {
            return Err(IdentityError::MethodNotAllowed);
        }
        let account = users::store::by_key(&tx, UserKey::Id(waiting.user)).await?;
        let account = account.filter(|account| !account.is_deleted());
        let account = account.ok_or(IdentityError::SignInNotFound)?;
        if let Err(refusal) = self.check_proof_in_tx(&tx, id, &waiting, &proof).await? {
            store::count_try(&tx, id).await?;
            let entry = refused(method.as_str(), client_info);
            let entry = entry.subject(waiting.user.as_u128());
            audit::record_in_tx(&tx, &*self.clock, &[entry]).await?;
            tx.commit().await?;
            return Err(refusal);
        }
        store::finish(&tx, id, now).await?;
        if let Some(link) = &waiting.link {
            let owner = Owner { user: waiting.user, session: None, ip: client_info.ip };
            self.link_in_tx(&tx, &owner, link).await?;
        }
        let new = NewSession {
            user: waiting.user,
            roles: account.user.roles,
            transport: waiting.transport,
            device: waiting.device.as_deref(),
            is_device_known: waiting.is_device_known,
            client: client_info,
            method: method.as_str(),
        };
        let signed_in = self.start_session_in_tx(&tx, &new).await?;
        tx.commit().await?;
        if waiting.link.is_some() {
            self.changes.forget(waiting.user);
        }
        Ok(signed_in)
    }

    async fn check_proof_in_tx(
        &self,
        tx: &Transaction<'_>,
        id: SignInId,
        waiting: &Waiting,
        proof: &Proof<'_>,
    ) -> Result<Result<(), IdentityError>, IdentityError> {
        let answer = match proof {
            Proof::Factor(given) => return self.check_factor_in_tx(tx, waiting.user, *given).await,
            Proof::Code(code) => Answer::Code(waiting.user, code),
            Proof::Link(token) => Answer::Link(token),
        };
        let found =
            self.answered_in_tx(tx, purpose_of(waiting.link.as_ref()), Some(id), &answer).await?;
        let Some(challenge) = found else { return Ok(Err(IdentityError::ChallengeRefused)) };
        self.close_challenges_in_tx(tx, &challenge).await?;
        Ok(Ok(()))
    }

    /// Sends the mail of a sign-in again.
    pub(crate) async fn resend_sign_in(
        &self,
        id: SignInId,
        client_info: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        self.limiters.take(Attempt::Mail, client_info, Some(&id.to_text()), now).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let waiting = store::lock(&tx, id, now).await?.ok_or(IdentityError::SignInNotFound)?;
        if !waiting.methods.contains(&Method::EmailCode) {
            return Err(IdentityError::MethodNotAllowed);
        }
        let account = users::store::by_key(&tx, UserKey::Id(waiting.user)).await?;
        let account = account.ok_or(IdentityError::SignInNotFound)?;
        let about = (waiting.device.as_deref(), waiting.link.as_ref());
        self.mail_in_tx(&tx, &account, id, about).await?;
        Ok(tx.commit().await?)
    }
}

/// Whether the password that was right is so still: comparing takes a while, and the account may
/// have got another one meanwhile. A fresh hash of the same one leaves the version as it is.
fn has_same_password(now: &Account, before: &Account) -> bool {
    now.password_hash == before.password_hash || now.user.version == before.user.version
}

/// What the log says of a wrong password or proof.
fn refused(method: &str, client_info: &ClientInfo) -> NewEntry {
    NewEntry::new(AuditActor::Anonymous, "identity.sign_in.refused")
        .data(json!({ "method": method }))
        .ip(client_info.ip)
}

/// What the mail about a sign-in is for.
const fn purpose_of(link: Option<&Link>) -> Purpose {
    match link {
        Some(_) => Purpose::LinkIdentity,
        None => Purpose::SignIn,
    }
}
