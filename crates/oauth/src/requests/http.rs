//! Authorization requests over HTTP: where an application sends a browser, and what the page that
//! stands there asks and says for its user.

use axum::extract::{RawQuery, State};
use axum::http::header::LOCATION;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse as _, Response};
use identity::{Actor, ActorKind, ApplicationId};
use kernel::http::documents::ReadProblems;
use kernel::{Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Begun, View, Visitor};
use crate::applications::origin_of;
use crate::http::{Caller, Person};
use crate::ids::AuthorizationRequestId;
use crate::oauth::Oauth;
use crate::protocol::http::ErrorJson;
use crate::protocol::{Form, ProtocolError};

pub(crate) fn protocol_routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default().routes(routes!(authorize))
}

pub(crate) fn routes() -> OpenApiRouter<Oauth> {
    OpenApiRouter::default().routes(routes!(get)).routes(routes!(approve)).routes(routes!(deny))
}

/// What an application asks a browser for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "for the API document: queries are read one parameter at a time")]
struct AuthorizeQuery {
    #[param(example = "code")]
    response_type: String,
    client_id: String,
    /// One of those that were registered, character by character.
    redirect_uri: String,
    #[param(example = "openid wallet.read")]
    scope: String,
    /// Comes back as it is.
    state: Option<String>,
    /// Comes back in the id_token.
    nonce: Option<String>,
    /// PKCE: the SHA-256 of the verifier, in base64url.
    code_challenge: String,
    #[param(example = "S256")]
    code_challenge_method: String,
    /// `none`, or some of `login`, `consent` and `select_account`.
    prompt: Option<String>,
    /// How old the sign-in may be, in seconds.
    max_age: Option<u32>,
}

/// An application that asks.
#[derive(Serialize, ToSchema)]
#[schema(as = AskingApplication)]
pub(crate) struct ApplicationJson {
    pub(crate) id: ApplicationId,
    #[schema(example = "Orchard Books")]
    pub(crate) name: String,
}

/// What an application asks its user for.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthorizationRequest)]
struct RequestJson {
    id: AuthorizationRequestId,
    application: ApplicationJson,
    /// Where the browser goes afterwards: an origin, or a private scheme.
    #[schema(example = "https://books.example")]
    redirect_origin: String,
    scopes: Vec<&'static str>,
    /// What the user hasn't allowed before.
    new_scopes: Vec<&'static str>,
    /// If not, the page may approve at once, without showing anything.
    is_consent_needed: bool,
    /// The application wants a fresh sign-in: sign in again, then come back with the same request.
    is_sign_in_needed: bool,
    expires_at: Timestamp,
}

/// Where the browser has to go now.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthorizationDecision)]
struct DecisionJson {
    #[schema(
        example = "https://books.example/callback?code=bshl_ac_…&state=x&iss=https%3A%2F%2Fbank.example"
    )]
    redirect_to: String,
}

impl From<View> for RequestJson {
    fn from(view: View) -> Self {
        let request = view.request;
        let scheme = || request.redirect_uri.split(':').next().unwrap_or_default().to_owned();
        Self {
            id: request.id,
            application: ApplicationJson { id: request.application, name: view.application_name },
            redirect_origin: origin_of(&request.redirect_uri).unwrap_or_else(scheme),
            scopes: request.scopes.names(),
            new_scopes: view.new_scopes.names(),
            is_consent_needed: view.is_consent_needed,
            is_sign_in_needed: view.is_sign_in_needed,
            expires_at: request.expires_at,
        }
    }
}

/// Asks a user to allow an application something (RFC 6749, 4.1.1).
///
/// The browser is sent on to the page that asks. What is wrong is told to the application at its
/// registered address; where that isn't known, here.
#[utoipa::path(
    get,
    path = "/oauth/authorize",
    operation_id = "oauth_authorize",
    tag = "oauth",
    params(AuthorizeQuery),
    responses(
        (status = 303, description = "To the page `/consent?request=…`, or back with an error.",
         headers(("Location" = String, description = "Where to go."))),
        (status = 400, description = "The application or its address isn't known, so there is nowhere to go.", body = ErrorJson),
    ),
)]
async fn authorize(
    State(oauth): State<Oauth>,
    RawQuery(query): RawQuery,
    extensions: Extensions,
    caller: Caller,
) -> Result<Response, ProtocolError> {
    let query = Form::try_parse(query.unwrap_or_default().as_bytes());
    let query = query.map_err(|_| ProtocolError::InvalidRequest("a parameter is there twice"))?;
    let person = match extensions.get::<Actor>().map(|actor| actor.kind) {
        Some(ActorKind::Session { user, session }) => Some((user, session)),
        _ => None,
    };
    let visitor = Visitor { person, client: caller.0 };
    let (Begun::Page(address) | Begun::Back(address)) = oauth.begin(&query, &visitor).await?;
    Ok(see_other(&address))
}

/// Sends a browser elsewhere; by 303, so that nothing is posted there (RFC 9700, 4.12).
pub(crate) fn see_other(address: &str) -> Response {
    match axum::http::HeaderValue::try_from(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
        Err(_) => ProtocolError::InvalidRequest("the address can't be sent").into_response(),
    }
}

/// What an application asks for, for the page that asks the user.
#[utoipa::path(
    get,
    path = "/v1/oauth/requests/{id}",
    operation_id = "oauth_requests_get",
    tag = "oauth",
    params(("id" = AuthorizationRequestId, Path, description = "The request of the page's address.")),
    responses(
        (status = 200, description = "What it asks for.", body = RequestJson),
        (status = 404, description = "There is no such request, it was decided, or it has expired.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(oauth): State<Oauth>,
    person: Person,
    Path(id): Path<AuthorizationRequestId>,
) -> Result<Json<RequestJson>, Problem> {
    let view = oauth.authorization_request(id, (person.user, person.session)).await?;
    Ok(Json(view.into()))
}

/// Allows what an application asks for, and remembers that.
#[utoipa::path(
    post,
    path = "/v1/oauth/requests/{id}/approve",
    operation_id = "oauth_requests_approve",
    tag = "oauth",
    params(("id" = AuthorizationRequestId, Path, description = "The request of the page's address.")),
    responses(
        (status = 200, description = "The browser has to go there now.", body = DecisionJson),
        (status = 403, description = "The application wants a fresh sign-in.",
         body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such request, it was decided, or it has expired.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn approve(
    State(oauth): State<Oauth>,
    person: Person,
    Path(id): Path<AuthorizationRequestId>,
) -> Result<Json<DecisionJson>, Problem> {
    let redirect_to = oauth.approve(id, (person.user, person.session), &person.client).await?;
    Ok(Json(DecisionJson { redirect_to }))
}

/// Refuses what an application asks for.
#[utoipa::path(
    post,
    path = "/v1/oauth/requests/{id}/deny",
    operation_id = "oauth_requests_deny",
    tag = "oauth",
    params(("id" = AuthorizationRequestId, Path, description = "The request of the page's address.")),
    responses(
        (status = 200, description = "The browser has to go there now.", body = DecisionJson),
        (status = 404, description = "There is no such request, it was decided, or it has expired.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn deny(
    State(oauth): State<Oauth>,
    person: Person,
    Path(id): Path<AuthorizationRequestId>,
) -> Result<Json<DecisionJson>, Problem> {
    let redirect_to = oauth.deny(id, person.user, &person.client).await?;
    Ok(Json(DecisionJson { redirect_to }))
}
