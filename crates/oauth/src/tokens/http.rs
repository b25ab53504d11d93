//! The token endpoint, revocation and introspection over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, PRAGMA};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use identity::{ApplicationId, UserId};
use kernel::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service::CodeExchange;
use super::{Inspected, Tokens};
use crate::applications::Application;
use crate::clients::ClientCredentials;
use crate::grants::ACCESS_LIFE;
use crate::http::Caller;
use crate::oauth::Oauth;
use crate::protocol::http::ErrorJson;
use crate::protocol::{Form, ProtocolError};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub(crate) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default()
        .routes(routes!(token))
        .routes(routes!(revoke))
        .routes(routes!(introspect))
}

/// What is exchanged. The application authenticates by the header `Authorization: Basic`, or by
/// `client_id` and `client_secret` here; a public one gives its `client_id` only.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "for the API document: forms are read one parameter at a time")]
#[schema(as = OauthTokenForm)]
struct TokenForm {
    /// `authorization_code`, `refresh_token`, `client_credentials` or
    /// `urn:ietf:params:oauth:grant-type:device_code`.
    #[schema(example = "authorization_code")]
    grant_type: String,
    code: Option<String>,
    /// The same as in the request for the code.
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
    device_code: Option<String>,
    /// Less than was allowed; all of it if left out.
    scope: Option<String>,
    client_id: Option<ApplicationId>,
    client_secret: Option<String>,
}

/// A token, and who calls.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "for the API document: forms are read one parameter at a time")]
#[schema(as = OauthTokenToInspect)]
struct OneTokenForm {
    token: String,
    /// Is not needed: tokens say what they are.
    token_type_hint: Option<String>,
    client_id: Option<ApplicationId>,
    client_secret: Option<String>,
}

/// Tokens (RFC 6749, 5.1).
#[derive(Serialize, ToSchema)]
#[schema(as = OauthTokens)]
struct TokensJson {
    #[schema(example = "bshl_at_…")]
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds.
    #[schema(example = 900)]
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bshl_ar_…")]
    refresh_token: Option<String>,
    #[schema(example = "openid wallet.read")]
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// What a token is good for (RFC 7662).
#[derive(Default, Serialize, ToSchema)]
#[schema(as = OauthIntrospection)]
struct IntrospectionJson {
    /// Nothing else is said of a token that isn't.
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ApplicationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
}

impl From<Tokens> for TokensJson {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access.as_str().to_owned(),
            token_type: "Bearer",
            expires_in: ACCESS_LIFE.as_secs(),
            refresh_token: tokens.refresh.map(|token| token.as_str().to_owned()),
            scope: tokens.scopes.to_string(),
            id_token: tokens.id_token,
        }
    }
}

/// The application that calls, by its header or its form.
pub(crate) async fn client(
    oauth: &Oauth,
    headers: &HeaderMap,
    form: &Form,
    caller: &Caller,
) -> Result<Application, ProtocolError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let header = match (values.next(), values.next()) {
        (value, None) => value.map(|value| value.to_str().unwrap_or_default()),
        _ => return Err(ProtocolError::InvalidClient { by_header: true }),
    };
    let given = ClientCredentials::read(header, form)?;
    oauth.authenticate_client(&given, &caller.0).await
}

fn parameter<'f>(
    form: &'f Form,
    name: &'static str,
    missing: &'static str,
) -> Result<&'f str, ProtocolError> {
    form.get(name).ok_or(ProtocolError::InvalidRequest(missing))
}

