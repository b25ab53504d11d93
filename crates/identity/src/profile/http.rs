//! The profile over HTTP.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{IfMatch, etag, invalid_field};
use kernel::{Json, Problem, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Profile, ProfilePatch};
use crate::actor::Actor;
use crate::identity::Identity;
use crate::ids::UserId;
use crate::person::Person;
use crate::users::{Confirmation, Handle, check_locale, check_name};

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(get, update, delete)).routes(routes!(export))
}

/// When a sign-in with the password has to be confirmed by mail.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConfirmationPolicy {
    /// On devices that were never used before.
    NewDevices,
    Always,
    /// Not for staff.
    Never,
}

impl From<Confirmation> for ConfirmationPolicy {
    fn from(confirmation: Confirmation) -> Self {
        match confirmation {
            Confirmation::NewDevices => Self::NewDevices,
            Confirmation::Always => Self::Always,
            Confirmation::Never => Self::Never,
        }
    }
}

impl From<ConfirmationPolicy> for Confirmation {
    fn from(confirmation: ConfirmationPolicy) -> Self {
        match confirmation {
            ConfirmationPolicy::NewDevices => Self::NewDevices,
            ConfirmationPolicy::Always => Self::Always,
            ConfirmationPolicy::Never => Self::Never,
        }
    }
}

/// A user as they see themselves.
#[derive(Serialize, ToSchema)]
#[schema(as = Profile)]
pub(crate) struct ProfileJson {
    id: UserId,
    #[schema(example = "ann@example.org")]
    email: String,
    is_email_verified: bool,
    /// What others see.
    #[schema(example = "Ann Apple")]
    name: String,
    /// By which others find the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ann")]
    handle: Option<String>,
    /// When the handle may be changed again, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    handle_changeable_at: Option<Timestamp>,
    /// `en` or `de`.
    #[schema(example = "en")]
    locale: String,
    sign_in_confirmation: ConfirmationPolicy,
    /// Whether people who never had to do with the user find them by the beginning of the handle.
    is_discoverable: bool,
    #[schema(example = json!(["user"]))]
    roles: Vec<&'static str>,
    created_at: Timestamp,
    /// Rises with each change; the ETag.
    version: u32,
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProfilePatch)]
pub(crate) struct PatchBody {
    #[schema(min_length = 1, max_length = 100, example = "Ann Apple")]
    name: Option<String>,
    /// 3 to 30 of a-z, 0-9, `_`, `.` and `-`; can be changed once in 30 days.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, min_length = 3, max_length = 30, example = "ann")]
    handle: Option<Option<String>>,
    /// `en` or `de`.
    #[schema(example = "de")]
    locale: Option<String>,
    /// Null leaves it to the house. Needs a person who is signed in; API keys won't do.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<ConfirmationPolicy>)]
    sign_in_confirmation: Option<Option<ConfirmationPolicy>>,
    /// Whether people who never had to do with the user find them by the beginning of the handle.
    #[schema(example = true)]
    is_discoverable: Option<bool>,
}

/// `Some(None)` is null, `None` is left out.
fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// The proofs that it is the user who wants to leave.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteProfile {
    #[schema(max_length = 256, format = Password, example = "correct horse battery staple")]
    password: String,
    /// Six digits from the authenticator app, if there is one.
    #[schema(max_length = 16, example = "287082")]
    totp: Option<String>,
}

/// Everything that is kept about a user: a field for each part of the bank.
#[derive(Serialize, ToSchema)]
#[schema(as = ProfileExport)]
pub(crate) struct ExportJson {
    /// Profile, sessions, devices, credentials without their secrets, and the log.
    #[schema(value_type = Object)]
    identity: Value,
    /// What the other parts hold, under their names.
    #[serde(flatten)]
    #[schema(value_type = std::collections::HashMap<String, Object>)]
    others: serde_json::Map<String, Value>,
}

impl ProfileJson {
    fn of(profile: Profile, now: Timestamp) -> Self {
        let handle_changeable_at = profile.handle_changeable_at(now);
        let user = profile.user;
        Self {
            id: user.id,
            email: user.email,
            is_email_verified: user.is_email_verified,
            name: user.name,
            handle: user.handle,
            handle_changeable_at,
            locale: user.locale,
            sign_in_confirmation: profile.confirmation.into(),
            is_discoverable: profile.is_discoverable,
            roles: user.roles.names(),
            created_at: user.created_at,
            version: user.version,
        }
    }
}

