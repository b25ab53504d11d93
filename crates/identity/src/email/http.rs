//! Changing one's e-mail address over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::http::documents::WriteProblems;
use kernel::http::invalid_field;
use kernel::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::actor::Actor;
use crate::challenges::Answer;
use crate::http::{Client, email};
use crate::identity::Identity;
use crate::ids::UserId;
use crate::users::http::Sent;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(change)).routes(routes!(confirm))
}

/// The address to be, and the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailChange {
    #[schema(format = Email, max_length = 254, example = "ann.applewood@example.org")]
    email: String,
    #[schema(format = Password, max_length = 256)]
    password: String,
}

/// What the mail to the new address said: one of these.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmailConfirmation {
    #[schema(example = "chl_01k3…")]
    token: Option<String>,
    #[schema(example = "02468013")]
    code: Option<String>,
}

/// Asks for another e-mail address. A mail goes there; until it is answered nothing changes.
///
/// The answer is the same for an address that somebody has.
#[utoipa::path(
    post,
    path = "/v1/identity/email",
    operation_id = "identity_email_change",
    tag = "identity",
    request_body = EmailChange,
    responses(
        (status = 202, description = "A mail to the new address is on its way.", body = Sent),
        (status = 422, description = "The password is wrong.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn change(
    State(identity): State<Identity>,
    actor: Actor,
    Client(client): Client,
    Json(body): Json<EmailChange>,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    let (user, _) = actor.require_session()?;
    identity.ask_for_email(user, &email(&body.email)?, &body.password, &client).await?;
    Ok(Sent::VERIFICATION)
}

/// Takes the new address. Both addresses are told.
#[utoipa::path(
    post,
    path = "/v1/identity/email/confirm",
    operation_id = "identity_email_confirm",
    tag = "identity",
    request_body(content = EmailConfirmation, example = json!({ "code": "02468013" })),
    responses(
        (status = 204, description = "The new address is the user's."),
        (status = 422, description = "The code or link is wrong, was used, or has expired.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn confirm(
    State(identity): State<Identity>,
    actor: Actor,
    Client(client): Client,
    Json(body): Json<EmailConfirmation>,
) -> Result<StatusCode, Problem> {
    let (user, _) = actor.require_session()?;
    let answer = answer(user, body.token.as_deref(), body.code.as_deref())?;
    identity.confirm_email(user, &answer, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The one thing that was given.
pub(crate) fn answer<'a>(
    user: UserId,
    token: Option<&'a str>,
    code: Option<&'a str>,
) -> Result<Answer<'a>, Problem> {
    match (token, code) {
        (Some(token), None) => Ok(Answer::Link(token)),
        (None, Some(code)) => Ok(Answer::Code(user, code)),
        _ => Err(invalid_field("/code", "give either `token` or `code`")),
    }
}
