//! How a session begins, however its user has proved who they are.

use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;
use kernel::secret::SecretToken;
use kernel::{DatabaseError, Timestamp};
use serde_json::json;

use super::store::Proof;
use super::{COOKIE_PREFIX, DEVICE_PREFIX, Transport, store};
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::{SessionId, UserId};
use crate::permissions::RoleSet;
use crate::tokens;

/// A session to begin.
pub(crate) struct NewSession<'s> {
    pub(crate) user: UserId,
    pub(crate) roles: RoleSet,
    pub(crate) transport: Transport,
    /// What the user calls the device.
    pub(crate) device: Option<&'s str>,
    /// Whether it has the token of a device that the user is known on.
    pub(crate) is_device_known: bool,
    pub(crate) client: &'s ClientInfo,
    /// How the user proved it, for the log: `password`, `email_code`, `totp`, `passkey`, ….
    pub(crate) method: &'static str,
}

/// What whoever signed in gets. Nothing of it is stored but hashes.
pub(crate) struct SignedIn {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) secrets: Secrets,
    /// To be sent with the next sign-in from this device; none if it has one.
    pub(crate) device_token: Option<SecretToken>,
    /// When the session ends at the latest.
    pub(crate) expires_at: Timestamp,
}

/// What proves the session from now on.
pub(crate) enum Secrets {
    Tokens(Tokens),
    Cookie(SecretToken),
}

/// An access token and what gets the next one.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) access_expires_at: Timestamp,
    pub(crate) refresh: SecretToken,
}

impl Identity {
    /// Begins a session, tells and records it. The user has proved who they are.
    pub(crate) async fn start_session_in_tx(
        &self,
        tx: &Transaction<'_>,
        new: &NewSession<'_>,
    ) -> Result<SignedIn, DatabaseError> {
        let (now, session) = (self.clock.now(), SessionId::generate());
        let (_, absolute) = self.options.timeouts.of(new.roles.is_staff());
        let user = new.user.as_u128();
        let entry = NewEntry::new(AuditActor::User(user), "identity.sign_in.succeeded")
            .subject(user)
            .object(session)
            .data(json!({ "method": new.method, "transport": new.transport.as_str() }))
            .ip(new.client.ip);
        let entries = [entry];
        // Sent together: none of them depends on what another answers.
        let (secrets, device_token, ()) = tokio::try_join!(
            self.secrets_in_tx(tx, session, new, now),
            self.device_token_in_tx(tx, session, new, now),
            audit::record_in_tx(tx, &*self.clock, &entries),
        )?;
        let expires_at = now.saturating_add(absolute);
        Ok(SignedIn { user: new.user, session, secrets, device_token, expires_at })
    }

    async fn secrets_in_tx(
        &self,
        tx: &Transaction<'_>,
        session: SessionId,
        new: &NewSession<'_>,
        now: Timestamp,
    ) -> Result<Secrets, DatabaseError> {
        match new.transport {
            Transport::Cookie => {
                let cookie = SecretToken::generate(COOKIE_PREFIX);
                store::insert(tx, session, new, &Proof::Cookie(cookie.hash()), now).await?;
                Ok(Secrets::Cookie(cookie))
            }
            Transport::Token => {
                let refresh = tokens::first_refresh_token();
                store::insert(tx, session, new, &Proof::Refresh(refresh.hash()), now).await?;
                let (access, access_expires_at) = self.access_token(new.user, session, new.roles);
                Ok(Secrets::Tokens(Tokens { access, access_expires_at, refresh }))
            }
        }
    }

    /// What a device is known by from now on; none if it is known already.
    async fn device_token_in_tx(
        &self,
        tx: &Transaction<'_>,
        session: SessionId,
        new: &NewSession<'_>,
        now: Timestamp,
    ) -> Result<Option<SecretToken>, DatabaseError> {
        if new.is_device_known {
            return Ok(None);
        }
        let token = SecretToken::generate(DEVICE_PREFIX);
        store::insert_device(tx, new.user, &token.hash(), now).await?;
        let added = IdentityEvent::DeviceAdded {
            session_id: session,
            device: new.device.map(str::to_owned).or_else(|| new.client.user_agent.clone()),
            ip: new.client.ip,
        };
        tell_in_tx(tx, &*self.clock, new.user, &[added]).await?;
        Ok(Some(token))
    }
}

/// Whether this is the token of a device that the user is known on; notes the day on which it was used.
pub(crate) async fn is_device_known_in_tx(
    tx: &Transaction<'_>,
    user: UserId,
    token: Option<&str>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    match token.and_then(|text| SecretToken::parse(DEVICE_PREFIX, text)) {
        Some(token) => store::is_device_known(tx, user, &token.hash(), now).await,
        None => Ok(false),
    }
}
