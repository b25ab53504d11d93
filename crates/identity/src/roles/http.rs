//! Roles over HTTP.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{IfMatch, etag, invalid_field};
use kernel::text::is_line;
use kernel::{Json, Path, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{REASON_CHARS_MAX, parse_roles};
use crate::actor::Actor;
use crate::identity::Identity;
use crate::ids::UserId;
use crate::permissions::{Permission, Role, RoleSet};
use crate::users::User;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get, update))
}

/// A role and what it may do.
#[derive(Serialize, ToSchema)]
#[schema(as = Role)]
pub(crate) struct RoleJson {
    #[schema(example = "support")]
    name: &'static str,
    /// Whether it acts for the house.
    is_staff: bool,
    #[schema(example = json!(["users.read"]))]
    permissions: Vec<&'static str>,
}

/// Something that may be allowed.
#[derive(Serialize, ToSchema)]
#[schema(as = Permission)]
pub(crate) struct PermissionJson {
    #[schema(example = "wallet.read")]
    name: &'static str,
    /// Whether an API key may have it.
    is_scope: bool,
}

/// All roles and permissions.
#[derive(Serialize, ToSchema)]
#[schema(as = Roles)]
pub(crate) struct RolesJson {
    roles: Vec<RoleJson>,
    permissions: Vec<PermissionJson>,
}

/// Which roles a user is to have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUserRoles)]
pub(crate) struct UpdateUserRoles {
    /// All roles from now on; everybody stays a `user`.
    #[schema(max_items = 5, example = json!(["user", "support"]))]
    roles: Vec<String>,
    /// Why, for the audit log.
    #[schema(min_length = 1, max_length = 500, example = "Joins the support team on Monday")]
    reason: String,
}

/// The roles of a user.
#[derive(Serialize, ToSchema)]
#[schema(as = UserRoles)]
pub(crate) struct UserRolesJson {
    id: UserId,
    #[schema(example = json!(["user", "support"]))]
    roles: Vec<&'static str>,
    /// The user's version; the ETag.
    version: u32,
}

/// Roles and a reason, if they are well-formed.
pub(crate) fn read_roles<'r>(
    names: &[String],
    reason: &'r str,
) -> Result<(RoleSet, &'r str), Problem> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let roles = parse_roles(&names).map_err(|name| {
        let index = names.iter().position(|it| *it == name).unwrap_or(0);
        invalid_field(format!("/roles/{index}"), "there is no such role")
    })?;
    let reason = reason.trim();
    if !is_line(reason, 1..=REASON_CHARS_MAX) {
        let detail = "a reason has 1 to 500 characters, without control characters";
        return Err(invalid_field("/reason", detail));
    }
    Ok((roles, reason))
}

fn respond(user: &User) -> Response {
    let body = UserRolesJson { id: user.id, roles: user.roles.names(), version: user.version };
    let mut response = Json(body).into_response();
    response.headers_mut().insert(ETAG, etag(user.version));
    response
}

/// Which roles there are and what each may do.
#[utoipa::path(
    get,
    path = "/v1/identity/roles",
    operation_id = "identity_roles_list",
    tag = "identity",
    responses((status = 200, description = "All roles and permissions.", body = RolesJson), ReadProblems),
)]
async fn list() -> Json<RolesJson> {
    let role = |role: &Role| RoleJson {
        name: role.as_str(),
        is_staff: role.is_staff(),
        permissions: role.permissions().map(Permission::as_str).collect(),
    };
    let permission = |permission: &Permission| PermissionJson {
        name: permission.as_str(),
        is_scope: permission.is_scope(),
    };
    Json(RolesJson {
        roles: Role::ALL.iter().map(role).collect(),
        permissions: Permission::ALL.iter().map(permission).collect(),
    })
}

/// The roles of a user. For staff.
#[utoipa::path(
    get,
    path = "/v1/identity/users/{id}/roles",
    operation_id = "identity_roles_get",
    tag = "identity",
    params(("id" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 200, description = "The roles.", body = UserRolesJson,
         headers(("ETag" = String, description = "The user's version, for If-Match."))),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<UserId>,
) -> Result<Response, Problem> {
    let user = identity.user_for_staff(&actor, id).await?;
    Ok(respond(&user))
}

/// Sets the roles of a user, and ends their sessions.
///
/// For staff who may give roles; nobody changes their own.
#[utoipa::path(
    put,
    path = "/v1/identity/users/{id}/roles",
    operation_id = "identity_roles_update",
    tag = "identity",
    params(
        ("id" = UserId, Path, description = "The user's id."),
        ("If-Match" = String, Header, description = "The ETag that the change is based on.", example = "\"3\""),
    ),
    request_body(
        content = UpdateUserRoles,
        example = json!({ "roles": ["user", "support"], "reason": "Joins the support team on Monday" }),
    ),
    responses(
        (status = 200, description = "The roles that the user has now.", body = UserRolesJson,
         headers(("ETag" = String, description = "The new version."))),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The user has changed since.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "If-Match is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(identity): State<Identity>,
    actor: Actor,
    Path(id): Path<UserId>,
    headers: HeaderMap,
    Json(body): Json<UpdateUserRoles>,
) -> Result<Response, Problem> {
    actor.require(Permission::UsersRoles)?;
    let based_on = IfMatch::read(&headers)?;
    let new = read_roles(&body.roles, &body.reason)?;
    let user = identity.give_roles(&actor, id, &based_on, new).await?;
    Ok(respond(&user))
}
