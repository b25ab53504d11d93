//! `/v1/shop/locations`, for staff.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, etag};
use kernel::{Json, Page, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Location, LocationPatch};
use crate::fields::{Country, Handle, Line, nullable};
use crate::ids::LocationId;
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(update))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// A place with stock.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Location)]
pub(crate) struct LocationJson {
    id: LocationId,
    /// Part of the addresses of its ledger accounts, `shop/stock/<handle>/<sku>`.
    #[schema(example = "main")]
    handle: String,
    title: String,
    #[schema(required)]
    country: Option<String>,
    /// Orders are sent from the active location with the lowest number that has everything.
    priority: i32,
    is_active: bool,
    /// Its ETag.
    version: u32,
    created_at: Timestamp,
}

impl From<Location> for LocationJson {
    fn from(it: Location) -> Self {
        Self {
            id: it.id,
            handle: it.handle,
            title: it.title,
            country: it.country,
            priority: it.priority,
            is_active: it.is_active,
            version: it.version,
            created_at: it.created_at,
        }
    }
}

fn answer(status: StatusCode, location: Location) -> Response {
    let version = etag(location.version);
    (status, [(ETAG, version)], Json(LocationJson::from(location))).into_response()
}

/// All places with stock, in the order in which orders are sent from them.
#[utoipa::path(
    get,
    path = "/v1/shop/locations",
    operation_id = "shop_locations_list",
    tag = "shop",
    responses(
        (status = 200, description = "All locations at once.", body = Page<LocationJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    actor: Actor,
) -> Result<Json<Page<LocationJson>>, Problem> {
    let data = shop.locations(&actor).await?.into_iter().map(LocationJson::from).collect();
    Ok(Json(Page { data, next_cursor: None }))
}

/// A location to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateLocation {
    handle: Handle,
    title: Line,
    country: Option<Country>,
    #[serde(default)]
    #[schema(minimum = -1000, maximum = 1000)]
    priority: i16,
}

/// Opens a place for stock.
#[utoipa::path(
    post,
    path = "/v1/shop/locations",
    operation_id = "shop_locations_create",
    tag = "shop",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateLocation, example = json!({ "handle": "north", "title": "Northern warehouse", "country": "AT", "priority": 10 })),
    responses(
        (status = 201, description = "The location.", body = LocationJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 409, description = "`shop.location.taken`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateLocation>,
) -> Result<Response, Problem> {
    let new = Location {
        id: LocationId::from_u128(ids.get(0)),
        handle: body.handle.into(),
        title: body.title.into(),
        country: body.country.map(String::from),
        priority: body.priority.into(),
        is_active: true,
        version: 1,
        created_at: shop.clock.now(),
    };
    Ok(answer(StatusCode::CREATED, shop.create_location(&actor, new).await?))
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = LocationPatch)]
pub(crate) struct PatchBody {
    title: Option<Line>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Country>)]
    country: Option<Option<Country>>,
    #[schema(minimum = -1000, maximum = 1000)]
    priority: Option<i16>,
    /// Nothing is sold from a location that isn't active; what lies there stays.
    is_active: Option<bool>,
}

/// Changes a location.
#[utoipa::path(
    patch,
    path = "/v1/shop/locations/{id}",
    operation_id = "shop_locations_update",
    tag = "shop",
    params(
        ("id" = LocationId, Path, description = "The location's id."),
        ("If-Match" = String, Header, description = "Its ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchBody = "application/json", example = json!({ "is_active": false })),
        (PatchBody = "application/merge-patch+json", example = json!({ "country": null })),
    )),
    responses(
        (status = 200, description = "The location as it is now.", body = LocationJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such location.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn update(
    State(shop): State<Shop>,
    actor: Actor,
    Path(id): Path<LocationId>,
    headers: HeaderMap,
    Json(body): Json<PatchBody>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let patch = LocationPatch {
        title: body.title.map(String::from),
        country: body.country.map(|country| country.map(String::from)),
        priority: body.priority.map(i32::from),
        is_active: body.is_active,
    };
    Ok(answer(StatusCode::OK, shop.update_location(&actor, id, patch, &expected).await?))
}
