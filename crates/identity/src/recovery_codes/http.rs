//! Recovery codes over HTTP. They are shown in one answer, which is never given again.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Json, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::identity::Identity;
use crate::person::Person;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(get, create))
}

/// The caller's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRecoveryCodes)]
pub(crate) struct CreateRecoveryCodes {
    #[schema(max_length = 256, format = Password, example = "correct horse battery staple")]
    password: String,
}

/// The new codes.
#[derive(Serialize, ToSchema)]
#[schema(as = RecoveryCodes)]
pub(crate) struct CodesJson {
    /// Each works once. They are shown only in this answer.
    #[schema(example = json!(["7k2m-x0vq-93hd-b5tz"]))]
    codes: Vec<String>,
}

/// How many codes are left.
#[derive(Serialize, ToSchema)]
#[schema(as = RecoveryCodesLeft)]
pub(crate) struct LeftJson {
    /// Codes that were not used yet.
    #[schema(minimum = 0, maximum = 10, example = 9)]
    remaining: u32,
    /// When they were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Timestamp>,
}

/// How many recovery codes the caller has left.
#[utoipa::path(
    get,
    path = "/v1/identity/recovery-codes",
    operation_id = "identity_recovery_codes_get",
    tag = "identity",
    responses((status = 200, description = "How many are left.", body = LeftJson), ReadProblems),
)]
async fn get(State(identity): State<Identity>, person: Person) -> Result<Json<LeftJson>, Problem> {
    let left = identity.recovery_codes_left(person.owner.user).await?;
    Ok(Json(LeftJson { remaining: left.left, created_at: left.created_at }))
}

/// Makes ten new recovery codes; all old ones are void.
#[utoipa::path(
    post,
    path = "/v1/identity/recovery-codes",
    operation_id = "identity_recovery_codes_create",
    tag = "identity",
    request_body(
        content = CreateRecoveryCodes,
        example = json!({ "password": "correct horse battery staple" }),
    ),
    responses(
        (status = 201, description = "The new codes.", body = CodesJson),
        (status = 409, description = "There is no authenticator app that they could stand in for.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password is wrong.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    person: Person,
    Json(body): Json<CreateRecoveryCodes>,
) -> Result<(StatusCode, Json<CodesJson>), Problem> {
    let codes =
        identity.renew_recovery_codes(&person.owner, &person.client, &body.password).await?;
    Ok((StatusCode::CREATED, Json(CodesJson { codes })))
}
