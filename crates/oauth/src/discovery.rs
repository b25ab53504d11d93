//! What programs have to know to begin (RFC 8414; OpenID Connect Discovery 1.0).

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use kernel::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::oauth::Oauth;
use crate::scopes::Scope;

const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

pub(crate) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default().routes(routes!(openid_configuration)).routes(routes!(metadata))
}

/// Where everything is, and what is supported.
#[derive(Serialize, ToSchema)]
#[schema(as = OauthMetadata)]
struct MetadataJson {
    #[schema(example = "https://bank.example")]
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    device_authorization_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    userinfo_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: String,
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 4],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    code_challenge_methods_supported: [&'static str; 1],
    prompt_values_supported: [&'static str; 4],
    claims_supported: [&'static str; 13],
    authorization_response_iss_parameter_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    service_documentation: String,
}

impl MetadataJson {
    fn new(issuer: &str) -> Self {
        let at = |path: &str| format!("{issuer}{path}");
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: at("/oauth/authorize"),
            token_endpoint: at("/oauth/token"),
            device_authorization_endpoint: at("/oauth/device_authorization"),
            introspection_endpoint: at("/oauth/introspect"),
            revocation_endpoint: at("/oauth/revoke"),
            userinfo_endpoint: at("/oauth/userinfo"),
            jwks_uri: at("/oauth/jwks"),
            end_session_endpoint: at("/oauth/end_session"),
            scopes_supported: Scope::all().map(Scope::as_str).collect(),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: [
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: ["ES256"],
            token_endpoint_auth_methods_supported: AUTH_METHODS,
            revocation_endpoint_auth_methods_supported: AUTH_METHODS,
            introspection_endpoint_auth_methods_supported: [AUTH_METHODS[0], AUTH_METHODS[1]],
            code_challenge_methods_supported: ["S256"],
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            claims_supported: [
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "nonce",
                "name",
                "preferred_username",
                "locale",
                "email",
                "email_verified",
                "at_hash",
            ],
            authorization_response_iss_parameter_supported: true,
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            service_documentation: at("/docs/"),
        }
    }
}

fn answer(oauth: &Oauth) -> Response {
    let kept = [(CACHE_CONTROL, "public, max-age=300")];
    (kept, Json(MetadataJson::new(&oauth.issuer))).into_response()
}

/// Where everything is, for OpenID Connect.
#[utoipa::path(
    get,
    path = "/.well-known/openid-configuration",
    operation_id = "oauth_openid_configuration",
    tag = "oauth",
    responses((status = 200, description = "The metadata of this server.", body = MetadataJson)),
)]
async fn openid_configuration(State(oauth): State<Oauth>) -> Response {
    answer(&oauth)
}

/// Where everything is, for OAuth 2.0 alone.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server",
    operation_id = "oauth_metadata",
    tag = "oauth",
    responses((status = 200, description = "The metadata of this server.", body = MetadataJson)),
)]
async fn metadata(State(oauth): State<Oauth>) -> Response {
    answer(&oauth)
}
