//! Applications over HTTP, for their owners. A secret is shown in one answer, which is never given
//! again: a repeat with the same `Idempotency-Key` registers no second application and says so.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use identity::ApplicationId;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, OptionalJson, etag, invalid_field};
use kernel::{Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Application, Details, GrantType, Kind, NewApplication, OVERLAP_MAX, Patch, Shown};
use crate::error::OauthError;
use crate::http::Person;
use crate::oauth::Oauth;
use crate::scopes::Scopes;

pub(crate) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(rotate_secret))
}

/// Whether a program can keep a secret: one on a server can, one on people's devices or in their
/// browsers can't.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApplicationKind)]
pub(crate) enum KindJson {
    Confidential,
    Public,
}

/// A way in which an application gets tokens.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApplicationGrantType)]
pub(crate) enum GrantTypeJson {
    /// A user allows it in their browser.
    AuthorizationCode,
    /// A user allows it in the browser of another device.
    DeviceCode,
    /// It acts for its owner, by its secret alone.
    ClientCredentials,
}

/// An application to register.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApplication)]
pub(crate) struct CreateApplication {
    /// What users see when they are asked to allow it.
    #[schema(min_length = 1, max_length = 100, example = "Orchard Books")]
    name: String,
    kind: KindJson,
    /// Where a browser may be sent back to: compared character by character, but for the port of
    /// `http://127.0.0.1` and `http://[::1]` if the application is public.
    #[serde(default)]
    #[schema(max_items = 10, example = json!(["https://books.example/callback"]))]
    redirect_uris: Vec<String>,
    /// Where a browser may be sent after a sign-out.
    #[serde(default)]
    #[schema(max_items = 10)]
    post_logout_redirect_uris: Vec<String>,
    #[schema(min_items = 1)]
    grant_types: Vec<GrantTypeJson>,
    /// What it may ask for at most: the scopes of API keys, `openid`, `profile`, `email` and
    /// `offline_access`, which gives a refresh token.
    #[schema(min_items = 1, example = json!(["openid", "wallet.read", "offline_access"]))]
    scopes: Vec<String>,
}

/// A merge patch (RFC 7396): what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApplicationPatch)]
pub(crate) struct PatchApplication {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    #[schema(max_items = 10)]
    redirect_uris: Option<Vec<String>>,
    #[schema(max_items = 10)]
    post_logout_redirect_uris: Option<Vec<String>>,
    #[schema(min_items = 1)]
    grant_types: Option<Vec<GrantTypeJson>>,
    #[schema(min_items = 1)]
    scopes: Option<Vec<String>>,
}

/// How to rotate a secret.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateApplicationSecret {
    /// For how long the old secret works on, in seconds; 0 ends it now.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 604_800, example = 86_400)]
    overlap_s: u32,
}

/// A program that acts for users who allow it.
#[derive(Serialize, ToSchema)]
#[schema(as = Application)]
pub(crate) struct ApplicationJson {
    /// Its `client_id`.
    id: ApplicationId,
    name: String,
    kind: KindJson,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    grant_types: Vec<GrantTypeJson>,
    scopes: Vec<&'static str>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Until when the secret before the last rotation is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    former_secret_until: Option<Timestamp>,
}

/// An application with a secret that was made just now.
#[derive(Serialize, ToSchema)]
#[schema(as = ShownApplication)]
pub(crate) struct ShownJson {
    #[serde(flatten)]
    application: ApplicationJson,
    /// Shown only in this answer; a public application has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "bshl_app_3f9…")]
    client_secret: Option<String>,
}

/// The caller's applications.
#[derive(Serialize, ToSchema)]
#[schema(as = Applications)]
pub(crate) struct ApplicationsJson {
    /// The oldest first.
    applications: Vec<ApplicationJson>,
}

impl From<KindJson> for Kind {
    fn from(kind: KindJson) -> Self {
        match kind {
            KindJson::Confidential => Self::Confidential,
            KindJson::Public => Self::Public,
        }
    }
}

