//! What providers of short messages report later. No session, no token: the signature says who it
//! is.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use kernel::{Path, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Notifications;
use crate::ids::MailId;

/// A dozen short fields.
const BODY_BYTES_MAX: usize = 16 << 10;

pub(crate) fn routes() -> OpenApiRouter<Notifications> {
    let limit = DefaultBodyLimit::max(BODY_BYTES_MAX);
    OpenApiRouter::default().routes(routes!(report)).layer(limit)
}

/// Takes in what became of a short message.
///
/// For providers, which find this address in `StatusCallback`: the signature in `X-Twilio-Signature`
/// is the credential.
#[utoipa::path(
    post,
    path = "/v1/notifications/sms/{id}/status",
    operation_id = "notifications_sms_report",
    tag = "notifications",
    security(()),
    params(("id" = MailId, Path, description = "The message's id.")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "The fields as the provider signed them.",
        example = "AccountSid=AC00000000000000000000000000000000&MessageStatus=delivered"),
    responses(
        (status = 204, description = "It is noted."),
        (status = 400, description = "The request is malformed.",
         body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No provider of this bank has signed it.",
         body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The caller may not do this.",
         body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such message any more.",
         body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large.",
         body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests.",
         body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not possible at the moment; try again.",
         body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn report(
    State(notifications): State<Notifications>,
    Path(id): Path<MailId>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let signature = headers.get("x-twilio-signature").and_then(|it| it.to_str().ok());
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    notifications.take_sms_status(id, signature.unwrap_or_default(), &fields).await?;
    Ok(StatusCode::NO_CONTENT)
}
