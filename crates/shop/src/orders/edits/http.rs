//! `PATCH /v1/shop/orders/{id}`, for staff.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use identity::Actor;
use kernel::http::IfMatch;
use kernel::http::documents::WriteProblems;
use kernel::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::OrderPatch;
use crate::carts::Address;
use crate::fields::{Email, Note, nullable};
use crate::ids::OrderId;
use crate::orders::json::{OrderJson, versioned};
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(update))
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = OrderPatch)]
pub(crate) struct PatchBody {
    email: Option<Email>,
    /// In the same country: its tax is in the total.
    shipping_address: Option<Address>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Note>)]
    note: Option<Option<Note>>,
}

/// Changes where an order goes, as long as nothing of it was sent.
#[utoipa::path(
    patch,
    path = "/v1/shop/orders/{id}",
    operation_id = "shop_orders_update",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("If-Match" = String, Header, description = "The order's ETag; without it the answer is 428.", example = "\"2\""),
    ),
    request_body(content(
        (PatchBody = "application/json", example = json!({ "email": "ann@example.org" })),
        (PatchBody = "application/merge-patch+json", example = json!({ "note": null })),
    )),
    responses(
        (status = 200, description = "The order as it is now.", body = OrderJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "`shop.order.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.order.fixed`: some of it was sent, or it is cancelled.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.order.country_fixed`: the address is in another country.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn update(
    State(shop): State<Shop>,
    actor: Actor,
    headers: HeaderMap,
    Path(id): Path<OrderId>,
    Json(body): Json<PatchBody>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let patch = OrderPatch {
        email: body.email.map(String::from),
        shipping_address: body.shipping_address,
        note: body.note.map(|note| note.map(String::from)),
    };
    Ok(versioned(shop.update_order(&actor, id, patch, &expected).await?))
}
