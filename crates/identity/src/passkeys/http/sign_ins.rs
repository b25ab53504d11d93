//! Signing in with a passkey over HTTP. The answer holds secrets, so it is never kept for a
//! repeat; the challenge is used up by the first answer anyway.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Json, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::Client;
use crate::identity::Identity;
use crate::passkeys::{CeremonyId, PasskeyAnswer};
use crate::sessions::http::TransportJson;
use crate::sign_ins::http::{SignInAnswer, device_name, device_token, signed_in};

pub(super) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(options)).routes(routes!(create))
}

/// What the authenticator is to be asked.
#[derive(Serialize, ToSchema)]
#[schema(as = PasskeySignInOptions)]
pub(crate) struct SignInOptionsJson {
    /// To be sent with the answer.
    id: CeremonyId,
    /// For `navigator.credentials.get`: WebAuthn's `PublicKeyCredentialRequestOptionsJSON` in a
    /// field `publicKey`. Whether to wait in a field (`mediation: "conditional"`) is up to the page.
    #[schema(value_type = Object)]
    options: Value,
    /// After this the answer is refused.
    expires_at: Timestamp,
}

/// What the authenticator answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeySignIn {
    id: CeremonyId,
    /// WebAuthn's `AuthenticationResponseJSON`, as the browser gives it.
    #[schema(value_type = Object)]
    credential: Value,
    /// Tokens in the answer, or a cookie.
    #[serde(default)]
    transport: TransportJson,
    /// What the user calls this device.
    #[schema(max_length = 100, example = "Ann's phone")]
    device_name: Option<String>,
    /// From an earlier sign-in: tells a known device from a new one. The cookie
    /// `__Host-bushel_device` does the same.
    #[schema(example = "bshl_dt_…")]
    device_token: Option<String>,
}

/// Begins to sign in with a passkey, of whoever is there.
#[utoipa::path(
    post,
    path = "/v1/identity/passkey-sign-ins/options",
    operation_id = "identity_passkey_sign_ins_options",
    tag = "identity",
    responses(
        (status = 200, description = "What the authenticator is to be asked.", body = SignInOptionsJson),
        (status = 422, description = "There are no passkeys here: the public address has no name.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn options(
    State(identity): State<Identity>,
    Client(client): Client,
) -> Result<Json<SignInOptionsJson>, Problem> {
    let challenge = identity.ask_for_sign_in(&client).await?;
    Ok(Json(SignInOptionsJson {
        id: challenge.id,
        options: challenge.options,
        expires_at: challenge.expires_at,
    }))
}

/// Signs in with what the authenticator answered.
///
/// A passkey stands for two factors, so no code is asked for besides.
#[utoipa::path(
    post,
    path = "/v1/identity/passkey-sign-ins",
    operation_id = "identity_passkey_sign_ins_create",
    tag = "identity",
    request_body(
        content = PasskeySignIn,
        example = json!({ "id": "cer_01h455vb4pex5vsknk084sn02q", "credential": {}, "device_name": "Ann's phone" }),
    ),
    responses(
        (status = 200, description = "Signed in. With the transport `cookie` the session is in the cookie `__Host-bushel_session`.", body = SignInAnswer),
        (status = 401, description = "The passkey is unknown, or its answer isn't valid.",
         body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The challenge is unknown, was answered before, or has expired.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    Client(client): Client,
    headers: HeaderMap,
    Json(body): Json<PasskeySignIn>,
) -> Result<Response, Problem> {
    let answer = PasskeyAnswer {
        id: body.id,
        credential: body.credential,
        transport: body.transport.into(),
        device_name: device_name(body.device_name)?,
        device_token: device_token(body.device_token, &headers),
    };
    let new = identity.sign_in_with_passkey(&client, answer).await?;
    Ok(signed_in(&identity, new))
}
