//! Signing in over HTTP. The answer holds secrets, so it is never kept for a repeat.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{ClientInfo, invalid_field};
use kernel::text::is_line;
use kernel::{Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Credentials, Outcome, Pending, Proof};
use crate::http::Client;
use crate::identity::Identity;
use crate::ids::{SessionId, SignInId, UserId};
use crate::second_factors::SecondFactor;
use crate::sessions::http::TransportJson;
use crate::sessions::{self, Secrets, SignedIn, cookies};

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default()
        .routes(routes!(create))
        .routes(routes!(confirm))
        .routes(routes!(resend))
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The e-mail address or the handle.
    #[schema(max_length = 254, example = "ann@example.org")]
    login: String,
    #[schema(format = Password, max_length = 256)]
    password: String,
    /// What the user calls this device.
    #[schema(max_length = 100, example = "Ann's phone")]
    device_name: Option<String>,
    /// From an earlier sign-in: tells a known device from a new one. The cookie
    /// `__Host-bushel_device` does the same.
    #[schema(example = "bshl_dt_…")]
    device_token: Option<String>,
    /// Tokens in the answer, or a cookie.
    #[serde(default)]
    transport: TransportJson,
}

/// What confirms a sign-in: one of these.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInConfirmation {
    /// The code of the mail.
    #[schema(example = "02468013")]
    code: Option<String>,
    /// The token of the mail's link.
    token: Option<String>,
    /// A code of the authenticator app.
    #[schema(example = "123456")]
    totp: Option<String>,
    /// One of the recovery codes.
    recovery_code: Option<String>,
}

/// What became of a sign-in.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
#[schema(as = SignInResult)]
pub(crate) enum SignInAnswer {
    /// The session has begun.
    SignedIn(SignedInJson),
    /// The password is right; confirm that it is you.
    ConfirmationRequired(ConfirmationRequired),
}

/// A session that has begun. Its secrets are shown only this once.
#[derive(Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub(crate) struct SignedInJson {
    user_id: UserId,
    session_id: SessionId,
    /// To be sent as `Authorization: Bearer`; absent where the session is in a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "v4.public.…")]
    access_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token_expires_at: Option<Timestamp>,
    /// Gets the next access token, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bshl_rt_…")]
    refresh_token: Option<String>,
    /// Keep it, and send it with the next sign-in from this device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bshl_dt_…")]
    device_token: Option<String>,
    /// At the latest; the session ends earlier if it isn't used.
    session_expires_at: Timestamp,
}

/// How to confirm that it is you.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConfirmationRequired {
    sign_in: SignInId,
    /// Any one of these will do: `email_code` (a mail is on its way), `totp`, `recovery_code`.
    #[schema(value_type = Vec<String>, example = json!(["email_code"]))]
    methods: Vec<&'static str>,
    expires_at: Timestamp,
}

impl From<Pending> for ConfirmationRequired {
    fn from(pending: Pending) -> Self {
        let methods = pending.methods.iter().map(|method| method.as_str()).collect();
        Self { sign_in: pending.id, methods, expires_at: pending.expires_at }
    }
}

/// The answer to whoever has signed in: tokens in the body, or cookies.
pub(crate) fn signed_in(identity: &Identity, new: SignedIn) -> Response {
    let mut body = SignedInJson {
        user_id: new.user,
        session_id: new.session,
        access_token: None,
        access_token_expires_at: None,
        refresh_token: None,
        device_token: None,
        session_expires_at: new.expires_at,
    };
    let device_token = new.device_token;
    match new.secrets {
        Secrets::Tokens(tokens) => {
            body.access_token = Some(tokens.access);
            body.access_token_expires_at = Some(tokens.access_expires_at);
            body.refresh_token = Some(tokens.refresh.as_str().to_owned());
            body.device_token = device_token.map(|token| token.as_str().to_owned());
            Json(SignInAnswer::SignedIn(body)).into_response()
        }
        Secrets::Cookie(cookie) => {
            let max = new.expires_at.since(identity.clock.now());
            let mut response = Json(SignInAnswer::SignedIn(body)).into_response();
            cookies::set_session(&mut response, &cookie, max);
            if let Some(token) = device_token {
                cookies::set_device(&mut response, &token);
            }
            response
        }
    }
}

impl Identity {
    /// Signs somebody in by a cookie who has proved nothing: for a world that isn't real, and by
    /// whoever knows that it isn't. In any other it would give everything away.
    pub async fn sign_in_unproved(
        &self,
        user: UserId,
        client: &ClientInfo,
    ) -> Result<Response, Problem> {
        Ok(signed_in(self, self.begin_unproved(user, client).await?))
    }
}

