//! The authenticator app over HTTP. Answers hold secrets, so none is kept for a repeated
//! `Idempotency-Key`; a repeat of any of these makes nothing twice.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::http::documents::WriteProblems;
use kernel::{Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::one_factor;
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::person::Person;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(create, delete)).routes(routes!(confirm))
}

/// The caller's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTotp)]
pub(crate) struct CreateTotp {
    #[schema(max_length = 256, format = Password, example = "correct horse battery staple")]
    password: String,
}

/// What the app has to know.
#[derive(Serialize, ToSchema)]
#[schema(as = StartedTotp)]
pub(crate) struct StartedJson {
    /// For a QR code.
    #[schema(
        example = "otpauth://totp/Bushel:ann%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bushel"
    )]
    otpauth_url: String,
    /// The same secret for typing, in base32.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
}

/// A code from the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmTotp {
    #[schema(max_length = 16, example = "287082")]
    code: String,
}

/// Codes for when the app is lost.
#[derive(Serialize, ToSchema)]
#[schema(as = ConfirmedTotp)]
pub(crate) struct ConfirmedJson {
    /// Each works once. They are shown only in this answer.
    #[schema(example = json!(["7k2m-x0vq-93hd-b5tz"]))]
    recovery_codes: Vec<String>,
}

/// The password, and a code from the app or a recovery code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RemoveTotp)]
pub(crate) struct DeleteTotp {
    #[schema(max_length = 256, format = Password, example = "correct horse battery staple")]
    password: String,
    #[schema(max_length = 16, example = "287082")]
    code: Option<String>,
    #[schema(max_length = 32, example = "7k2m-x0vq-93hd-b5tz")]
    recovery_code: Option<String>,
}

/// Begins with an authenticator app.
///
/// It is no factor before its first code is confirmed, within a quarter of an hour. A second call
/// begins anew, with another secret.
#[utoipa::path(
    post,
    path = "/v1/identity/totp",
    operation_id = "identity_totp_create",
    tag = "identity",
    request_body(content = CreateTotp, example = json!({ "password": "correct horse battery staple" })),
    responses(
        (status = 201, description = "What the app has to know; it is shown only in this answer.", body = StartedJson),
        (status = 409, description = "There is an app already.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password is wrong.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    person: Person,
    Json(body): Json<CreateTotp>,
) -> Result<(StatusCode, Json<StartedJson>), Problem> {
    let started = identity.start_totp(&person.owner, &person.client, &body.password).await?;
    let json = StartedJson { otpauth_url: started.otpauth_url, secret: started.secret };
    Ok((StatusCode::CREATED, Json(json)))
}

/// Makes the app a second factor, with its first code.
#[utoipa::path(
    post,
    path = "/v1/identity/totp/confirm",
    operation_id = "identity_totp_confirm",
    tag = "identity",
    request_body(content = ConfirmTotp, example = json!({ "code": "287082" })),
    responses(
        (status = 200, description = "From now on signing in needs a code.", body = ConfirmedJson),
        (status = 409, description = "No app waits for its first code.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The code is wrong, or was used before.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn confirm(
    State(identity): State<Identity>,
    person: Person,
    Json(body): Json<ConfirmTotp>,
) -> Result<Json<ConfirmedJson>, Problem> {
    let recovery_codes = identity.confirm_totp(&person.owner, &body.code).await?;
    Ok(Json(ConfirmedJson { recovery_codes }))
}

/// Takes the second factor away, and the recovery codes with it.
#[utoipa::path(
    delete,
    path = "/v1/identity/totp",
    operation_id = "identity_totp_delete",
    tag = "identity",
    request_body(
        content = DeleteTotp,
        example = json!({ "password": "correct horse battery staple", "code": "287082" }),
    ),
    responses(
        (status = 204, description = "Signing in needs no code any more."),
        (status = 409, description = "There is no app.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password or the code is wrong, or the password is too short to stand alone.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn delete(
    State(identity): State<Identity>,
    person: Person,
    Json(body): Json<DeleteTotp>,
) -> Result<StatusCode, Problem> {
    let given = one_factor(body.code.as_deref(), body.recovery_code.as_deref());
    let given = given.map_err(IdentityError::from)?;
    identity.remove_totp(&person.owner, &person.client, &body.password, given).await?;
    Ok(StatusCode::NO_CONTENT)
}
