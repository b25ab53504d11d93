use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use kernel::http::ClientInfo;
use kernel::{ErrorKind, Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Guard;

/// A new token.
#[derive(Serialize, ToSchema)]
pub(crate) struct RotatedToken {
    /// The token, shown only this once.
    #[schema(example = "bshl_op_…")]
    token: String,
}

pub(crate) fn routes() -> OpenApiRouter<Arc<Guard>> {
    OpenApiRouter::new().routes(routes!(rotate))
}

/// Replace the operator's token.
///
/// The old one is refused from now on, on every process within a second. The server's own copy,
/// the file `token` in its data folder, is replaced too.
#[utoipa::path(
    post,
    path = "/v1/operator/token/rotate",
    operation_id = "operator_token_rotate",
    tag = "operator",
    responses(
        (status = 200, description = "The new token", body = RotatedToken),
        (status = 409, description = "It was rotated by somebody else at the same moment", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn rotate(
    State(guard): State<Arc<Guard>>,
    Extension(client): Extension<ClientInfo>,
) -> Result<Json<RotatedToken>, Problem> {
    match guard.rotate(Some(client.ip)).await {
        Ok(Some(token)) => Ok(Json(RotatedToken { token: token.as_str().to_owned() })),
        Ok(None) => Err(Problem::new(
            ErrorKind::Conflict,
            "operator.token.already_rotated",
            "the token was rotated by somebody else at the same moment",
        )),
        Err(error) => Err(Problem::internal(&error)),
    }
}