impl From<GrantTypeJson> for GrantType {
    fn from(grant_type: GrantTypeJson) -> Self {
        match grant_type {
            GrantTypeJson::AuthorizationCode => Self::AuthorizationCode,
            GrantTypeJson::DeviceCode => Self::DeviceCode,
            GrantTypeJson::ClientCredentials => Self::ClientCredentials,
        }
    }
}

impl From<Application> for ApplicationJson {
    fn from(application: Application) -> Self {
        let kind = match application.kind {
            Kind::Confidential => KindJson::Confidential,
            Kind::Public => KindJson::Public,
        };
        let grant_type = |grant_type| match grant_type {
            GrantType::AuthorizationCode => GrantTypeJson::AuthorizationCode,
            GrantType::DeviceCode => GrantTypeJson::DeviceCode,
            GrantType::ClientCredentials => GrantTypeJson::ClientCredentials,
        };
        let details = application.details;
        Self {
            id: application.id,
            name: details.name,
            kind,
            redirect_uris: details.redirect_uris,
            post_logout_redirect_uris: details.post_logout_redirect_uris,
            grant_types: details.grant_types.into_iter().map(grant_type).collect(),
            scopes: details.scopes.names(),
            created_at: application.created_at,
            updated_at: application.updated_at,
            former_secret_until: application.former_secret.map(|(_, until)| until),
        }
    }
}

fn grant_types(given: Vec<GrantTypeJson>) -> Vec<GrantType> {
    let mut all: Vec<GrantType> = given.into_iter().map(GrantType::from).collect();
    all.sort();
    all.dedup();
    all
}

fn scopes(names: &[String]) -> Result<Scopes, Problem> {
    let invalid = |place| invalid_field(format!("/scopes/{place}"), "there is no such scope");
    Scopes::try_from_names(names).map_err(invalid)
}

/// A failure whose cause, if it is in a field, names it.
fn about_field(error: OauthError) -> Problem {
    match error {
        OauthError::Invalid { field, detail } => {
            Problem::from(error).with_field(format!("/{field}"), detail)
        }
        other => other.into(),
    }
}

fn answer(application: Application) -> Response {
    let tag = etag(application.version);
    ([(ETAG, tag)], Json(ApplicationJson::from(application))).into_response()
}

fn shown(status: StatusCode, shown: Shown) -> Response {
    let tag = etag(shown.application.version);
    let client_secret = shown.secret.map(|secret| secret.as_str().to_owned());
    let body = ShownJson { application: shown.application.into(), client_secret };
    (status, [(ETAG, tag)], Json(body)).into_response()
}

/// The caller's applications.
#[utoipa::path(
    get,
    path = "/v1/oauth/applications",
    operation_id = "oauth_applications_list",
    tag = "oauth",
    responses((status = 200, description = "The applications; there are 20 at most.", body = ApplicationsJson), ReadProblems),
)]
async fn list(
    State(oauth): State<Oauth>,
    person: Person,
) -> Result<Json<ApplicationsJson>, Problem> {
    let applications = oauth.applications(person.user).await?;
    let applications = applications.into_iter().map(ApplicationJson::from).collect();
    Ok(Json(ApplicationsJson { applications }))
}

