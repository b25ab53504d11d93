//! Passkeys over HTTP: adding and removing them here, signing in with them in `sign_ins`.

mod sign_ins;

use axum::extract::State;
use axum::http::StatusCode;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{OptionalJson, invalid_field};
use kernel::{Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewPasskey, Passkey, PasskeyId};
use crate::identity::Identity;
use crate::person::Person;
use crate::users::check_name;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default()
        .routes(routes!(options))
        .routes(routes!(list, create))
        .routes(routes!(delete))
        .merge(sign_ins::routes())
}

/// Who wants to add a passkey.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyOptionsRequest {
    /// The caller's password; needed if the session began more than ten minutes ago.
    #[schema(max_length = 256, format = Password)]
    password: Option<String>,
}

/// What the authenticator is to be asked.
#[derive(Serialize, ToSchema)]
#[schema(as = PasskeyOptions)]
pub(crate) struct OptionsJson {
    /// For `navigator.credentials.create`: WebAuthn's `PublicKeyCredentialCreationOptionsJSON`
    /// in a field `publicKey`.
    #[schema(value_type = Object)]
    options: Value,
    /// After this the answer is refused.
    expires_at: Timestamp,
}

/// What the authenticator answered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPasskey)]
pub(crate) struct CreatePasskey {
    /// What its user calls it.
    #[schema(min_length = 1, max_length = 100, example = "Telephone")]
    name: String,
    /// WebAuthn's `RegistrationResponseJSON`, as the browser gives it.
    #[schema(value_type = Object)]
    credential: Value,
}

/// A credential that an authenticator keeps.
#[derive(Serialize, ToSchema)]
#[schema(as = Passkey)]
pub(crate) struct PasskeyJson {
    id: PasskeyId,
    name: String,
    /// Whether it may be on several devices.
    is_synced: bool,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
}

/// The caller's passkeys.
#[derive(Serialize, ToSchema)]
#[schema(as = Passkeys)]
pub(crate) struct PasskeysJson {
    /// The oldest first.
    passkeys: Vec<PasskeyJson>,
}

impl From<Passkey> for PasskeyJson {
    fn from(passkey: Passkey) -> Self {
        Self {
            id: passkey.id,
            name: passkey.name,
            is_synced: passkey.is_synced,
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
        }
    }
}

/// What an authenticator answered, if the name will do.
pub(crate) fn new_passkey(name: String, credential: Value) -> Result<NewPasskey, Problem> {
    check_name(&name).map_err(|detail| invalid_field("/name", detail))?;
    Ok(NewPasskey { name, credential })
}

/// Begins to add a passkey.
///
/// A new call takes the place of the one before: only the last challenge can be answered, once,
/// within five minutes.
#[utoipa::path(
    post,
    path = "/v1/identity/passkeys/options",
    operation_id = "identity_passkeys_options",
    tag = "identity",
    request_body(content = PasskeyOptionsRequest, example = json!({})),
    responses(
        (status = 200, description = "What the authenticator is to be asked.", body = OptionsJson),
        (status = 422, description = "The password is wrong, there are 25 passkeys, or the public address has no name.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn options(
    State(identity): State<Identity>,
    person: Person,
    OptionalJson(body): OptionalJson<PasskeyOptionsRequest>,
) -> Result<Json<OptionsJson>, Problem> {
    let challenge =
        identity.ask_for_passkey(&person.owner, &person.client, body.password.as_deref()).await?;
    Ok(Json(OptionsJson { options: challenge.options, expires_at: challenge.expires_at }))
}

/// Adds the passkey that the authenticator made.
#[utoipa::path(
    post,
    path = "/v1/identity/passkeys",
    operation_id = "identity_passkeys_create",
    tag = "identity",
    request_body(content = CreatePasskey, example = json!({ "name": "Telephone", "credential": {} })),
    responses(
        (status = 201, description = "From now on one can sign in with it.", body = PasskeyJson),
        (status = 404, description = "No challenge waits for an answer.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "This passkey is known already.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The answer isn't valid for the challenge.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    person: Person,
    Json(body): Json<CreatePasskey>,
) -> Result<(StatusCode, Json<PasskeyJson>), Problem> {
    let new = new_passkey(body.name, body.credential)?;
    let passkey = identity.add_passkey(&person.owner, new).await?;
    Ok((StatusCode::CREATED, Json(passkey.into())))
}

/// The caller's passkeys.
#[utoipa::path(
    get,
    path = "/v1/identity/passkeys",
    operation_id = "identity_passkeys_list",
    tag = "identity",
    responses((status = 200, description = "The passkeys; there are 25 at most.", body = PasskeysJson), ReadProblems),
)]
async fn list(
    State(identity): State<Identity>,
    person: Person,
) -> Result<Json<PasskeysJson>, Problem> {
    let passkeys = identity.passkeys(person.owner.user).await?;
    Ok(Json(PasskeysJson { passkeys: passkeys.into_iter().map(PasskeyJson::from).collect() }))
}

/// Takes a passkey away.
#[utoipa::path(
    delete,
    path = "/v1/identity/passkeys/{id}",
    operation_id = "identity_passkeys_delete",
    tag = "identity",
    params(("id" = PasskeyId, Path, description = "The passkey's id.")),
    responses(
        (status = 204, description = "Nobody can sign in with it any more."),
        (status = 404, description = "The caller has no such passkey.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(identity): State<Identity>,
    person: Person,
    Path(id): Path<PasskeyId>,
) -> Result<StatusCode, Problem> {
    identity.remove_passkey(&person.owner, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
