//! Getting the next access token over HTTP.

use axum::extract::State;
use axum::response::Response;
use kernel::http::documents::WriteProblems;
use kernel::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::Client;
use crate::identity::Identity;
use crate::sign_ins::http::{SignInAnswer, signed_in};

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(refresh))
}

/// A refresh token to exchange.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshToken {
    #[schema(example = "bshl_rt_…")]
    refresh_token: String,
}

/// Exchanges a refresh token for an access token and the next refresh token.
///
/// Each is used once. A second use ends the session, because somebody has a copy; only the same
/// client gets the same answer again within ten seconds, in case the first one was lost.
#[utoipa::path(
    post,
    path = "/v1/identity/tokens/refresh",
    operation_id = "identity_tokens_refresh",
    tag = "identity",
    request_body = RefreshToken,
    responses(
        (status = 200, description = "The next tokens.", body = SignInAnswer),
        (status = 401, description = "The refresh token is not valid any more; sign in again.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn refresh(
    State(identity): State<Identity>,
    Client(client): Client,
    Json(body): Json<RefreshToken>,
) -> Result<Response, Problem> {
    let new = identity.refresh(&body.refresh_token, &client).await?;
    Ok(signed_in(&identity, new))
}
