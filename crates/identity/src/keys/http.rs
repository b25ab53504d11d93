//! The public keys over HTTP, for whoever verifies access tokens without asking us.

use axum::extract::State;
use kernel::http::documents::ReadProblems;
use kernel::{Json, Problem, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::PublicKey;
use crate::identity::Identity;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(list))
}

/// A key that access tokens (PASETO v4.public) are verified with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicKey)]
pub(crate) struct PublicKeyJson {
    /// What the footer of a token names.
    #[schema(example = "k4.pid.…")]
    kid: String,
    /// The key as PASERK.
    #[schema(example = "k4.public.…")]
    key: String,
    /// From when on tokens are signed with it.
    valid_from: Timestamp,
    /// From when on nothing is verified with it; absent for the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    retires_at: Option<Timestamp>,
}

/// The keys of this moment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicKeys {
    data: Vec<PublicKeyJson>,
}

impl From<PublicKey> for PublicKeyJson {
    fn from(key: PublicKey) -> Self {
        let PublicKey { kid, key, valid_from, retires_at } = key;
        Self { kid, key, valid_from, retires_at }
    }
}

/// Lists the public keys that access tokens are verified with.
///
/// A new key is listed ten seconds before it signs. Tokens carry the audience `bushel`, the public
/// address as issuer, and the implicit assertion `bushel access token v1`.
#[utoipa::path(
    get,
    path = "/v1/identity/keys",
    operation_id = "identity_keys_list",
    tag = "identity",
    responses((status = 200, description = "The keys.", body = PublicKeys), ReadProblems),
)]
async fn list(State(identity): State<Identity>) -> Result<Json<PublicKeys>, Problem> {
    let keys = identity.public_keys().await?;
    Ok(Json(PublicKeys { data: keys.into_iter().map(Into::into).collect() }))
}
