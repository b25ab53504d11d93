//! What a request with an application's token goes through. A token is remembered together with
//! the generation of its user, so whatever ends it counts within a second everywhere.

use std::sync::Arc;

use identity::{Actor, ActorKind, ApplicationId, AuthError, PermissionSet, UserId, UserStatus};
use kernel::Timestamp;
use kernel::secret::SecretToken;
use moka::sync::Cache;

use crate::error::OauthError;
use crate::grants::{ACCESS_PREFIX, store};
use crate::oauth::Oauth;
use crate::scopes::Scopes;

const TOKENS_REMEMBERED_MAX: u64 = 100_000;

/// A token that was looked up and was good.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) user: UserId,
    application: ApplicationId,
    pub(crate) scopes: Scopes,
    /// What its scopes and its user's roles have in common.
    permissions: PermissionSet,
    is_frozen: bool,
    expires_at: Timestamp,
    /// Of its user, from before it was read.
    generation: u64,
}

/// The tokens that were looked up, by their hash.
pub(crate) struct KnownTokens(Cache<[u8; 32], Arc<Known>>);

impl KnownTokens {
    pub(crate) fn new() -> Self {
        Self(Cache::new(TOKENS_REMEMBERED_MAX))
    }
}

/// Whether a bearer token is for this context to judge.
pub fn is_access_token(text: &str) -> bool {
    text.starts_with(ACCESS_PREFIX)
}

impl Oauth {
    /// Who calls with this token. Without a look into the database where it was seen before.
    pub async fn authenticate(&self, text: &str) -> Result<Actor, AuthError> {
        let known = self.known_token(text).await?;
        let (user, application) = (known.user, known.application);
        Ok(Actor {
            kind: ActorKind::Application { user, application },
            permissions: known.permissions,
            is_frozen: known.is_frozen,
        })
    }

    /// A token that is good at this moment.
    pub(crate) async fn known_token(&self, text: &str) -> Result<Arc<Known>, AuthError> {
        if !self.identity.changes_are_known() {
            return Err(AuthError::Unavailable);
        }
        let hash = *blake3::hash(text.as_bytes()).as_bytes();
        let remembered = self.known_tokens.0.get(&hash);
        let is_current =
            |known: &Arc<Known>| self.identity.generation(known.user) == known.generation;
        let known = match remembered.filter(is_current) {
            Some(known) => known,
            None => {
                SecretToken::parse(ACCESS_PREFIX, text).ok_or(AuthError::Invalid)?;
                let known = self.look_up(&hash).await.map_err(|error| {
                    tracing::warn!(%error, "an application's token could not be checked");
                    AuthError::Unavailable
                })?;
                known.ok_or(AuthError::Invalid)?
            }
        };
        if known.expires_at <= self.clock.now() {
            return Err(AuthError::Expired);
        }
        Ok(known)
    }

    async fn look_up(&self, hash: &[u8; 32]) -> Result<Option<Arc<Known>>, OauthError> {
        let client = self.database.client().await?;
        let Some(user) = store::user_of_access(&client, hash).await? else { return Ok(None) };
        // What changes from here on makes what is read next out of date.
        let generation = self.identity.generation(user);
        let token = store::access(&client, hash).await?.filter(|token| token.is_open);
        drop(client);
        let Some(token) = token else { return Ok(None) };
        let found = self.identity.user(user).await?;
        let Some(found) = found.filter(|it| it.status != UserStatus::Deleted) else {
            return Ok(None);
        };
        let known = Arc::new(Known {
            user,
            application: token.grant.application,
            permissions: token.scopes.permissions().intersection(found.roles.permissions()),
            is_frozen: found.status == UserStatus::Frozen,
            scopes: token.scopes,
            expires_at: token.expires_at,
            generation,
        });
        self.known_tokens.0.insert(*hash, Arc::clone(&known));
        Ok(Some(known))
    }
}
