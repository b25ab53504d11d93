use deadpool_postgres::Transaction;
use identity::UserStatus;
use kernel::audit::{AuditActor, NewEntry, record_in_tx};
use kernel::http::ClientInfo;
use kernel::secret::SecretToken;

use super::{Tokens, is_verifier_of};
use crate::applications::{Application, GrantType};
use crate::device_requests;
use crate::error::OauthError;
use crate::grants::{self, ACCESS_PREFIX, EndReason, Grant, REFRESH_PREFIX};
use crate::id_tokens::Subject;
use crate::ids::GrantId;
use crate::oauth::Oauth;
use crate::protocol::ProtocolError;
use crate::requests::{self, CODE_PREFIX};
use crate::scopes::{Scope, Scopes};

const CODE_REFUSED: ProtocolError = ProtocolError::InvalidGrant(
    "the code is unknown, used, expired, another application's, or its redirect_uri or code_verifier is wrong",
);

/// What comes with a code.
pub(crate) struct CodeExchange<'e> {
    pub(crate) code: &'e str,
    pub(crate) redirect_uri: &'e str,
    pub(crate) verifier: &'e str,
}

impl Oauth {
    /// Exchanges a code. Whoever shows one again ends what it was exchanged for.
    pub(crate) async fn exchange_code(
        &self,
        application: &Application,
        given: &CodeExchange<'_>,
        client_info: &ClientInfo,
    ) -> Result<Tokens, ProtocolError> {
        require(application, GrantType::AuthorizationCode)?;
        let code = SecretToken::parse(CODE_PREFIX, given.code).ok_or(CODE_REFUSED)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let request = requests::store::lock_by_code(&tx, &code.hash()).await?;
        let request = request.filter(|it| it.application == application.id).ok_or(CODE_REFUSED)?;
        let now = self.clock.now();
        if let Some(grant) = request.grant {
            let ended = (grant, request.user);
            self.end_grant_in_tx(&tx, ended, AuditActor::System, EndReason::CodeReused).await?;
            let entry = NewEntry::new(AuditActor::Anonymous, "oauth.code.reused")
                .subject(request.user.as_u128())
                .object(application.id)
                .ip(client_info.ip);
            record_in_tx(&tx, &*self.clock, &[entry]).await?;
            tx.commit().await?;
            self.identity.forget(request.user);
            return Err(CODE_REFUSED);
        }
        let is_right = request.code_expires_at > now
            && request.redirect_uri == given.redirect_uri
            && is_verifier_of(&request.code_challenge, given.verifier);
        if !is_right {
            return Err(CODE_REFUSED);
        }
        let grant = Grant {
            id: GrantId::generate(),
            application: application.id,
            user: request.user,
            kind: GrantType::AuthorizationCode,
            scopes: request.scopes,
            authenticated_at: Some(request.authenticated_at),
        };
        let tokens = self.begin_grant_in_tx(&tx, &grant, request.nonce.as_deref()).await?;
        requests::store::mark_used(&tx, &code.hash(), grant.id, now).await?;
        tx.commit().await?;
        Ok(tokens)
    }

    /// Gives an application a token with which it acts for its owner.
    pub(crate) async fn client_credentials(
        &self,
        application: &Application,
        scope: Option<&str>,
    ) -> Result<Tokens, ProtocolError> {
        require(application, GrantType::ClientCredentials)?;
        let operations = |scope: Scopes| {
            let operations = scope.permissions().iter().map(Scope::Operations);
            operations.collect::<Scopes>()
        };
        let allowed = operations(application.details.scopes.clone());
        // Nobody has signed in, so there is nobody to learn of and nothing to refresh.
        let scopes = asked(scope, &allowed)?;
        let grant = Grant {
            id: GrantId::generate(),
            application: application.id,
            user: application.owner,
            kind: GrantType::ClientCredentials,
            scopes,
            authenticated_at: None,
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let tokens = self.begin_grant_in_tx(&tx, &grant, None).await?;
        tx.commit().await?;
        Ok(tokens)
    }

    /// Answers a device that asks whether its user has decided (RFC 8628, 3.5).
    pub(crate) async fn exchange_device_code(
        &self,
        application: &Application,
        code: &str,
    ) -> Result<Tokens, ProtocolError> {
        require(application, GrantType::DeviceCode)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let asked = device_requests::poll_in_tx(&tx, application.id, code, self.clock.now()).await;
        let allowed = match asked {
            Ok(allowed) => allowed,
            Err(refusal) => {
                // That it asked counts also when it asked too often.
                tx.commit().await?;
                return Err(refusal);
            }
        };
        let grant = Grant {
            id: GrantId::generate(),
            application: application.id,
            user: allowed.user,
            kind: GrantType::DeviceCode,
            scopes: allowed.scopes,
            authenticated_at: Some(allowed.authenticated_at),
        };
        let tokens = self.begin_grant_in_tx(&tx, &grant, None).await?;
        tx.commit().await?;
        Ok(tokens)
    }

    /// Writes a grant with its first tokens.
    async fn begin_grant_in_tx(
        &self,
        tx: &Transaction<'_>,
        grant: &Grant,
        nonce: Option<&str>,
    ) -> Result<Tokens, ProtocolError> {
        let now = self.clock.now();
        grants::store::insert(tx, grant, now).await?;
        let has_refresh = grant.scopes.has(Scope::OfflineAccess);
        let refresh = has_refresh.then(|| SecretToken::generate(REFRESH_PREFIX));
        if let Some(refresh) = &refresh {
            grants::store::insert_refresh(tx, grant.id, &refresh.hash(), now).await?;
        }
        self.tokens_in_tx(tx, grant, grant.scopes.clone(), (refresh, nonce)).await
    }

    /// Makes an access token of a grant, with the id_token that goes with it.
    pub(super) async fn tokens_in_tx(
        &self,
        tx: &Transaction<'_>,
        grant: &Grant,
        scopes: Scopes,
        (refresh, nonce): (Option<SecretToken>, Option<&str>),
    ) -> Result<Tokens, ProtocolError> {
        let user = self.identity.user(grant.user).await.map_err(OauthError::from)?;
        let user = user.filter(|user| user.status != UserStatus::Deleted);
        let user = user.ok_or(ProtocolError::InvalidGrant("the user is gone"))?;
        let (access, now) = (SecretToken::generate(ACCESS_PREFIX), self.clock.now());
        grants::store::insert_access(tx, grant.id, &access.hash(), &scopes, now).await?;
        let id_token = if scopes.has(Scope::OpenId) {
            let subject = Subject {
                application: grant.application,
                user: &user,
                scopes: &scopes,
                authenticated_at: grant.authenticated_at,
                nonce,
                access_token: access.as_str(),
            };
            Some(self.id_token(tx, &subject).await?)
        } else {
            None
        };
        Ok(Tokens { access, refresh, scopes, id_token })
    }
}

/// What is asked for, if that is allowed; all that is allowed if nothing is said.
pub(crate) fn asked(scope: Option<&str>, allowed: &Scopes) -> Result<Scopes, ProtocolError> {
    let asked = match scope {
        Some(text) => Scopes::parse(text).ok_or(ProtocolError::InvalidScope)?,
        None => allowed.clone(),
    };
    if asked.is_empty() || !asked.is_within(allowed) {
        return Err(ProtocolError::InvalidScope);
    }
    Ok(asked)
}

pub(crate) fn require(
    application: &Application,
    grant_type: GrantType,
) -> Result<(), ProtocolError> {
    if application.may_use(grant_type) { Ok(()) } else { Err(ProtocolError::UnauthorizedClient) }
}
