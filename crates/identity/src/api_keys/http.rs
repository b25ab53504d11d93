//! API keys over HTTP. A key is shown in one answer, which is never given again: a repeat with
//! the same `Idempotency-Key` makes no second key and says so.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use ipnet::IpNet;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, invalid_field};
use kernel::{Json, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ApiKey, NETWORKS_MAX, NewKey, OVERLAP_MAX, Shown, parse_network, parse_scopes};
use crate::identity::Identity;
use crate::ids::ApiKeyId;
use crate::permissions::{Permission, PermissionSet};
use crate::person::Person;
use crate::users::check_name;

pub(crate) fn routes() -> OpenApiRouter<Identity> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(delete))
        .routes(routes!(rotate))
}

/// An API key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApiKey)]
pub(crate) struct CreateApiKey {
    /// What its owner calls it.
    #[schema(min_length = 1, max_length = 100, example = "Bookkeeping")]
    name: String,
    /// What it may do, as far as its owner may.
    #[schema(min_items = 1, example = json!(["wallet.read"]))]
    scopes: Vec<String>,
    /// When it ends; never if left out.
    expires_at: Option<Timestamp>,
    /// Networks in CIDR notation from which it may be used; from everywhere if left out.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["192.0.2.0/24", "2001:db8::/32"]))]
    allowed_ips: Vec<String>,
}

/// How to rotate a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateApiKey {
    /// For how long the old key works on, in seconds; 0 ends it now.
    #[schema(minimum = 0, maximum = 604_800, example = 86_400)]
    overlap_s: u32,
}

/// A key with which a program acts for its owner.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct ApiKeyJson {
    id: ApiKeyId,
    name: String,
    /// The key's first 12 characters.
    #[schema(example = "bshl_key_3f9")]
    prefix: String,
    #[schema(example = json!(["wallet.read"]))]
    scopes: Vec<&'static str>,
    #[schema(example = json!(["192.0.2.0/24"]))]
    allowed_ips: Vec<String>,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// The key whose place it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<ApiKeyId>,
    /// To the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "192.0.2.7")]
    last_used_ip: Option<IpAddr>,
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
#[schema(as = ShownApiKey)]
pub(crate) struct ShownJson {
    #[serde(flatten)]
    api_key: ApiKeyJson,
    /// The key itself, shown only in this answer.
    #[schema(example = "bshl_key_3f9…")]
    key: String,
}

/// The keys that work.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKeys)]
pub(crate) struct ApiKeysJson {
    /// The oldest first.
    api_keys: Vec<ApiKeyJson>,
}

impl From<ApiKey> for ApiKeyJson {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            scopes: key.scopes.iter().map(Permission::as_str).collect(),
            allowed_ips: key.allowed_ips.iter().map(IpNet::to_string).collect(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            replaces: key.replaces,
            last_used_at: key.last_used_at,
            last_used_ip: key.last_used_ip,
        }
    }
}

impl From<Shown> for ShownJson {
    fn from(Shown { api_key, key }: Shown) -> Self {
        Self { api_key: api_key.into(), key: key.as_str().to_owned() }
    }
}

/// What a request for a key says, if it is well-formed.
pub(crate) fn new_key(
    id: ApiKeyId,
    name: String,
    scopes: &[String],
    expires_at: Option<Timestamp>,
    allowed_ips: &[String],
) -> Result<NewKey, Problem> {
    check_name(&name).map_err(|detail| invalid_field("/name", detail))?;
    if allowed_ips.len() > NETWORKS_MAX {
        let detail = format!("a key has at most {NETWORKS_MAX} networks");
        return Err(invalid_field("/allowed_ips", detail));
    }
    let network = |(index, text): (usize, &String)| {
        let detail =
            "expected an IP address or a network such as 192.0.2.0/24, without bits of a host";
        parse_network(text).ok_or_else(|| invalid_field(format!("/allowed_ips/{index}"), detail))
    };
    let allowed_ips = allowed_ips.iter().enumerate().map(network).collect::<Result<_, _>>()?;
    Ok(NewKey { id, name, scopes: read_scopes(scopes)?, expires_at, allowed_ips })
}