/// Exchanges a code, a refresh token, a device code or the application's own secret for tokens.
#[utoipa::path(
    post,
    path = "/oauth/token",
    operation_id = "oauth_token",
    tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The tokens.", body = TokensJson),
        (status = 400, description = "Why not (RFC 6749, 5.2; RFC 8628, 3.5).", body = ErrorJson),
        (status = 401, description = "The application isn't known, or its secret is wrong.", body = ErrorJson),
        (status = 429, description = "Too many failures came from this address.", body = ErrorJson),
    ),
)]
async fn token(
    State(oauth): State<Oauth>,
    headers: HeaderMap,
    caller: Caller,
    form: Form,
) -> Result<Response, ProtocolError> {
    let application = client(&oauth, &headers, &form, &caller).await?;
    let tokens = match parameter(&form, "grant_type", "grant_type is missing")? {
        "authorization_code" => {
            let exchange = CodeExchange {
                code: parameter(&form, "code", "code is missing")?,
                redirect_uri: parameter(&form, "redirect_uri", "redirect_uri is missing")?,
                verifier: parameter(&form, "code_verifier", "code_verifier is missing")?,
            };
            oauth.exchange_code(&application, &exchange, &caller.0).await?
        }
        "refresh_token" => {
            let token = parameter(&form, "refresh_token", "refresh_token is missing")?;
            oauth.refresh(&application, (token, form.get("scope")), &caller.0).await?
        }
        "client_credentials" => oauth.client_credentials(&application, form.get("scope")).await?,
        DEVICE_CODE => {
            let code = parameter(&form, "device_code", "device_code is missing")?;
            oauth.exchange_device_code(&application, code).await?
        }
        _ => return Err(ProtocolError::UnsupportedGrantType),
    };
    let mut response = Json(TokensJson::from(tokens)).into_response();
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// Gives a token back. A refresh token ends with everything that followed from it.
#[utoipa::path(
    post,
    path = "/oauth/revoke",
    operation_id = "oauth_revoke",
    tag = "oauth",
    request_body(content = OneTokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is of no use any more, or never was any."),
        (status = 400, description = "The request is malformed.", body = ErrorJson),
        (status = 401, description = "The application isn't known, or its secret is wrong.", body = ErrorJson),
        (status = 429, description = "Too many failures came from this address.", body = ErrorJson),
    ),
)]
async fn revoke(
    State(oauth): State<Oauth>,
    headers: HeaderMap,
    caller: Caller,
    form: Form,
) -> Result<StatusCode, ProtocolError> {
    let application = client(&oauth, &headers, &form, &caller).await?;
    oauth.revoke(&application, parameter(&form, "token", "token is missing")?).await?;
    Ok(StatusCode::OK)
}

/// Says what one of the application's own tokens is good for at the moment.
#[utoipa::path(
    post,
    path = "/oauth/introspect",
    operation_id = "oauth_introspect",
    tag = "oauth",
    request_body(content = OneTokenForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "What it is good for, or that it isn't.", body = IntrospectionJson),
        (status = 400, description = "The request is malformed, or the application is public.", body = ErrorJson),
        (status = 401, description = "The application isn't known, or its secret is wrong.", body = ErrorJson),
        (status = 429, description = "Too many failures came from this address.", body = ErrorJson),
    ),
)]
async fn introspect(
    State(oauth): State<Oauth>,
    headers: HeaderMap,
    caller: Caller,
    form: Form,
) -> Result<Json<IntrospectionJson>, ProtocolError> {
    let application = client(&oauth, &headers, &form, &caller).await?;
    let token = parameter(&form, "token", "token is missing")?;
    let found = oauth.introspect(&application, token).await?;
    let Some(Inspected { is_access, user, scopes, created_at, expires_at, .. }) = found else {
        return Ok(Json(IntrospectionJson::default()));
    };
    let seconds = |at: kernel::Timestamp| at.as_micros().div_euclid(1_000_000);
    Ok(Json(IntrospectionJson {
        active: true,
        scope: Some(scopes.to_string()),
        client_id: Some(application.id),
        sub: Some(user),
        token_type: is_access.then_some("Bearer"),
        exp: Some(seconds(expires_at)),
        iat: Some(seconds(created_at)),
        iss: Some(oauth.issuer.clone()),
    }))
}
