//! Signing out because an application asks for it (OpenID Connect RP-Initiated Logout 1.0).
//!
//! The session ends at once if the application shows by an id_token of ours that it means the
//! person whose browser it is; otherwise the person is asked by our own page. A browser is sent
//! back only to an address that the application has registered for this.

use axum::extract::{RawQuery, State};
use axum::http::Extensions;
use axum::response::Response;
use identity::{
    Actor, ActorKind, ApplicationId, IdentityError, SessionId, UserId, clear_session_cookie,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::OauthError;
use crate::id_tokens::Hint;
use crate::oauth::Oauth;
use crate::protocol::http::ErrorJson;
use crate::protocol::{Form, ProtocolError};
use crate::requests::http::see_other;

pub(crate) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default().routes(routes!(end_session))
}

/// Who wants whom to be signed out.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "for the API document: queries are read one parameter at a time")]
struct EndSessionQuery {
    /// An id_token that the application got; it may have expired.
    id_token_hint: Option<String>,
    client_id: Option<ApplicationId>,
    /// One of those that were registered, character by character.
    post_logout_redirect_uri: Option<String>,
    /// Comes back as it is.
    state: Option<String>,
}

/// Ends the browser's session for an application.
#[utoipa::path(
    get,
    path = "/oauth/end_session",
    operation_id = "oauth_end_session",
    tag = "oauth",
    params(EndSessionQuery),
    responses(
        (status = 303, description = "Back to the application, or to the page `/sign-out`, which asks.",
         headers(("Location" = String, description = "Where to go."))),
        (status = 400, description = "The application or its address isn't known, so there is nowhere to go.", body = ErrorJson),
    ),
)]
async fn end_session(
    State(oauth): State<Oauth>,
    RawQuery(query): RawQuery,
    extensions: Extensions,
) -> Result<Response, ProtocolError> {
    let query = Form::try_parse(query.unwrap_or_default().as_bytes());
    let query = query.map_err(|_| ProtocolError::InvalidRequest("a parameter is there twice"))?;
    let hint = match query.get("id_token_hint") {
        Some(text) => oauth.read_hint(text).await?,
        None => None,
    };
    let back = back_to(&oauth, &query, hint.as_ref()).await?;
    let person = match extensions.get::<Actor>().map(|actor| actor.kind) {
        Some(ActorKind::Session { user, session }) => Some((user, session)),
        _ => None,
    };
    match (person, hint) {
        (Some((user, session)), Some(hint)) if hint.sub == user => {
            end(&oauth, user, session).await?;
        }
        // Whoever is signed in there is asked: anybody could have sent the browser here.
        (Some(_), _) => return Ok(see_other(&format!("{}/sign-out", oauth.issuer))),
        (None, _) => {}
    }
    let mut response = see_other(&back.unwrap_or_else(|| format!("{}/", oauth.issuer)));
    clear_session_cookie(&mut response);
    Ok(response)
}

async fn end(oauth: &Oauth, user: UserId, session: SessionId) -> Result<(), ProtocolError> {
    match oauth.identity.sign_out(user, session).await {
        // It ended this very moment.
        Ok(()) | Err(IdentityError::SessionNotFound) => Ok(()),
        Err(error) => Err(OauthError::from(error).into()),
    }
}

/// Where the browser goes, if the application said so and may.
async fn back_to(
    oauth: &Oauth,
    query: &Form,
    hint: Option<&Hint>,
) -> Result<Option<String>, ProtocolError> {
    let Some(address) = query.get("post_logout_redirect_uri") else { return Ok(None) };
    let named = query.get("client_id").map(|text| text.parse::<ApplicationId>().ok());
    let id = match (named, hint) {
        (Some(Some(id)), Some(hint)) if hint.aud != id => None,
        (Some(id), _) => id,
        (None, hint) => hint.map(|hint| hint.aud),
    };
    let application = match id {
        Some(id) => oauth.usable_application(id).await?,
        None => None,
    };
    let is_registered = application.is_some_and(|application| {
        application.details.post_logout_redirect_uris.iter().any(|uri| uri == address)
    });
    if !is_registered {
        let detail = "post_logout_redirect_uri is none of those that the application registered";
        return Err(ProtocolError::InvalidRequest(detail));
    }
    Ok(Some(crate::requests::with_parameters(address, &[("state", query.get("state"))])))
}
