//! The next access token of a grant. Each refresh token is used once: whoever shows a used one has
//! a copy, or the application has lost count, and nobody can tell which; so the grant ends.

use deadpool_postgres::Transaction;
use kernel::audit::{self, AuditActor, NewEntry};
use kernel::http::ClientInfo;
use kernel::secret::SecretToken;

use super::Tokens;
use super::service::asked;
use crate::applications::Application;
use crate::events::{About, OauthEvent, tell_in_tx};
use crate::grants::store::{self, RefreshToken};
use crate::grants::{EndReason, REFRESH_PREFIX};
use crate::oauth::Oauth;
use crate::protocol::ProtocolError;

const REFUSED: ProtocolError = ProtocolError::InvalidGrant(
    "the refresh token is unknown, used, expired, revoked or another application's",
);

impl Oauth {
    /// Exchanges a refresh token for the next one and an access token.
    pub(crate) async fn refresh(
        &self,
        application: &Application,
        (text, scope): (&str, Option<&str>),
        client_info: &ClientInfo,
    ) -> Result<Tokens, ProtocolError> {
        let token = SecretToken::parse(REFRESH_PREFIX, text).ok_or(REFUSED)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let known = store::lock_refresh(&tx, &token.hash()).await?;
        let known = known.filter(|it| it.grant.application == application.id).ok_or(REFUSED)?;
        let now = self.clock.now();
        if !known.is_open || known.expires_at <= now {
            return Err(REFUSED);
        }
        if known.is_used {
            self.stolen_in_tx(&tx, application, &known, client_info).await?;
            tx.commit().await?;
            self.identity.forget(known.grant.user);
            return Err(REFUSED);
        }
        // What the application may ask for may have become less.
        let allowed = known.grant.scopes.intersection(&application.details.scopes);
        let scopes = asked(scope, &allowed)?;
        let next = SecretToken::generate(REFRESH_PREFIX);
        store::mark_refresh_used(&tx, &token.hash(), now).await?;
        store::insert_refresh(&tx, known.grant.id, &next.hash(), now).await?;
        let tokens = self.tokens_in_tx(&tx, &known.grant, scopes, (Some(next), None)).await?;
        tx.commit().await?;
        Ok(tokens)
    }

    async fn stolen_in_tx(
        &self,
        tx: &Transaction<'_>,
        application: &Application,
        known: &RefreshToken,
        client_info: &ClientInfo,
    ) -> Result<(), ProtocolError> {
        let (grant, user) = (known.grant.id, known.grant.user);
        let reason = EndReason::RefreshTokenReused;
        self.end_grant_in_tx(tx, (grant, user), AuditActor::System, reason).await?;
        let about = About {
            application_id: application.id,
            application_name: &application.details.name,
            ip: Some(client_info.ip),
        };
        tell_in_tx(tx, &*self.clock, user, OauthEvent::RefreshTokenReused, &about).await?;
        let entry = NewEntry::new(AuditActor::Anonymous, "oauth.refresh_token.reused");
        let entry = entry.subject(user.as_u128()).object(grant).ip(client_info.ip);
        Ok(audit::record_in_tx(tx, &*self.clock, &[entry]).await?)
    }
}