/// Registers an application.
#[utoipa::path(
    post,
    path = "/v1/oauth/applications",
    operation_id = "oauth_applications_create",
    tag = "oauth",
    params(
        ("Idempotency-Key" = Option<String>, Header,
         description = "A repeat registers no second application; its secret isn't shown again.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(
        content = CreateApplication,
        example = json!({ "name": "Orchard Books", "kind": "confidential",
            "redirect_uris": ["https://books.example/callback"],
            "grant_types": ["authorization_code"], "scopes": ["openid", "wallet.read"] }),
    ),
    responses(
        (status = 201, description = "The application, with its secret shown only in this answer.", body = ShownJson,
         headers(("Location" = String, description = "Where the application is."),
                 ("ETag" = String, description = "Its version."))),
        (status = 409, description = "The first request with this Idempotency-Key registered it.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The caller has 20 applications.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(oauth): State<Oauth>,
    person: Person,
    ids: Ids,
    Json(body): Json<CreateApplication>,
) -> Result<Response, Problem> {
    let details = Details {
        name: body.name,
        redirect_uris: body.redirect_uris,
        post_logout_redirect_uris: body.post_logout_redirect_uris,
        grant_types: grant_types(body.grant_types),
        scopes: scopes(&body.scopes)?,
    };
    let id = ApplicationId::from_u128(ids.get(0));
    let new = NewApplication { id, kind: body.kind.into(), details };
    let made = oauth.create_application(&person.owner(), new).await.map_err(about_field)?;
    let location = HeaderValue::try_from(format!("/v1/oauth/applications/{id}"));
    let mut response = shown(StatusCode::CREATED, made);
    response.headers_mut().insert(LOCATION, location.expect("ids are ASCII"));
    Ok(response)
}

/// One of the caller's applications, without its secret.
#[utoipa::path(
    get,
    path = "/v1/oauth/applications/{id}",
    operation_id = "oauth_applications_get",
    tag = "oauth",
    params(("id" = ApplicationId, Path, description = "The application's id.")),
    responses(
        (status = 200, description = "The application.", body = ApplicationJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "The caller has no such application.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(oauth): State<Oauth>,
    person: Person,
    Path(id): Path<ApplicationId>,
) -> Result<Response, Problem> {
    Ok(answer(oauth.own_application(person.user, id).await?))
}

/// Changes name, addresses, grant types or scopes. What users have allowed before stays.
#[utoipa::path(
    patch,
    path = "/v1/oauth/applications/{id}",
    operation_id = "oauth_applications_update",
    tag = "oauth",
    params(
        ("id" = ApplicationId, Path, description = "The application's id."),
        ("If-Match" = String, Header, description = "The ETag that the change is based on."),
    ),
    request_body(content = PatchApplication, example = json!({ "name": "Orchard Books" })),
    responses(
        (status = 200, description = "The application as it is now.", body = ApplicationJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "The caller has no such application.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(oauth): State<Oauth>,
    person: Person,
    Path(id): Path<ApplicationId>,
    headers: HeaderMap,
    Json(body): Json<PatchApplication>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let patch = Patch {
        name: body.name,
        redirect_uris: body.redirect_uris,
        post_logout_redirect_uris: body.post_logout_redirect_uris,
        grant_types: body.grant_types.map(grant_types),
        scopes: body.scopes.as_deref().map(scopes).transpose()?,
    };
    let changed = oauth.update_application(&person.owner(), id, &expected, patch).await;
    Ok(answer(changed.map_err(about_field)?))
}

/// Deletes an application. Everything that users allowed it ends, everywhere within a second.
#[utoipa::path(
    delete,
    path = "/v1/oauth/applications/{id}",
    operation_id = "oauth_applications_delete",
    tag = "oauth",
    params(("id" = ApplicationId, Path, description = "The application's id.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "The caller has no such application.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(oauth): State<Oauth>,
    person: Person,
    Path(id): Path<ApplicationId>,
) -> Result<StatusCode, Problem> {
    oauth.delete_application(&person.owner(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a new secret; the old one works until the overlap is over.
#[utoipa::path(
    post,
    path = "/v1/oauth/applications/{id}/rotate-secret",
    operation_id = "oauth_applications_rotate_secret",
    tag = "oauth",
    params(("id" = ApplicationId, Path, description = "The application's id.")),
    request_body(content = RotateApplicationSecret, example = json!({ "overlap_s": 86400 })),
    responses(
        (status = 200, description = "The application, with its new secret shown only in this answer.", body = ShownJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "The caller has no such application.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A public application has no secret.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn rotate_secret(
    State(oauth): State<Oauth>,
    person: Person,
    Path(id): Path<ApplicationId>,
    OptionalJson(body): OptionalJson<RotateApplicationSecret>,
) -> Result<Response, Problem> {
    let overlap = Duration::from_secs(body.overlap_s.into());
    if overlap > OVERLAP_MAX {
        return Err(invalid_field("/overlap_s", "the overlap is at most 604800 seconds"));
    }
    let rotated = oauth.rotate_application_secret(&person.owner(), id, overlap).await?;
    Ok(shown(StatusCode::OK, rotated))
}
