//! `/v1/demo/sign-ins`.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use kernel::http::ClientInfo;
use kernel::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::Demo;
use crate::serve::check_origin;

pub(crate) fn routes() -> OpenApiRouter<Demo> {
    OpenApiRouter::new().routes(routes!(create))
}

/// Who to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DemoSignIn {
    /// One of those that `GET /v1/demo` names.
    #[schema(max_length = 30, example = "mia")]
    handle: String,
}

/// Be somebody in a demo world.
///
/// The session is a usual one, in a cookie. Like all that a browser does by a cookie it needs the
/// `Origin` of this server.
#[utoipa::path(
    post,
    path = "/v1/demo/sign-ins",
    operation_id = "demo_sign_ins_create",
    tag = "demo",
    request_body(content = DemoSignIn, example = json!({ "handle": "mia" })),
    responses(
        (status = 200, description = "The session has begun; its secret is in the cookie.", body = ref("#/components/schemas/SignInResult"),
         headers(("Set-Cookie" = String, description = "`__Host-bushel_session`"))),
        (status = 404, description = "`demo.world.none`: this is no demo world. `demo.person.not_found`: one can't be them.",
         body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn create(
    State(demo): State<Demo>,
    client: Option<Extension<ClientInfo>>,
    headers: HeaderMap,
    Json(body): Json<DemoSignIn>,
) -> Result<Response, Problem> {
    let shown = demo.person(&body.handle).await?;
    check_origin(demo.origins(), &Method::POST, &headers)?;
    let Extension(client) = client.unwrap_or_default();
    demo.identity().sign_in_unproved(shown.user.id, &client).await
}
