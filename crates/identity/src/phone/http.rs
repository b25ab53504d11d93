//! The caller's phone over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::invalid_field;
use kernel::{Json, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Phone, PhoneNumber};
use crate::actor::Actor;
use crate::identity::Identity;
use crate::person::Person;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(get, create, delete)).routes(routes!(confirm))
}

/// The number to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPhone)]
pub(crate) struct CreatePhone {
    /// With the country code (E.164). Blanks, dashes, dots, slashes and brackets between the digits
    /// don't matter.
    #[schema(max_length = 32, example = "+49 170 1234567")]
    number: String,
}

/// The code that came by short message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmPhone {
    #[schema(max_length = 16, example = "02468013")]
    code: String,
}

/// The phone to which short messages go.
#[derive(Serialize, ToSchema)]
#[schema(as = Phone)]
pub(crate) struct PhoneJson {
    /// Null for a user without one.
    #[schema(required, example = "+491701234567")]
    number: Option<String>,
    #[schema(required)]
    confirmed_at: Option<Timestamp>,
    /// A number whose code has not come back yet.
    #[schema(required, example = json!(null))]
    waiting_number: Option<String>,
    /// Until when its code may come back.
    #[schema(required, example = json!(null))]
    waiting_until: Option<Timestamp>,
    /// Whether this bank sends short messages; otherwise no phone can be added.
    is_available: bool,
}

impl PhoneJson {
    fn new(identity: &Identity, phone: Phone) -> Self {
        let (number, confirmed_at) = phone.confirmed.unzip();
        let (waiting_number, waiting_until) = phone.waiting.unzip();
        let is_available = identity.options.phones.is_available;
        Self { number, confirmed_at, waiting_number, waiting_until, is_available }
    }
}

/// The number of a request.
pub(crate) fn number(text: &str) -> Result<PhoneNumber, Problem> {
    PhoneNumber::try_new(text).map_err(|detail| invalid_field("/number", detail))
}

/// Shows the caller's phone.
#[utoipa::path(
    get,
    path = "/v1/identity/phone",
    operation_id = "identity_phone_get",
    tag = "identity",
    responses((status = 200, description = "The phone, if there is one.", body = PhoneJson), ReadProblems),
)]
async fn get(State(identity): State<Identity>, actor: Actor) -> Result<Json<PhoneJson>, Problem> {
    let phone = identity.phone(actor.require_user()?).await?;
    Ok(Json(PhoneJson::new(&identity, phone)))
}

/// Asks for a phone, or for another one. A code goes there; until it is confirmed nothing changes.
///
/// The code works once and for ten minutes, and five wrong ones void it. A code that was sent before
/// is void. There are limits for each caller, user, number and day.
#[utoipa::path(
    post,
    path = "/v1/identity/phone",
    operation_id = "identity_phone_create",
    tag = "identity",
    request_body(content = CreatePhone, example = json!({ "number": "+491701234567" })),
    responses(
        (status = 202, description = "A code is on its way.", body = PhoneJson),
        (status = 422, description = "This bank sends no short messages, or none to this country.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    person: Person,
    Json(body): Json<CreatePhone>,
) -> Result<(StatusCode, Json<PhoneJson>), Problem> {
    let (owner, number) = (&person.owner, number(&body.number)?);
    identity.ask_for_phone(owner, &person.client, &number).await?;
    let phone = identity.phone(owner.user).await?;
    Ok((StatusCode::ACCEPTED, Json(PhoneJson::new(&identity, phone))))
}

/// Takes the phone, with the code that went there. The user is told by mail.
#[utoipa::path(
    post,
    path = "/v1/identity/phone/confirm",
    operation_id = "identity_phone_confirm",
    tag = "identity",
    request_body(content = ConfirmPhone, example = json!({ "code": "02468013" })),
    responses(
        (status = 200, description = "The phone is the user's.", body = PhoneJson),
        (status = 422, description = "The code is wrong, was used, or has expired.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn confirm(
    State(identity): State<Identity>,
    person: Person,
    Json(body): Json<ConfirmPhone>,
) -> Result<Json<PhoneJson>, Problem> {
    let phone = identity.confirm_phone(&person.owner, &person.client, &body.code).await?;
    Ok(Json(PhoneJson::new(&identity, phone)))
}

/// Takes the phone away. The user is told by mail.
#[utoipa::path(
    delete,
    path = "/v1/identity/phone",
    operation_id = "identity_phone_delete",
    tag = "identity",
    responses(
        (status = 204, description = "No short messages go there any more."),
        (status = 404, description = "There is no phone.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn delete(State(identity): State<Identity>, person: Person) -> Result<StatusCode, Problem> {
    identity.remove_phone(&person.owner).await?;
    Ok(StatusCode::NO_CONTENT)
}
