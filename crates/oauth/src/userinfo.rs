//! Who has signed in, for an application that holds a token (OpenID Connect Core 1.0, 5.3).

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use identity::AuthError;
use kernel::Json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::OauthError;
use crate::id_tokens::UserClaims;
use crate::oauth::Oauth;
use crate::protocol::ProtocolError;
use crate::protocol::http::ErrorJson;
use crate::scopes::Scope;

pub(crate) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default().routes(routes!(userinfo)).routes(routes!(userinfo_by_post))
}

/// Who has signed in. The token needs the scope `openid`.
#[utoipa::path(
    get,
    path = "/oauth/userinfo",
    operation_id = "oauth_userinfo",
    tag = "oauth",
    responses(
        (status = 200, description = "The user.", body = UserClaims),
        (status = 401, description = "The token is missing or not good.", body = ErrorJson),
        (status = 403, description = "The token has not the scope `openid`.", body = ErrorJson),
    ),
)]
async fn userinfo(
    State(oauth): State<Oauth>,
    headers: HeaderMap,
) -> Result<Json<UserClaims>, ProtocolError> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let parts = header.and_then(|value| value.split_once(' '));
    let token = parts.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, token) = token.ok_or(ProtocolError::InvalidToken)?;
    let known = oauth.known_token(token.trim_start()).await.map_err(|error| match error {
        AuthError::Unavailable => ProtocolError::Failed(OauthError::Unavailable),
        AuthError::Invalid | AuthError::Expired => ProtocolError::InvalidToken,
    })?;
    if !known.scopes.has(Scope::OpenId) {
        return Err(ProtocolError::InsufficientScope);
    }
    let user = oauth.identity.user(known.user).await.map_err(OauthError::from)?;
    let user = user.ok_or(ProtocolError::InvalidToken)?;
    Ok(Json(UserClaims::new(&user, &known.scopes)))
}

/// The same, for clients that ask by POST.
#[utoipa::path(
    post,
    path = "/oauth/userinfo",
    operation_id = "oauth_userinfo_by_post",
    tag = "oauth",
    responses(
        (status = 200, description = "The user.", body = UserClaims),
        (status = 401, description = "The token is missing or not good.", body = ErrorJson),
        (status = 403, description = "The token has not the scope `openid`.", body = ErrorJson),
    ),
)]
async fn userinfo_by_post(
    state: State<Oauth>,
    headers: HeaderMap,
) -> Result<Json<UserClaims>, ProtocolError> {
    userinfo(state, headers).await
}
