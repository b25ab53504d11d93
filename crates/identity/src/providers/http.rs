//! Which providers there are, over HTTP.

use axum::extract::State;
use kernel::http::documents::ReadProblems;
use kernel::{Json, Path, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::identity::Identity;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(sign_out))
}

/// A provider with which one can sign in.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInProvider)]
struct ProviderJson {
    /// In other operations.
    #[schema(example = "orchard")]
    name: String,
    /// On the button.
    #[schema(example = "Orchard ID")]
    label: String,
}

/// The providers, in the order of the configuration.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInProviders)]
struct ProvidersJson {
    providers: Vec<ProviderJson>,
}

/// Where the browser has to go now.
#[derive(Serialize, ToSchema)]
#[schema(as = ProviderSignOut)]
struct SignOutJson {
    /// Left out if the provider has no such place.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// The outside providers with which one can sign in.
#[utoipa::path(
    get,
    path = "/v1/identity/providers",
    operation_id = "identity_providers_list",
    tag = "identity",
    responses((status = 200, description = "All of them; there may be none.", body = ProvidersJson), ReadProblems),
)]
async fn list(State(identity): State<Identity>) -> Json<ProvidersJson> {
    let provider = |it: &super::SignInProvider| ProviderJson {
        name: it.name.clone(),
        label: it.label.clone(),
    };
    Json(ProvidersJson { providers: identity.providers.iter().map(provider).collect() })
}

/// Where a browser signs out of the provider itself, after it has signed out here.
#[utoipa::path(
    get,
    path = "/v1/identity/providers/{name}/sign-out",
    operation_id = "identity_providers_sign_out",
    tag = "identity",
    params(("name" = String, Path, description = "The provider's name.", example = "orchard")),
    responses(
        (status = 200, description = "Where to go, if there is such a place.", body = SignOutJson),
        (status = 404, description = "There is no such provider.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn sign_out(
    State(identity): State<Identity>,
    Path(name): Path<String>,
) -> Result<Json<SignOutJson>, Problem> {
    Ok(Json(SignOutJson { url: identity.provider_sign_out_url(&name).await? }))
}
