use identity::{ApplicationId, SessionId, UserId};
use kernel::audit;
use kernel::http::ClientInfo;
use kernel::secret::SecretToken;
use kernel::{DatabaseError, Timestamp};

use super::{AuthorizationRequest, CODE_LIFE, CODE_PREFIX, store, with_parameters};
use crate::applications::{self, Application, Kind, origin_of};
use crate::consents;
use crate::error::OauthError;
use crate::ids::AuthorizationRequestId;
use crate::oauth::Oauth;
use crate::records;
use crate::scopes::Scopes;

/// A request as its user sees it.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) request: AuthorizationRequest,
    pub(crate) application_name: String,
    /// What the user hasn't allowed before.
    pub(crate) new_scopes: Scopes,
    pub(crate) is_consent_needed: bool,
    /// The application wants a fresh sign-in.
    pub(crate) is_sign_in_needed: bool,
}

type Signed = (UserId, SessionId);

impl Oauth {
    /// What an application asks for.
    pub(crate) async fn authorization_request(
        &self,
        id: AuthorizationRequestId,
        signed: Signed,
    ) -> Result<View, OauthError> {
        let client = self.database.client().await?;
        let request = store::waiting(&client, id, self.clock.now()).await?;
        drop(client);
        let request = request.ok_or(OauthError::RequestNotFound)?;
        let application = self.still_asking(&request).await?;
        self.view_of(&application, request, signed).await
    }

    pub(super) async fn view_of(
        &self,
        application: &Application,
        request: AuthorizationRequest,
        (user, session): Signed,
    ) -> Result<View, OauthError> {
        let client = self.database.client().await?;
        let allowed = consents::store::scopes(&client, user, application.id).await?;
        drop(client);
        let new_scopes = request.scopes.without(&allowed.unwrap_or_default());
        let signed_in_at = self.identity.signed_in_at(session).await?;
        // Any program on the device could pretend to be one at a loopback address or behind a
        // private scheme, so its user is asked each time (RFC 8252, 8.6).
        let is_anybodys = application.kind == Kind::Public
            && !origin_of(&request.redirect_uri).is_some_and(|it| it.starts_with("https:"));
        Ok(View {
            application_name: application.details.name.clone(),
            is_consent_needed: !new_scopes.is_empty() || request.is_consent_forced || is_anybodys,
            is_sign_in_needed: !is_fresh(&request, signed_in_at),
            new_scopes,
            request,
        })
    }

    /// Allows a request. The answer is where the browser goes, with a code.
    pub(crate) async fn approve(
        &self,
        id: AuthorizationRequestId,
        (user, session): Signed,
        client_info: &ClientInfo,
    ) -> Result<String, OauthError> {
        let signed_in_at = self.identity.signed_in_at(session).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (request, now) = self.lock_in_tx(&tx, id).await?;
        let application = applications::store::get(&tx, request.application).await?;
        let application = application.filter(|it| it.redirects_to(&request.redirect_uri));
        let application = application.ok_or(OauthError::RequestNotFound)?;
        let signed_in_at = signed_in_at.filter(|_| is_fresh(&request, signed_in_at));
        let signed_in_at = signed_in_at.ok_or(OauthError::SignInTooOld)?;
        let consent = (user, &application, &request.scopes);
        self.consent_in_tx(&tx, consent, client_info).await?;
        let code = SecretToken::generate(CODE_PREFIX);
        let expires_at = now.saturating_add(CODE_LIFE);
        let approval = store::Approval { user, signed_in_at, code: code.hash(), expires_at };
        store::approve(&tx, id, &approval, now).await?;
        let asked = (user, application.id);
        self.decided_in_tx(&tx, "oauth.request.approved", asked, client_info).await?;
        tx.commit().await?;
        Ok(self.address(&request, &[("code", Some(code.as_str()))]))
    }

    /// Refuses a request. The answer is where the browser goes.
    pub(crate) async fn deny(
        &self,
        id: AuthorizationRequestId,
        user: UserId,
        client_info: &ClientInfo,
    ) -> Result<String, OauthError> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (request, now) = self.lock_in_tx(&tx, id).await?;
        store::deny(&tx, id, user, now).await?;
        let asked = (user, request.application);
        self.decided_in_tx(&tx, "oauth.request.denied", asked, client_info).await?;
        tx.commit().await?;
        let error =
            [("error", Some("access_denied")), ("error_description", Some("the user refused"))];
        Ok(self.address(&request, &error))
    }

    async fn lock_in_tx(
        &self,
        tx: &deadpool_postgres::Transaction<'_>,
        id: AuthorizationRequestId,
    ) -> Result<(AuthorizationRequest, Timestamp), OauthError> {
        let now = self.clock.now();
        let request = store::lock(tx, id, now).await?.ok_or(OauthError::RequestNotFound)?;
        Ok((request, now))
    }

    /// The application of a request, if it may still have it answered.
    async fn still_asking(
        &self,
        request: &AuthorizationRequest,
    ) -> Result<Application, OauthError> {
        let application = self.usable_application(request.application).await?;
        let application = application.filter(|it| it.redirects_to(&request.redirect_uri));
        application.ok_or(OauthError::RequestNotFound)
    }

    /// Records what a user decided.
    pub(crate) async fn decided_in_tx(
        &self,
        tx: &deadpool_postgres::Transaction<'_>,
        action: &'static str,
        (user, application): (UserId, ApplicationId),
        client_info: &ClientInfo,
    ) -> Result<(), DatabaseError> {
        let entry = records::by_user(user, action, application, client_info);
        audit::record_in_tx(tx, &*self.clock, &[entry]).await
    }

    /// Where the browser goes back to, with what the application asked to have back.
    fn address(&self, request: &AuthorizationRequest, answer: &[(&str, Option<&str>)]) -> String {
        let always = [("state", request.state.as_deref()), ("iss", Some(&*self.issuer))];
        with_parameters(&request.redirect_uri, &[answer, &always].concat())
    }
}

fn is_fresh(request: &AuthorizationRequest, signed_in_at: Option<Timestamp>) -> bool {
    signed_in_at.is_some_and(|at| request.signed_in_after.is_none_or(|after| at >= after))
}
