//! Variants of a product over HTTP. Their ETag is the product's.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, etag};
use kernel::{Json, Path, Problem};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::json::{CreateVariant, PatchVariant};
use super::shown::VariantJson;
use crate::callers::CatalogueStaff;
use crate::custom_fields::http::named;
use crate::ids::{ProductId, VariantId};
use crate::products::Variant;
use crate::shop::Shop;

pub(super) fn staff_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(update, delete))
}

pub(super) fn replayed_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// Where a variant is.
#[derive(Clone, Copy, Deserialize)]
struct Place {
    id: ProductId,
    variant: VariantId,
}

fn answer((variant, version): &(Variant, u32)) -> Response {
    ([(ETAG, etag(*version))], Json(VariantJson::of(variant, true))).into_response()
}

/// Adds a variant to a product.
#[utoipa::path(
    post,
    path = "/v1/shop/products/{id}/variants",
    operation_id = "shop_variants_create",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateVariant, example = json!({
        "sku": "85123C", "options": { "Colour": "green" },
        "prices": [{ "currency": "EUR", "amount": "1250" }],
    })),
    responses(
        (status = 201, description = "The variant.", body = VariantJson,
         headers(("ETag" = String, description = "The product's version."))),
        (status = 404, description = "There is no such product.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The SKU is taken, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It doesn't fit the product's options, or there are 250; or a currency is unknown.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<ProductId>,
    ids: Ids,
    Json(body): Json<CreateVariant>,
) -> Result<Response, Problem> {
    let new = body.read(VariantId::from_u128(ids.get(0)), "")?;
    let made = shop.create_variant(&actor, id, new).await.map_err(named)?;
    Ok((StatusCode::CREATED, answer(&made)).into_response())
}

/// Changes a variant.
#[utoipa::path(
    patch,
    path = "/v1/shop/products/{id}/variants/{variant}",
    operation_id = "shop_variants_update",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        ("variant" = VariantId, Path, description = "The variant's id."),
        ("If-Match" = String, Header, description = "The product's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchVariant = "application/json", example = json!({ "weight_g": 120 })),
        (PatchVariant = "application/merge-patch+json", example = json!({ "barcode": null })),
    )),
    responses(
        (status = 200, description = "The variant as it is now.", body = VariantJson,
         headers(("ETag" = String, description = "The product's version."))),
        (status = 404, description = "There is no such product, or it has no such variant.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The product has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It doesn't fit the product's options, or a value its custom field.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(place): Path<Place>,
    headers: HeaderMap,
    Json(body): Json<PatchVariant>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let place = (place.id, place.variant);
    let changed = shop.update_variant(&actor, place, &expected, body.read()?).await;
    Ok(answer(&changed.map_err(named)?))
}

/// Sells a variant no longer. It stays, because orders may name it.
#[utoipa::path(
    delete,
    path = "/v1/shop/products/{id}/variants/{variant}",
    operation_id = "shop_variants_delete",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        ("variant" = VariantId, Path, description = "The variant's id."),
    ),
    responses(
        (status = 204, description = "It is no longer sold."),
        (status = 404, description = "There is no such product, or it has no such variant.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(place): Path<Place>,
) -> Result<StatusCode, Problem> {
    shop.retire_variant(&actor, (place.id, place.variant)).await?;
    Ok(StatusCode::NO_CONTENT)
}
