//! The JWK set (RFC 7517).

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse as _, Response};
use kernel::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::PublicKey;
use crate::oauth::Oauth;
use crate::protocol::ProtocolError;

pub(crate) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default().routes(routes!(jwks))
}

/// A public key on P-256.
#[derive(Serialize, ToSchema)]
#[schema(as = OauthKey)]
struct KeyJson {
    #[schema(example = "EC")]
    kty: &'static str,
    #[schema(example = "P-256")]
    crv: &'static str,
    #[schema(example = "sig")]
    #[serde(rename = "use")]
    usage: &'static str,
    #[schema(example = "ES256")]
    alg: &'static str,
    kid: String,
    x: String,
    y: String,
}

/// Public keys.
#[derive(Serialize, ToSchema)]
#[schema(as = OauthKeys)]
struct KeysJson {
    keys: Vec<KeyJson>,
}

impl From<PublicKey> for KeyJson {
    fn from(key: PublicKey) -> Self {
        let PublicKey { kid, x, y } = key;
        Self { kty: "EC", crv: "P-256", usage: "sig", alg: "ES256", kid, x, y }
    }
}

/// The keys with which id_tokens are verified.
#[utoipa::path(
    get,
    path = "/oauth/jwks",
    operation_id = "oauth_jwks",
    tag = "oauth",
    responses((status = 200, description = "A JWK set.", body = KeysJson)),
)]
async fn jwks(State(oauth): State<Oauth>) -> Result<Response, ProtocolError> {
    let keys = oauth.public_keys().await?.into_iter().map(KeyJson::from).collect();
    // A new key is published for longer than this before it signs.
    let kept = [(CACHE_CONTROL, "public, max-age=900")];
    Ok((kept, Json(KeysJson { keys })).into_response())
}
