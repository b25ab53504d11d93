//! Signing in with a provider over HTTP, for the web application: its pages send the browser away
//! and take it back at `/sign-in/callback`. The session is in a cookie.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::WriteProblems;
use kernel::{Json, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service::Begun;
use super::{CameBack, Finished};
use crate::actor::{Actor, ActorKind};
use crate::http::Client;
use crate::identity::Identity;
use crate::ids::SignInId;
use crate::linked_identities::http::LinkedIdentityJson;
use crate::sessions::cookies;
use crate::sign_ins::http::{device_name, signed_in};

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(create)).routes(routes!(finish))
}

/// With whom somebody signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewProviderSignIn)]
struct CreateProviderSignIn {
    /// The provider's name.
    #[schema(example = "orchard")]
    provider: String,
    /// What the user calls this device.
    #[schema(max_length = 100, example = "Ann's phone")]
    device_name: Option<String>,
}

/// Where the browser has to go now.
#[derive(Serialize, ToSchema)]
#[schema(as = ProviderSignInBegun)]
pub(crate) struct BegunJson {
    #[schema(example = "https://id.example/authorize?…")]
    authorization_url: String,
}

/// What the provider sent back, in the address of the page `/sign-in/callback`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProviderCallback)]
struct FinishProviderSignIn {
    state: String,
    code: Option<String>,
    iss: Option<String>,
    /// In place of a code, if the provider or its user refused.
    #[expect(dead_code, reason = "without a code it was refused, for whatever reason")]
    error: Option<String>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
#[schema(as = ProviderSignInResult)]
#[expect(dead_code, reason = "for the API document: `signed_in` is answered as by other sign-ins")]
enum FinishedJson {
    /// The session has begun, in its cookie.
    SignedIn {
        user_id: crate::ids::UserId,
        session_id: crate::ids::SessionId,
        session_expires_at: Timestamp,
    },
    /// Confirm at `/v1/identity/sign-ins/{id}/confirm`: with `totp` or `recovery_code` that it is
    /// you, or with the mailed code that the account with the same address is yours, which links
    /// the provider to it.
    ConfirmationRequired { sign_in: SignInId, methods: Vec<&'static str>, expires_at: Timestamp },
    /// An account with the same address is protected by an authenticator app: sign in to it, then
    /// link the provider in the settings.
    SignInFirst,
    /// The provider has not verified an address: register here, then link it in the settings.
    RegistrationRequired {
        #[serde(skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// The provider is linked to whoever is signed in.
    Linked { linked_identity: LinkedIdentityJson },
}

/// Where to go, and the cookie by which the browser is known when it comes back.
pub(crate) fn begun(begun: Begun) -> Response {
    let mut response = Json(BegunJson { authorization_url: begun.url }).into_response();
    cookies::set_provider(&mut response, &begun.browser, begun.life);
    response
}

fn finished(identity: &Identity, finished: Finished) -> Response {
    let body = match finished {
        Finished::SignedIn(new) => return signed_in(identity, *new),
        Finished::ConfirmationRequired(pending) => FinishedJson::ConfirmationRequired {
            sign_in: pending.id,
            methods: pending.methods.iter().map(|method| method.as_str()).collect(),
            expires_at: pending.expires_at,
        },
        Finished::SignInFirst => FinishedJson::SignInFirst,
        Finished::RegistrationRequired(claims) => {
            FinishedJson::RegistrationRequired { email: claims.email, name: claims.name }
        }
        Finished::Linked(linked) => FinishedJson::Linked { linked_identity: linked.into() },
    };
    Json(body).into_response()
}

/// Begins to sign in with an outside provider.
///
/// Send the browser to the address in the answer; it comes back to the page `/sign-in/callback`.
#[utoipa::path(
    post,
    path = "/v1/identity/provider-sign-ins",
    operation_id = "identity_provider_sign_ins_create",
    tag = "identity",
    request_body(content = CreateProviderSignIn, example = json!({ "provider": "orchard" })),
    responses(
        (status = 200, description = "Where to go. A cookie, `__Host-bushel_provider`, ties it to this browser.", body = BegunJson),
        (status = 404, description = "There is no such provider.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    Client(client): Client,
    Json(body): Json<CreateProviderSignIn>,
) -> Result<Response, Problem> {
    let device = device_name(body.device_name)?;
    let asked = (body.provider.as_str(), None);
    Ok(begun(identity.begin_provider_sign_in(asked, device.as_deref(), &client).await?))
}

/// Finishes what the browser began, with what the provider sent back. It works once.
#[utoipa::path(
    post,
    path = "/v1/identity/provider-sign-ins/finish",
    operation_id = "identity_provider_sign_ins_finish",
    tag = "identity",
    request_body(content = FinishProviderSignIn, example = json!({ "state": "bshl_ps_…", "code": "…" })),
    responses(
        (status = 200, description = "What became of it.", body = FinishedJson),
        (status = 401, description = "The provider or its user refused, or what it said isn't right.",
         body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "This browser began no such sign-in, it was finished, or ten minutes are over.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Who somebody is there is linked to another account.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn finish(
    State(identity): State<Identity>,
    Client(client): Client,
    headers: HeaderMap,
    extensions: Extensions,
    Json(body): Json<FinishProviderSignIn>,
) -> Result<Response, Problem> {
    let person = match extensions.get::<Actor>().map(|actor| actor.kind) {
        Some(ActorKind::Session { user, session }) => Some((user, session)),
        _ => None,
    };
    let given = CameBack {
        state: &body.state,
        code: body.code.as_deref(),
        iss: body.iss.as_deref(),
        browser: cookies::value(&headers, cookies::PROVIDER),
        device_token: cookies::value(&headers, cookies::DEVICE),
        person,
    };
    let became = identity.finish_provider_sign_in(&given, &client).await?;
    let mut response = finished(&identity, became);
    cookies::clear_provider(&mut response);
    Ok(response)
}
