use axum::extract::State;
use identity::{Actor, Identity};
use kernel::{Json, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// A new signing key.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RotatedKey {
    /// The PASERK id that tokens name.
    #[schema(example = "k4.pid.…")]
    pub(crate) kid: String,
    /// From then on it signs. The old key verifies until its last token has expired.
    pub(crate) valid_from: Timestamp,
}

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::new().routes(routes!(rotate))
}

/// Make a new key for access tokens.
#[utoipa::path(
    post,
    path = "/v1/operator/keys/rotate",
    operation_id = "operator_keys_rotate",
    tag = "operator",
    responses((status = 200, description = "The new key", body = RotatedKey)),
)]
async fn rotate(
    State(identity): State<Identity>,
    actor: Actor,
) -> Result<Json<RotatedKey>, Problem> {
    let key = identity.rotate_keys(actor.audit()).await?;
    Ok(Json(RotatedKey { kid: key.kid, valid_from: key.valid_from }))
}
