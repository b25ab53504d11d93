//! What a user allows applications, over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use identity::ApplicationId;
use kernel::http::documents::ReadProblems;
use kernel::{Json, Path, Problem, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Consent;
use crate::http::Person;
use crate::oauth::Oauth;
use crate::requests::http::ApplicationJson;

pub(crate) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(revoke))
}

/// What the caller allows an application.
#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
struct ConsentJson {
    application: ApplicationJson,
    #[schema(example = json!(["openid", "wallet.read"]))]
    scopes: Vec<&'static str>,
    granted_at: Timestamp,
    /// When more was allowed for the last time.
    updated_at: Timestamp,
}

/// What the caller allows.
#[derive(Serialize, ToSchema)]
#[schema(as = Consents)]
struct ConsentsJson {
    /// The newest first.
    consents: Vec<ConsentJson>,
}

impl From<Consent> for ConsentJson {
    fn from(consent: Consent) -> Self {
        let Consent { application: id, application_name: name, scopes, granted_at, updated_at } =
            consent;
        let application = ApplicationJson { id, name };
        Self { application, scopes: scopes.names(), granted_at, updated_at }
    }
}

/// The applications that the caller allows something.
#[utoipa::path(
    get,
    path = "/v1/oauth/consents",
    operation_id = "oauth_consents_list",
    tag = "oauth",
    responses((status = 200, description = "All of them.", body = ConsentsJson), ReadProblems),
)]
async fn list(State(oauth): State<Oauth>, person: Person) -> Result<Json<ConsentsJson>, Problem> {
    let consents = oauth.consents(person.user).await?;
    Ok(Json(ConsentsJson { consents: consents.into_iter().map(ConsentJson::from).collect() }))
}

/// Takes back what the caller allowed an application. Its tokens end, everywhere within a second.
#[utoipa::path(
    delete,
    path = "/v1/oauth/consents/{application_id}",
    operation_id = "oauth_consents_revoke",
    tag = "oauth",
    params(("application_id" = ApplicationId, Path, description = "The application's id.")),
    responses(
        (status = 204, description = "The application can do nothing any more."),
        (status = 404, description = "The caller allows this application nothing.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn revoke(
    State(oauth): State<Oauth>,
    person: Person,
    Path(application): Path<ApplicationId>,
) -> Result<StatusCode, Problem> {
    oauth.revoke_consent(person.user, application, &person.client).await?;
    Ok(StatusCode::NO_CONTENT)
}
