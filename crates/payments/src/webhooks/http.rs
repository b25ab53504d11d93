//! `POST /v1/payments/webhooks/{provider}`: the door for providers. No session, no token: the
//! signature says who it is.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use kernel::{Path, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::PublicProblems;
use crate::payments::Payments;

/// Providers' events are small.
const BODY_BYTES_MAX: usize = 256 << 10;

pub(crate) fn routes() -> OpenApiRouter<Payments> {
    let limit = DefaultBodyLimit::max(BODY_BYTES_MAX);
    OpenApiRouter::from(Router::new()).routes(routes!(receive)).layer(limit)
}

/// Takes in what a payment provider has to tell.
///
/// For providers: the signature (Standard Webhooks 1.0 for the sandbox, `Stripe-Signature` for
/// Stripe) is the credential, and is good for five minutes. An event may come again; it is stored
/// once.
#[utoipa::path(
    post,
    path = "/v1/payments/webhooks/{provider}",
    operation_id = "payments_webhooks_receive",
    tag = "payments",
    security(()),
    params(("provider" = String, Path, description = "Who sends it.", example = "sandbox")),
    request_body(content = String, content_type = "application/json",
        description = "The event as the provider signed it.",
        example = json!({ "type": "payment.succeeded", "data": {} })),
    responses(
        (status = 204, description = "It is stored."),
        (status = 404, description = "There is no such provider.",
         body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large.",
         body = Problem, content_type = "application/problem+json"),
        PublicProblems,
    ),
)]
async fn receive(
    State(payments): State<Payments>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    payments.receive_webhook(&provider, &headers, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}
