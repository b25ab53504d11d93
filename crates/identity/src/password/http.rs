//! Changing one's password over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::http::documents::WriteProblems;
use kernel::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::actor::Actor;
use crate::http::{Client, about_password};
use crate::identity::Identity;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(change))
}

/// The password in force, and the one to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    #[schema(format = Password, max_length = 256)]
    current: String,
    /// At least 15 characters, or 8 with a second factor; at most 256.
    #[schema(format = Password, min_length = 8, max_length = 256, example = "seven green slow windows")]
    new: String,
}

/// Changes one's password. All other sessions end.
#[utoipa::path(
    post,
    path = "/v1/identity/password",
    operation_id = "identity_password_change",
    tag = "identity",
    request_body = PasswordChange,
    responses(
        (status = 204, description = "The new password is in force."),
        (status = 422, description = "The current password is wrong, or the new one is not acceptable.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn change(
    State(identity): State<Identity>,
    actor: Actor,
    Client(client): Client,
    Json(body): Json<PasswordChange>,
) -> Result<StatusCode, Problem> {
    let owner = actor.require_session()?;
    let changed = identity.change_password(owner, &body.current, body.new, &client).await;
    changed.map_err(|error| about_password(error, "/new"))?;
    Ok(StatusCode::NO_CONTENT)
}