fn read_scopes(names: &[String]) -> Result<PermissionSet, Problem> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if names.is_empty() {
        return Err(invalid_field("/scopes", "a key needs at least one scope"));
    }
    parse_scopes(&names).map_err(|name| {
        let index = names.iter().position(|it| *it == name).unwrap_or(0);
        invalid_field(format!("/scopes/{index}"), "there is no such scope for API keys")
    })
}

pub(crate) fn overlap(seconds: u32) -> Result<Duration, Problem> {
    let overlap = Duration::from_secs(seconds.into());
    if overlap > OVERLAP_MAX {
        return Err(invalid_field("/overlap_s", "the overlap is at most 604800 seconds"));
    }
    Ok(overlap)
}

/// The caller's API keys that work.
#[utoipa::path(
    get,
    path = "/v1/identity/api-keys",
    operation_id = "identity_api_keys_list",
    tag = "identity",
    responses((status = 200, description = "The keys; there are 50 at most.", body = ApiKeysJson), ReadProblems),
)]
async fn list(
    State(identity): State<Identity>,
    person: Person,
) -> Result<Json<ApiKeysJson>, Problem> {
    let keys = identity.api_keys(person.owner.user).await?;
    Ok(Json(ApiKeysJson { api_keys: keys.into_iter().map(ApiKeyJson::from).collect() }))
}

/// Makes an API key.
#[utoipa::path(
    post,
    path = "/v1/identity/api-keys",
    operation_id = "identity_api_keys_create",
    tag = "identity",
    params(
        ("Idempotency-Key" = Option<String>, Header,
         description = "A repeat makes no second key; the key itself isn't shown again.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(
        content = CreateApiKey,
        example = json!({ "name": "Bookkeeping", "scopes": ["wallet.read"], "allowed_ips": ["192.0.2.0/24"] }),
    ),
    responses(
        (status = 201, description = "The key, shown only in this answer.", body = ShownJson),
        (status = 409, description = "The first request with this Idempotency-Key made the key.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The caller doesn't have one of the scopes, or has 50 keys.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(identity): State<Identity>,
    person: Person,
    ids: Ids,
    Json(body): Json<CreateApiKey>,
) -> Result<(StatusCode, Json<ShownJson>), Problem> {
    let id = ApiKeyId::from_u128(ids.get(0));
    let new = new_key(id, body.name, &body.scopes, body.expires_at, &body.allowed_ips)?;
    let permissions = person.actor.permissions;
    let shown = identity.create_api_key(&person.owner, permissions, new).await?;
    Ok((StatusCode::CREATED, Json(shown.into())))
}

/// Revokes an API key, on every process within a second.
#[utoipa::path(
    delete,
    path = "/v1/identity/api-keys/{id}",
    operation_id = "identity_api_keys_delete",
    tag = "identity",
    params(("id" = ApiKeyId, Path, description = "The key's id.")),
    responses(
        (status = 204, description = "The key is of no use any more."),
        (status = 404, description = "The caller has no such key.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(identity): State<Identity>,
    person: Person,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    identity.revoke_api_key(&person.owner, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a key that takes another's place; both work until the overlap is over.
#[utoipa::path(
    post,
    path = "/v1/identity/api-keys/{id}/rotate",
    operation_id = "identity_api_keys_rotate",
    tag = "identity",
    params(
        ("id" = ApiKeyId, Path, description = "The old key's id."),
        ("Idempotency-Key" = Option<String>, Header,
         description = "A repeat makes no second key; the key itself isn't shown again.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = RotateApiKey, example = json!({ "overlap_s": 86400 })),
    responses(
        (status = 201, description = "The new key, shown only in this answer.", body = ShownJson),
        (status = 404, description = "The caller has no such key.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The key has a successor already.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The caller has 50 keys.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn rotate(
    State(identity): State<Identity>,
    person: Person,
    Path(id): Path<ApiKeyId>,
    ids: Ids,
    Json(body): Json<RotateApiKey>,
) -> Result<(StatusCode, Json<ShownJson>), Problem> {
    let new_id = ApiKeyId::from_u128(ids.get(0));
    let overlap = overlap(body.overlap_s)?;
    let shown = identity.rotate_api_key(&person.owner, (id, new_id), overlap).await?;
    Ok((StatusCode::CREATED, Json(shown.into())))
}
