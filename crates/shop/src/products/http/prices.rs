//! Prices of a variant over HTTP. Their ETag is the product's.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{IfMatch, etag};
use kernel::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::json::{PriceJson, TierJson, tiers};
use crate::callers::CatalogueStaff;
use crate::ids::{ProductId, VariantId};
use crate::products::fields::Price;
use crate::shop::Shop;

pub(super) fn staff_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(update, delete))
}

/// Which prices.
#[derive(Clone, Deserialize)]
struct Place {
    id: ProductId,
    variant: VariantId,
    currency: String,
}

/// What a variant is to cost in a currency.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutPrice {
    /// One piece.
    amount: Price,
    /// Each piece, from a quantity on.
    #[serde(default)]
    #[schema(max_items = 19)]
    tiers: Vec<TierJson>,
}

/// Sets what a variant costs in a currency.
#[utoipa::path(
    put,
    path = "/v1/shop/products/{id}/variants/{variant}/prices/{currency}",
    operation_id = "shop_prices_update",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        ("variant" = VariantId, Path, description = "The variant's id."),
        ("currency" = String, Path, description = "The code of an asset whose kind is money.", example = "EUR"),
        ("If-Match" = String, Header, description = "The product's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content = PutPrice, example = json!({
        "amount": "1250", "tiers": [{ "min_quantity": 10, "amount": "1100" }],
    })),
    responses(
        (status = 200, description = "The prices as they are now.", body = PriceJson,
         headers(("ETag" = String, description = "The product's version."))),
        (status = 404, description = "There is no such product, or it has no such variant.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The product has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The currency is unknown, or the variant has prices in 20.",
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
    Json(body): Json<PutPrice>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let tiers = tiers(body.amount, &body.tiers, "")?;
    let shown = PriceJson::of(&place.currency, &tiers);
    let (owner, currency) = ((place.id, place.variant), &place.currency);
    let version = shop.set_prices(&actor, owner, currency, Some(tiers), &expected).await?;
    Ok(([(ETAG, etag(version))], Json(shown)).into_response())
}

/// Takes a variant's price in a currency away: nobody can buy it in that currency.
#[utoipa::path(
    delete,
    path = "/v1/shop/products/{id}/variants/{variant}/prices/{currency}",
    operation_id = "shop_prices_delete",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        ("variant" = VariantId, Path, description = "The variant's id."),
        ("currency" = String, Path, description = "The code of an asset whose kind is money.", example = "EUR"),
    ),
    responses(
        (status = 204, description = "It has no price in this currency."),
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
    let (owner, any) = ((place.id, place.variant), IfMatch::Any);
    shop.set_prices(&actor, owner, &place.currency, None, &any).await?;
    Ok(StatusCode::NO_CONTENT)
}
