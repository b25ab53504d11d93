//! Who one is at outside providers, over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{LinkedIdentity, LinkedIdentityId};
use crate::identity::Identity;
use crate::person::Person;
use crate::provider_sign_ins::http::{BegunJson, begun};

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(list, create)).routes(routes!(delete))
}

/// Who the caller is at a provider.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkedIdentity)]
pub(crate) struct LinkedIdentityJson {
    id: LinkedIdentityId,
    /// The provider's name.
    #[schema(example = "orchard")]
    provider: String,
    /// What the provider called their address when it was linked.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
}

/// Who the caller is at providers.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkedIdentities)]
struct LinkedIdentitiesJson {
    /// The oldest first.
    linked_identities: Vec<LinkedIdentityJson>,
}

/// A provider to link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLinkedIdentity)]
struct CreateLinkedIdentity {
    /// The provider's name.
    #[schema(example = "orchard")]
    provider: String,
    /// The caller's password; needed if the session began more than ten minutes ago.
    #[schema(max_length = 256, format = Password)]
    password: Option<String>,
}

impl From<LinkedIdentity> for LinkedIdentityJson {
    fn from(linked: LinkedIdentity) -> Self {
        let LinkedIdentity { id, provider, email, created_at, last_used_at } = linked;
        Self { id, provider, email, created_at, last_used_at }
    }
}

/// The outside providers with which the caller can sign in.
#[utoipa::path(
    get,
    path = "/v1/identity/linked-identities",
    operation_id = "identity_linked_identities_list",
    tag = "identity",
    responses((status = 200, description = "All of them.", body = LinkedIdentitiesJson), ReadProblems),
)]
async fn list(
    State(identity): State<Identity>,
    person: Person,
) -> Result<Json<LinkedIdentitiesJson>, Problem> {
    let all = identity.linked_identities(person.owner.user).await?;
    let linked_identities = all.into_iter().map(LinkedIdentityJson::from).collect();
    Ok(Json(LinkedIdentitiesJson { linked_identities }))
}

/// Begins to link a provider to the caller.
///
/// Send the browser to the address in the answer; it comes back to the page `/sign-in/callback`,
/// which finishes it like a sign-in.
#[utoipa::path(
    post,
    path = "/v1/identity/linked-identities",
    operation_id = "identity_linked_identities_create",
    tag = "identity",
    request_body(content = CreateLinkedIdentity, example = json!({ "provider": "orchard" })),
    responses(
        (status = 200, description = "Where to go. A cookie, `__Host-bushel_provider`, ties it to this browser.", body = BegunJson),
        (status = 403, description = "The session is an old one and the password is missing.",
         body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such provider.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    person: Person,
    Json(body): Json<CreateLinkedIdentity>,
) -> Result<Response, Problem> {
    identity.prove_presence(&person.owner, &person.client, body.password.as_deref()).await?;
    let asked = (body.provider.as_str(), Some(person.owner.user));
    Ok(begun(identity.begin_provider_sign_in(asked, None, &person.client).await?))
}

/// Takes a provider away. The last way in stays.
#[utoipa::path(
    delete,
    path = "/v1/identity/linked-identities/{id}",
    operation_id = "identity_linked_identities_delete",
    tag = "identity",
    params(("id" = LinkedIdentityId, Path, description = "The linked identity's id.")),
    responses(
        (status = 204, description = "The caller can't sign in with it any more."),
        (status = 404, description = "The caller has no such linked identity.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It is the last way in: set a password or add a passkey first.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(identity): State<Identity>,
    person: Person,
    Path(id): Path<LinkedIdentityId>,
) -> Result<StatusCode, Problem> {
    identity.unlink(&person.owner, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
