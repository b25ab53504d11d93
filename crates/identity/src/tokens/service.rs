use std::time::Duration;

use deadpool_postgres::Transaction;
use kernel::Timestamp;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;
use kernel::secret::SecretToken;

use super::refresh;
use super::store::{self, Known};
use crate::error::IdentityError;
use crate::events::{IdentityEvent, tell_in_tx};
use crate::identity::Identity;
use crate::ids::{SessionId, UserId};
use crate::sessions::{self, EndReason, Secrets, SignedIn, Tokens};

/// For so long a client that lost the answer gets it again.
const GRACE: Duration = Duration::from_secs(10);

/// What a refresh token is good for at the moment.
enum Use {
    First,
    /// Again by the same client, at once: its answer was lost.
    Again(Vec<u8>),
    /// Somebody has a copy.
    Stolen,
    /// The session is over.
    Over,
}

impl Identity {
    /// Exchanges a refresh token for an access token and the next refresh token.
    pub(crate) async fn refresh(
        &self,
        text: &str,
        client_info: &ClientInfo,
    ) -> Result<SignedIn, IdentityError> {
        let token = SecretToken::parse(refresh::PREFIX, text);
        let hash = token.ok_or(IdentityError::RefreshTokenRefused)?.hash();
        self.current_keys().await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let known = store::lock(&tx, &hash).await?.ok_or(IdentityError::RefreshTokenRefused)?;
        let now = self.clock.now();
        let next = match self.judge(&known, client_info, now) {
            Use::Over => return Err(IdentityError::RefreshTokenRefused),
            Use::Again(nonce) => refresh::successor(&self.vault, &hash, &nonce),
            Use::First => {
                let nonce = refresh::nonce();
                let next = refresh::successor(&self.vault, &hash, &nonce);
                store::mark_used(&tx, &hash, &nonce, client_info.ip, now).await?;
                store::insert(&tx, known.session, known.generation + 1, &next.hash(), now).await?;
                sessions::store::touch_in_tx(&tx, known.session, client_info.ip, now).await?;
                next
            }
            Use::Stolen => {
                self.revoke_in_tx(&tx, known.user, known.session, client_info).await?;
                tx.commit().await?;
                self.changes.forget(known.user);
                return Err(IdentityError::RefreshTokenRefused);
            }
        };
        tx.commit().await?;
        self.caches.used(known.session, now);
        Ok(self.refreshed(&known, next))
    }

    fn judge(&self, known: &Known, client: &ClientInfo, now: Timestamp) -> Use {
        let (idle, absolute) = self.options.timeouts.of(known.roles.is_staff());
        let last_used_at = known.last_used_at.max(self.caches.last_used(known.session));
        let is_over = !known.is_open
            || now.since(known.began_at) >= absolute
            || now.since(last_used_at) >= idle;
        match &known.used {
            _ if is_over => Use::Over,
            None => Use::First,
            Some(used) => {
                let is_lost_answer = !used.is_successor_used
                    && used.from == client.ip
                    && now.since(used.at) <= GRACE;
                if is_lost_answer { Use::Again(used.nonce.clone()) } else { Use::Stolen }
            }
        }
    }

    async fn revoke_in_tx(
        &self,
        tx: &Transaction<'_>,
        user: UserId,
        session: SessionId,
        client: &ClientInfo,
    ) -> Result<(), IdentityError> {
        let reason = EndReason::RefreshTokenReused;
        self.end_session_in_tx(tx, user, session, AuditActor::System, reason).await?;
        let event = IdentityEvent::RefreshTokenReused { session_id: session, ip: client.ip };
        tell_in_tx(tx, &*self.clock, user, &[event]).await?;
        let entry = NewEntry::new(AuditActor::Anonymous, "identity.refresh_token.reused");
        let entry = entry.subject(user.as_u128()).object(session).ip(client.ip);
        audit::record_in_tx(tx, &*self.clock, &[entry]).await?;
        Ok(())
    }

    fn refreshed(&self, known: &Known, refresh: SecretToken) -> SignedIn {
        let (access, access_expires_at) = self.access_token(known.user, known.session, known.roles);
        let (_, absolute) = self.options.timeouts.of(known.roles.is_staff());
        SignedIn {
            user: known.user,
            session: known.session,
            secrets: Secrets::Tokens(Tokens { access, access_expires_at, refresh }),
            device_token: None,
            expires_at: known.began_at.saturating_add(absolute),
        }
    }
}