/// What the user calls the device, checked.
pub(crate) fn device_name(name: Option<String>) -> Result<Option<String>, Problem> {
    let is_wrong = |name: &String| !is_line(name, 0..=sessions::DEVICE_CHARS_MAX);
    if name.as_ref().is_some_and(is_wrong) {
        let detail = "a name of a device has at most 100 characters and no control characters";
        return Err(invalid_field("/device_name", detail));
    }
    Ok(name.filter(|name| !name.trim().is_empty()))
}

/// The token of the device, from the body or the cookie.
pub(crate) fn device_token(given: Option<String>, headers: &HeaderMap) -> Option<String> {
    given.or_else(|| cookies::value(headers, cookies::DEVICE).map(str::to_owned))
}

/// Signs in with a password.
///
/// On a device on which no sign-in was confirmed before, and always with an authenticator app or
/// with a password of fewer than 15 characters, the answer says how to confirm it.
#[utoipa::path(
    post,
    path = "/v1/identity/sign-ins",
    operation_id = "identity_sign_ins_create",
    tag = "identity",
    request_body(content = SignIn, example = json!({ "login": "ann@example.org", "password": "plum kettle anchor fog", "device_name": "Ann's phone" })),
    responses(
        (status = 200, description = "Signed in, or to be confirmed. With the transport `cookie` the session is in the cookie `__Host-bushel_session`.", body = SignInAnswer),
        (status = 401, description = "The login or the password is wrong. The answer is the same for logins that don't exist.",
         body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The password is right, but the address isn't verified yet; the mail was sent again.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    Client(client): Client,
    headers: HeaderMap,
    Json(body): Json<SignIn>,
) -> Result<Response, Problem> {
    let given = Credentials {
        login: body.login,
        password: body.password,
        device: device_name(body.device_name)?,
        device_token: device_token(body.device_token, &headers),
        transport: body.transport.into(),
    };
    match identity.sign_in(given, &client).await? {
        Outcome::SignedIn(new) => Ok(signed_in(&identity, *new)),
        Outcome::ConfirmationRequired(pending) => {
            Ok(Json(SignInAnswer::ConfirmationRequired(pending.into())).into_response())
        }
    }
}

/// Confirms a sign-in and begins its session.
#[utoipa::path(
    post,
    path = "/v1/identity/sign-ins/{id}/confirm",
    operation_id = "identity_sign_ins_confirm",
    tag = "identity",
    params(("id" = SignInId, Path, description = "The sign-in.")),
    request_body(content = SignInConfirmation, example = json!({ "code": "02468013" })),
    responses(
        (status = 200, description = "Signed in.", body = SignInAnswer),
        (status = 404, description = "There is no such sign-in: it has expired, was confirmed, or had five wrong answers.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "What was given is wrong, or is no way to confirm this sign-in.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn confirm(
    State(identity): State<Identity>,
    Client(client): Client,
    Path(id): Path<SignInId>,
    Json(body): Json<SignInConfirmation>,
) -> Result<Response, Problem> {
    let SignInConfirmation { code, token, totp, recovery_code } = &body;
    let proof =
        proof(code.as_deref(), token.as_deref(), totp.as_deref(), recovery_code.as_deref())?;
    let new = identity.confirm_sign_in(id, proof, &client).await?;
    Ok(signed_in(&identity, new))
}

/// The one thing that was given.
pub(crate) fn proof<'p>(
    code: Option<&'p str>,
    token: Option<&'p str>,
    totp: Option<&'p str>,
    recovery_code: Option<&'p str>,
) -> Result<Proof<'p>, Problem> {
    match (code, token, totp, recovery_code) {
        (Some(code), None, None, None) => Ok(Proof::Code(code)),
        (None, Some(token), None, None) => Ok(Proof::Link(token)),
        (None, None, Some(code), None) => Ok(Proof::Factor(SecondFactor::Totp(code))),
        (None, None, None, Some(code)) => Ok(Proof::Factor(SecondFactor::RecoveryCode(code))),
        _ => {
            let detail = "give one of `code`, `token`, `totp` and `recovery_code`";
            Err(invalid_field("/code", detail))
        }
    }
}

/// Sends the mail of a sign-in again.
#[utoipa::path(
    post,
    path = "/v1/identity/sign-ins/{id}/resend",
    operation_id = "identity_sign_ins_resend",
    tag = "identity",
    params(("id" = SignInId, Path, description = "The sign-in.")),
    responses(
        (status = 202, description = "A mail is on its way, unless three are already."),
        (status = 404, description = "There is no such sign-in, or it has expired.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "This sign-in isn't confirmed by mail.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn resend(
    State(identity): State<Identity>,
    Client(client): Client,
    Path(id): Path<SignInId>,
) -> Result<StatusCode, Problem> {
    identity.resend_sign_in(id, &client).await?;
    Ok(StatusCode::ACCEPTED)
}