/// What a patch says, if it is well-formed and the caller may say it.
pub(crate) fn read_patch(
    actor: &Actor,
    name: Option<String>,
    handle: Option<Option<String>>,
    locale: Option<String>,
    confirmation: Option<Option<Confirmation>>,
    is_discoverable: Option<bool>,
) -> Result<ProfilePatch, Problem> {
    let invalid = |pointer: &'static str| move |detail: &str| invalid_field(pointer, detail);
    if let Some(name) = &name {
        check_name(name).map_err(invalid("/name"))?;
    }
    if let Some(locale) = &locale {
        check_locale(locale).map_err(invalid("/locale"))?;
    }
    let handle = match handle {
        Some(Some(text)) => Some(Some(Handle::try_new(&text).map_err(invalid("/handle"))?)),
        Some(None) => Some(None),
        None => None,
    };
    if confirmation.is_some() {
        actor.require_session()?;
    }
    Ok(ProfilePatch { name, handle, locale, confirmation, is_discoverable })
}

fn respond(identity: &Identity, profile: Profile) -> Response {
    let tag = etag(profile.user.version);
    let json = ProfileJson::of(profile, identity.clock.now());
    let mut response = Json(json).into_response();
    response.headers_mut().insert(ETAG, tag);
    response
}

/// The caller's profile.
#[utoipa::path(
    get,
    path = "/v1/identity/profile",
    operation_id = "identity_profile_get",
    tag = "identity",
    responses(
        (status = 200, description = "The profile.", body = ProfileJson,
         headers(("ETag" = String, description = "The version, for If-Match."))),
        ReadProblems,
    ),
)]
async fn get(State(identity): State<Identity>, actor: Actor) -> Result<Response, Problem> {
    let profile = identity.profile(actor.require_user()?).await?;
    Ok(respond(&identity, profile))
}

/// Changes the caller's profile.
#[utoipa::path(
    patch,
    path = "/v1/identity/profile",
    operation_id = "identity_profile_update",
    tag = "identity",
    params(("If-Match" = String, Header, description = "The ETag of the profile that the change is based on.", example = "\"3\"")),
    request_body(content = PatchBody, example = json!({ "name": "Ann Apple", "locale": "de" })),
    responses(
        (status = 200, description = "The profile after the change.", body = ProfileJson,
         headers(("ETag" = String, description = "The new version."))),
        (status = 409, description = "Somebody has, or had, this handle.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The profile has changed since.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The handle was changed less than 30 days ago, or staff wants no confirmation.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(identity): State<Identity>,
    actor: Actor,
    headers: HeaderMap,
    Json(body): Json<PatchBody>,
) -> Result<Response, Problem> {
    let user = actor.require_user()?;
    let based_on = IfMatch::read(&headers)?;
    let confirmation = body.sign_in_confirmation.map(|it| it.map(Confirmation::from));
    let patch = read_patch(
        &actor,
        body.name,
        body.handle,
        body.locale,
        confirmation,
        body.is_discoverable,
    )?;
    let profile = identity.update_profile(user, actor.audit(), &based_on, &patch).await?;
    Ok(respond(&identity, profile))
}

/// Everything that is kept about the caller.
#[utoipa::path(
    get,
    path = "/v1/identity/profile/export",
    operation_id = "identity_profile_export",
    tag = "identity",
    responses((status = 200, description = "A field for each part of the bank.", body = ExportJson), ReadProblems),
)]
async fn export(
    State(identity): State<Identity>,
    person: Person,
) -> Result<Json<ExportJson>, Problem> {
    let (identity, others) = identity.export_profile(&person.owner).await?;
    Ok(Json(ExportJson { identity, others }))
}

/// Erases the caller's personal data for good.
///
/// Refused while another part of the bank holds something of theirs, such as a balance.
#[utoipa::path(
    delete,
    path = "/v1/identity/profile",
    operation_id = "identity_profile_delete",
    tag = "identity",
    request_body(content = DeleteProfile, example = json!({ "password": "correct horse battery staple" })),
    responses(
        (status = 204, description = "The user is gone."),
        (status = 409, description = "Something is still held for the user; the code says what.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The password or the code is wrong, or a code is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn delete(
    State(identity): State<Identity>,
    person: Person,
    Json(body): Json<DeleteProfile>,
) -> Result<StatusCode, Problem> {
    let (password, code) = (&*body.password, body.totp.as_deref());
    identity.delete_profile(&person.owner, &person.client, password, code).await?;
    Ok(StatusCode::NO_CONTENT)
}
