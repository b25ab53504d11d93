//! Resetting a password over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::http::documents::WriteProblems;
use kernel::http::invalid_field;
use kernel::{Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Reset;
use crate::challenges::Purpose;
use crate::email_verifications::http::reply;
use crate::http::{Client, about_password, email};
use crate::identity::Identity;
use crate::second_factors::SecondFactor;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(create)).routes(routes!(confirm))
}

/// Who has forgotten their password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordReset {
    #[schema(format = Email, max_length = 254, example = "ann@example.org")]
    email: String,
}

/// What happens now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResetSent {
    /// `reset_sent`, whether or not somebody has the address.
    #[schema(value_type = String, example = "reset_sent")]
    status: &'static str,
}

/// What the mail said, and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordResetConfirmation {
    /// The token of the mail's link; or the address and the code.
    #[schema(example = "chl_01k3…")]
    token: Option<String>,
    #[schema(format = Email, max_length = 254, example = "ann@example.org")]
    email: Option<String>,
    #[schema(example = "02468013")]
    code: Option<String>,
    #[schema(format = Password, min_length = 8, max_length = 256, example = "seven green slow windows")]
    password: String,
    /// A code of the authenticator app, if there is one; or a recovery code.
    #[schema(example = "123456")]
    totp: Option<String>,
    recovery_code: Option<String>,
}

/// Asks for a mail with which to set a new password. The answer is the same for every address.
#[utoipa::path(
    post,
    path = "/v1/identity/password-resets",
    operation_id = "identity_password_resets_create",
    tag = "identity",
    request_body = PasswordReset,
    responses(
        (status = 202, description = "If somebody has the address, a mail is on its way.", body = ResetSent),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    Client(client): Client,
    Json(body): Json<PasswordReset>,
) -> Result<(StatusCode, Json<ResetSent>), Problem> {
    identity.ask_for_challenge(Purpose::ResetPassword, &email(&body.email)?, &client).await?;
    Ok((StatusCode::ACCEPTED, Json(ResetSent { status: "reset_sent" })))
}

/// Sets a new password. All sessions end.
///
/// With an authenticator app the mail alone is not enough: give one of its codes, or a recovery
/// code, too.
#[utoipa::path(
    post,
    path = "/v1/identity/password-resets/confirm",
    operation_id = "identity_password_resets_confirm",
    tag = "identity",
    request_body(content = PasswordResetConfirmation, example = json!({ "email": "ann@example.org", "code": "02468013", "password": "seven green slow windows" })),
    responses(
        (status = 204, description = "The new password is in force."),
        (status = 422, description = "The code or link is wrong, the second factor is missing or wrong, or the password is not acceptable.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn confirm(
    State(identity): State<Identity>,
    Client(client): Client,
    Json(body): Json<PasswordResetConfirmation>,
) -> Result<StatusCode, Problem> {
    let reply = reply(body.token, body.email.as_deref(), body.code)?;
    let factor = factor(body.totp.as_deref(), body.recovery_code.as_deref())?;
    let reset = Reset { reply: &reply, password: body.password, factor };
    let done = identity.reset_password(reset, &client).await;
    done.map_err(|error| about_password(error, "/password"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The second factor that was given, if one was.
pub(crate) fn factor<'f>(
    totp: Option<&'f str>,
    recovery_code: Option<&'f str>,
) -> Result<Option<SecondFactor<'f>>, Problem> {
    match (totp, recovery_code) {
        (Some(_), Some(_)) => {
            Err(invalid_field("/recovery_code", "give `totp` or `recovery_code`, not both"))
        }
        (Some(code), None) => Ok(Some(SecondFactor::Totp(code))),
        (None, Some(code)) => Ok(Some(SecondFactor::RecoveryCode(code))),
        (None, None) => Ok(None),
    }
}
