//! Devices over HTTP: where a device begins, and what the page `/device` asks and says for its
//! user.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use identity::ApplicationId;
use kernel::http::documents::ReadProblems;
use kernel::{Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::DeviceView;
use crate::http::{Caller, Person};
use crate::oauth::Oauth;
use crate::protocol::http::ErrorJson;
use crate::protocol::{Form, ProtocolError};
use crate::requests::http::ApplicationJson;
use crate::tokens;

pub(crate) fn protocol_routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default().routes(routes!(authorize))
}

pub(crate) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default().routes(routes!(get)).routes(routes!(approve)).routes(routes!(deny))
}

/// What a device asks for, and who its application is.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "for the API document: forms are read one parameter at a time")]
#[schema(as = OauthDeviceForm)]
struct DeviceForm {
    /// All that the application may ask for if left out.
    #[schema(example = "wallet.read offline_access")]
    scope: Option<String>,
    client_id: Option<ApplicationId>,
    client_secret: Option<String>,
}

/// What a device shows its user, and what it asks with (RFC 8628, 3.2).
#[derive(Serialize, ToSchema)]
#[schema(as = OauthDeviceCodes)]
struct CodesJson {
    #[schema(example = "bshl_dc_…")]
    device_code: String,
    #[schema(example = "WDJB-MJHT")]
    user_code: String,
    #[schema(example = "https://bank.example/device")]
    verification_uri: String,
    /// The same with the code in it, for a QR code.
    #[schema(example = "https://bank.example/device?user_code=WDJB-MJHT")]
    verification_uri_complete: String,
    /// Seconds.
    #[schema(example = 600)]
    expires_in: u64,
    /// Seconds between two questions.
    #[schema(example = 5)]
    interval: i32,
}

/// What a device asks its user for.
#[derive(Serialize, ToSchema)]
#[schema(as = DeviceRequest)]
struct DeviceJson {
    application: ApplicationJson,
    #[schema(example = json!(["wallet.read"]))]
    scopes: Vec<&'static str>,
    expires_at: Timestamp,
}

impl From<DeviceView> for DeviceJson {
    fn from(view: DeviceView) -> Self {
        let application = ApplicationJson { id: view.application, name: view.application_name };
        Self { application, scopes: view.scopes.names(), expires_at: view.expires_at }
    }
}

/// Begins the request of a device that has no browser (RFC 8628, 3.1).
#[utoipa::path(
    post,
    path = "/oauth/device_authorization",
    operation_id = "oauth_device_authorization",
    tag = "oauth",
    request_body(content = DeviceForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "What to show, and what to ask with.", body = CodesJson),
        (status = 400, description = "The request is malformed, or not for this application.", body = ErrorJson),
        (status = 401, description = "The application isn't known, or its secret is wrong.", body = ErrorJson),
        (status = 429, description = "Too many failures came from this address.", body = ErrorJson),
    ),
)]
async fn authorize(
    State(oauth): State<Oauth>,
    headers: HeaderMap,
    caller: Caller,
    form: Form,
) -> Result<Json<CodesJson>, ProtocolError> {
    let application = tokens::http::client(&oauth, &headers, &form, &caller).await?;
    let new = oauth.ask_for_device(&application, form.get("scope")).await?;
    let page = format!("{}/device", oauth.issuer);
    Ok(Json(CodesJson {
        device_code: new.device_code.as_str().to_owned(),
        verification_uri_complete: format!("{page}?user_code={}", new.user_code),
        user_code: new.user_code.to_string(),
        verification_uri: page,
        expires_in: new.expires_in_s,
        interval: new.interval_s,
    }))
}

/// What the device with this code asks for.
#[utoipa::path(
    get,
    path = "/v1/oauth/device-requests/{user_code}",
    operation_id = "oauth_device_requests_get",
    tag = "oauth",
    params(("user_code" = String, Path, description = "What the device shows, in any case, with or without the hyphen.", example = "WDJB-MJHT")),
    responses(
        (status = 200, description = "What it asks for.", body = DeviceJson),
        (status = 404, description = "No device waits with this code.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(oauth): State<Oauth>,
    person: Person,
    Path(user_code): Path<String>,
) -> Result<Json<DeviceJson>, Problem> {
    Ok(Json(oauth.device_request(person.user, &user_code).await?.into()))
}

/// Allows a device what it asks for.
#[utoipa::path(
    post,
    path = "/v1/oauth/device-requests/{user_code}/approve",
    operation_id = "oauth_device_requests_approve",
    tag = "oauth",
    params(("user_code" = String, Path, description = "What the device shows.", example = "WDJB-MJHT")),
    responses(
        (status = 204, description = "The device goes on by itself."),
        (status = 404, description = "No device waits with this code.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn approve(
    State(oauth): State<Oauth>,
    person: Person,
    Path(user_code): Path<String>,
) -> Result<StatusCode, Problem> {
    oauth.approve_device((person.user, person.session), &user_code, &person.client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses a device what it asks for.
#[utoipa::path(
    post,
    path = "/v1/oauth/device-requests/{user_code}/deny",
    operation_id = "oauth_device_requests_deny",
    tag = "oauth",
    params(("user_code" = String, Path, description = "What the device shows.", example = "WDJB-MJHT")),
    responses(
        (status = 204, description = "The device will be told."),
        (status = 404, description = "No device waits with this code.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn deny(
    State(oauth): State<Oauth>,
    person: Person,
    Path(user_code): Path<String>,
) -> Result<StatusCode, Problem> {
    oauth.deny_device(person.user, &user_code, &person.client).await?;
    Ok(StatusCode::NO_CONTENT)
}
