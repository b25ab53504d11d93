//! What an application may know of its tokens, and how it gives them back.

use identity::UserId;
use kernel::Timestamp;
use kernel::audit::AuditActor;
use kernel::secret::SecretToken;

use crate::applications::{Application, Kind};
use crate::grants::store;
use crate::grants::{ACCESS_PREFIX, EndReason, REFRESH_PREFIX};
use crate::ids::GrantId;
use crate::oauth::Oauth;
use crate::protocol::ProtocolError;
use crate::scopes::Scopes;

/// A token that is good at the moment.
#[derive(Debug)]
pub(crate) struct Inspected {
    pub(crate) is_access: bool,
    pub(crate) user: UserId,
    pub(crate) scopes: Scopes,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    grant: GrantId,
}

impl Oauth {
    /// What a token is good for. Another application's is as unknown as one that never was.
    pub(crate) async fn introspect(
        &self,
        application: &Application,
        text: &str,
    ) -> Result<Option<Inspected>, ProtocolError> {
        // Everybody can say a public application's id.
        if application.kind == Kind::Public {
            return Err(ProtocolError::UnauthorizedClient);
        }
        let found = self.find(application, text).await?;
        Ok(found.filter(|token| token.expires_at > self.clock.now()))
    }

    /// Ends a token, at once and everywhere; a refresh token with all that follows from its grant.
    pub(crate) async fn revoke(
        &self,
        application: &Application,
        text: &str,
    ) -> Result<(), ProtocolError> {
        let Some(found) = self.find(application, text).await? else { return Ok(()) };
        let (user, actor) = (found.user, AuditActor::Application(application.id.as_u128()));
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if found.is_access {
            let hash = *blake3::hash(text.as_bytes()).as_bytes();
            store::revoke_access(&tx, &hash, self.clock.now()).await?;
            self.identity.record_change_in_tx(&tx, user).await?;
        } else {
            self.end_grant_in_tx(&tx, (found.grant, user), actor, EndReason::Revoked).await?;
        }
        tx.commit().await?;
        self.identity.forget(user);
        Ok(())
    }

    /// One of the application's tokens, if it and its grant haven't ended.
    async fn find(
        &self,
        application: &Application,
        text: &str,
    ) -> Result<Option<Inspected>, ProtocolError> {
        let client = self.database.client().await?;
        let (grant, found) = if let Some(token) = SecretToken::parse(ACCESS_PREFIX, text) {
            let Some(token) = store::access(&client, &token.hash()).await? else {
                return Ok(None);
            };
            let times = (token.created_at, token.expires_at);
            (token.grant, token.is_open.then_some((true, token.scopes, times)))
        } else if let Some(token) = SecretToken::parse(REFRESH_PREFIX, text) {
            let Some(token) = store::refresh(&client, &token.hash()).await? else {
                return Ok(None);
            };
            let is_good = token.is_open && !token.is_used;
            let times = (token.created_at, token.expires_at);
            let scopes = token.grant.scopes.clone();
            (token.grant, is_good.then_some((false, scopes, times)))
        } else {
            return Ok(None);
        };
        let found = found.filter(|_| grant.application == application.id);
        Ok(found.map(|(is_access, scopes, (created_at, expires_at))| Inspected {
            is_access,
            user: grant.user,
            scopes,
            created_at,
            expires_at,
            grant: grant.id,
        }))
    }
}
