//! Verifying an address over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::http::documents::WriteProblems;
use kernel::http::invalid_field;
use kernel::{Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Reply;
use crate::challenges::Purpose;
use crate::http::{Client, email};
use crate::identity::Identity;
use crate::users::http::Sent;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(create)).routes(routes!(resend))
}

/// What the mail said: the token of its link, or the address and its code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailVerification {
    #[schema(example = "chl_01k3…")]
    token: Option<String>,
    #[schema(format = Email, max_length = 254, example = "ann@example.org")]
    email: Option<String>,
    #[schema(example = "02468013")]
    code: Option<String>,
}

/// What is verified now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verified {
    /// `verified`
    #[schema(value_type = String, example = "verified")]
    status: &'static str,
}

/// Whose mail to send again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResendVerification {
    #[schema(format = Email, max_length = 254, example = "ann@example.org")]
    email: String,
}

/// Reads what somebody answers a mail with: a token, or an address and a code.
pub(crate) fn reply(
    token: Option<String>,
    address: Option<&str>,
    code: Option<String>,
) -> Result<Reply, Problem> {
    match (token, address, code) {
        (Some(token), None, None) => Ok(Reply::Link(token)),
        (None, Some(address), Some(code)) => Ok(Reply::Code(email(address)?, code)),
        (None, Some(_), None) => Err(invalid_field("/code", "the code is missing")),
        (None, None, Some(_)) => Err(invalid_field("/email", "the address is missing")),
        _ => Err(invalid_field("/token", "give either `token`, or `email` and `code`")),
    }
}

/// Verifies an e-mail address. Afterwards its user can sign in.
#[utoipa::path(
    post,
    path = "/v1/identity/email-verifications",
    operation_id = "identity_email_verifications_create",
    tag = "identity",
    request_body(content = EmailVerification, example = json!({ "email": "ann@example.org", "code": "02468013" })),
    responses(
        (status = 200, description = "The address is verified.", body = Verified),
        (status = 422, description = "The code or link is wrong, was used, or has expired.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    Client(client): Client,
    Json(body): Json<EmailVerification>,
) -> Result<Json<Verified>, Problem> {
    let reply = reply(body.token, body.email.as_deref(), body.code)?;
    identity.verify_email(&reply, &client).await?;
    Ok(Json(Verified { status: "verified" }))
}

/// Sends the mail again. The answer is the same for every address.
#[utoipa::path(
    post,
    path = "/v1/identity/email-verifications/resend",
    operation_id = "identity_email_verifications_resend",
    tag = "identity",
    request_body = ResendVerification,
    responses(
        (status = 202, description = "If somebody waits for it, a mail is on its way.", body = Sent),
        WriteProblems,
    ),
)]
async fn resend(
    State(identity): State<Identity>,
    Client(client): Client,
    Json(body): Json<ResendVerification>,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    identity.ask_for_challenge(Purpose::VerifyEmail, &email(&body.email)?, &client).await?;
    Ok(Sent::VERIFICATION)
}
