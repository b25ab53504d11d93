use std::sync::Arc;

use kernel::http::ClientInfo;
use kernel::secret::SecretToken;

use super::caches::Verified;
use super::{AuthError, Credential};
use crate::actor::{Actor, ActorKind};
use crate::api_keys;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::ids::SessionId;
use crate::sessions::{self, COOKIE_PREFIX, Live, Standing};
use crate::tokens;

impl Identity {
    /// Who the caller is. Without a look into the database where the token was seen before.
    pub async fn authenticate(
        &self,
        credential: Credential<'_>,
        client: &ClientInfo,
    ) -> Result<Actor, AuthError> {
        if !self.changes.are_known() {
            return Err(AuthError::Unavailable);
        }
        let (Credential::Bearer(text) | Credential::Cookie(text)) = credential;
        if matches!(credential, Credential::Bearer(_)) && text.starts_with(api_keys::PREFIX) {
            return api_keys::authenticate(self, text, client).await;
        }
        // A cookie is no bearer token and the other way round, so their hashes may share a cache
        // only with the kind in them.
        let hash = hash(credential);
        if let Some(verified) = self.caches.tokens.get(&hash)
            && let Some(answer) = self.remembered(&verified, client)
        {
            return answer;
        }
        self.look_up(credential, hash, client).await
    }

    /// The answer from memory, if memory has one.
    fn remembered(
        &self,
        verified: &Verified,
        client: &ClientInfo,
    ) -> Option<Result<Actor, AuthError>> {
        let now = self.clock.now();
        if now.as_micros() >= verified.expires_at {
            return Some(Err(AuthError::Expired));
        }
        let live = &verified.live;
        if self.changes.generation(live.user) != live.generation {
            return None;
        }
        match live.standing(now) {
            Standing::Ended => Some(Err(AuthError::Invalid)),
            Standing::Expired => Some(Err(AuthError::Expired)),
            // It may have been used on another node.
            Standing::Idle => None,
            Standing::Open => {
                if live.touch(now) {
                    self.touched.note(verified.session, now, client.ip);
                }
                Some(Ok(actor(verified.session, live)))
            }
        }
    }

    async fn look_up(
        &self,
        credential: Credential<'_>,
        hash: [u8; 32],
        client: &ClientInfo,
    ) -> Result<Actor, AuthError> {
        let (session, live, expires_at) = match credential {
            Credential::Bearer(text) => {
                let claims = tokens::verify(self, text).await?;
                let live = self.live(claims.session).await.map_err(unavailable)?;
                let live = live.filter(|live| live.user == claims.user);
                (claims.session, live, claims.expires_at.as_micros())
            }
            Credential::Cookie(text) => {
                let cookie = SecretToken::parse(COOKIE_PREFIX, text).ok_or(AuthError::Invalid)?;
                let found = self.live_by_cookie(&cookie.hash()).await.map_err(unavailable)?;
                let (session, live) = found.ok_or(AuthError::Invalid)?;
                (session, Some(live), i64::MAX)
            }
        };
        let live = live.ok_or(AuthError::Invalid)?;
        let verified = Verified { expires_at, session, live };
        self.caches.tokens.insert(hash, verified.clone());
        if let Some(answer) = self.remembered(&verified, client) {
            return answer;
        }
        // It was read just now: either it is idle, or it has changed this very moment.
        let now = self.clock.now();
        match verified.live.standing(now) {
            Standing::Idle => Err(AuthError::Expired),
            _ => self.changed_meanwhile(session).await,
        }
    }

    /// Its user has changed while it was read; what is read now is later than that.
    async fn changed_meanwhile(&self, session: SessionId) -> Result<Actor, AuthError> {
        let live = self.read_live(session).await.map_err(unavailable)?;
        let live = live.ok_or(AuthError::Invalid)?;
        match live.standing(self.clock.now()) {
            Standing::Open => Ok(actor(session, &live)),
            Standing::Ended => Err(AuthError::Invalid),
            Standing::Expired | Standing::Idle => Err(AuthError::Expired),
        }
    }

    /// A session as it is remembered, if that is not out of date, or as it is stored.
    async fn live(&self, session: SessionId) -> Result<Option<Arc<Live>>, IdentityError> {
        let known = self.caches.sessions.get(&session).filter(|live| {
            self.changes.generation(live.user) == live.generation
                && !matches!(live.standing(self.clock.now()), Standing::Idle)
        });
        match known {
            Some(live) => Ok(Some(live)),
            None => self.read_live(session).await,
        }
    }

    async fn read_live(&self, session: SessionId) -> Result<Option<Arc<Live>>, IdentityError> {
        let client = self.database.client().await?;
        let Some(user) = sessions::store::user_of(&client, session).await? else {
            return Ok(None);
        };
        let generation = self.changes.generation(user);
        let stored = sessions::store::live(&client, session).await?;
        Ok(stored.map(|stored| {
            let live = Arc::new(stored.live(generation, &self.options.timeouts));
            self.caches.sessions.insert(session, Arc::clone(&live));
            live
        }))
    }

    async fn live_by_cookie(
        &self,
        hash: &[u8; 32],
    ) -> Result<Option<(SessionId, Arc<Live>)>, IdentityError> {
        let client = self.database.client().await?;
        let Some(session) = sessions::store::by_cookie(&client, hash).await? else {
            return Ok(None);
        };
        drop(client);
        Ok(self.live(session).await?.map(|live| (session, live)))
    }
}

fn actor(session: SessionId, live: &Live) -> Actor {
    Actor {
        kind: ActorKind::Session { user: live.user, session },
        permissions: live.permissions,
        is_frozen: live.is_frozen,
    }
}

fn hash(credential: Credential<'_>) -> [u8; 32] {
    match credential {
        Credential::Bearer(text) => *blake3::hash(text.as_bytes()).as_bytes(),
        Credential::Cookie(text) => {
            *blake3::Hasher::new().update(b"cookie\0").update(text.as_bytes()).finalize().as_bytes()
        }
    }
}

/// The cause is for the log: whoever can't be checked isn't let in.
fn unavailable(error: IdentityError) -> AuthError {
    tracing::warn!(%error, "a caller could not be checked");
    AuthError::Unavailable
}
