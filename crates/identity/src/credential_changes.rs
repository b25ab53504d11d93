//! What every change to a credential does besides: the user is told (by an event, from which mail
//! follows), the audit log knows, and every node forgets what it remembers of the user. All of it
//! in the transaction of the change.

use std::net::IpAddr;
use std::time::Duration;

use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;
use kernel::{Clock, DatabaseError, Problem};
use serde_json::json;

use crate::actor::Actor;
use crate::changes;
use crate::credential_error::CredentialError;
use crate::error::IdentityError;
use crate::events::{self, IdentityEvent};
use crate::identity::Identity;
use crate::ids::{SessionId, UserId};
use crate::users;
use crate::users::store::Account;

/// What was added or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential {
    Totp,
    RecoveryCodes,
    Passkey,
    ApiKey,
    /// An outside provider.
    Provider,
}

impl Credential {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::RecoveryCodes => "recovery_codes",
            Self::Passkey => "passkey",
            Self::ApiKey => "api_key",
            Self::Provider => "provider",
        }
    }

    fn event(self, name: &str) -> events::Credential {
        events::Credential { credential: self.as_str().to_owned(), name: name.to_owned() }
    }
}

/// The person whose credential changes, from where, in which session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) user: UserId,
    /// `None` while they sign in.
    pub(crate) session: Option<SessionId>,
    pub(crate) ip: IpAddr,
}

impl Owner {
    /// Only a person who is signed in changes credentials; programs don't.
    pub(crate) fn of(actor: &Actor, client: &ClientInfo) -> Result<Self, Problem> {
        let (user, session) = actor.require_session()?;
        Ok(Self { user, session: Some(session), ip: client.ip })
    }

    /// Locks the user before anything of theirs is locked, so that what happens to one user at the
    /// same time waits in one order, and nothing is added to who has left.
    pub(crate) async fn lock_in_tx(&self, tx: &Transaction<'_>) -> Result<Account, IdentityError> {
        let account = users::store::lock(tx, self.user).await?;
        account.ok_or(IdentityError::UserNotFound)
    }

    /// `name` is for the user; `object`, the id if it has one, for the audit log.
    pub(crate) async fn added_in_tx(
        &self,
        tx: &Transaction<'_>,
        clock: &dyn Clock,
        credential: Credential,
        (object, name): (Option<String>, &str),
    ) -> Result<(), DatabaseError> {
        let event = IdentityEvent::CredentialAdded(credential.event(name));
        self.tell_in_tx(tx, clock, event, (credential, object)).await
    }

    pub(crate) async fn removed_in_tx(
        &self,
        tx: &Transaction<'_>,
        clock: &dyn Clock,
        credential: Credential,
        (object, name): (Option<String>, &str),
    ) -> Result<(), DatabaseError> {
        let event = IdentityEvent::CredentialRemoved(credential.event(name));
        self.tell_in_tx(tx, clock, event, (credential, object)).await
    }

    /// Records that a proof of theirs was wrong.
    pub(crate) async fn refused_in_tx(
        &self,
        tx: &Transaction<'_>,
        clock: &dyn Clock,
    ) -> Result<(), DatabaseError> {
        let entry = NewEntry::new(self.audit(), "identity.second_factor.refused")
            .subject(self.user.as_u128())
            .ip(self.ip);
        audit::record_in_tx(tx, clock, &[entry]).await
    }

    pub(crate) const fn audit(&self) -> AuditActor {
        AuditActor::User(self.user.as_u128())
    }

    async fn tell_in_tx(
        &self,
        tx: &Transaction<'_>,
        clock: &dyn Clock,
        event: IdentityEvent,
        (credential, object): (Credential, Option<String>),
    ) -> Result<(), DatabaseError> {
        // Names are the user's own words. They have no place in a log that can't be erased.
        let entry = NewEntry {
            object,
            ..NewEntry::new(self.audit(), event.kind())
                .subject(self.user.as_u128())
                .data(json!({ "credential": credential.as_str() }))
                .ip(self.ip)
        };
        events::tell_in_tx(tx, clock, self.user, &[event]).await?;
        audit::record_in_tx(tx, clock, &[entry]).await?;
        changes::record_in_tx(tx, clock, Some(self.user)).await
    }
}

/// A session this new is proof enough of who is there.
const RECENT: Duration = Duration::from_secs(10 * 60);

impl Identity {
    /// The person is there, who adds a way in: they signed in a moment ago, or know the password.
    pub(crate) async fn prove_presence(
        &self,
        owner: &Owner,
        client: &ClientInfo,
        password: Option<&str>,
    ) -> Result<(), IdentityError> {
        if let Some(password) = password {
            self.check_password(owner.user, password, client).await?;
            return Ok(());
        }
        let signed_in_at = match owner.session {
            Some(session) => self.signed_in_at(session).await?,
            None => None,
        };
        match signed_in_at {
            Some(at) if self.clock.now().since(at) < RECENT => Ok(()),
            _ => Err(CredentialError::PasswordRequired.into()),
        }
    }
}
