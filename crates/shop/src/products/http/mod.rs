//! Products over HTTP.

mod json;
mod list;
mod prices;
mod shown;
mod variants;

pub(crate) use json::{CreateProduct, check_translations};
pub(crate) use shown::ProductJson;

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

use self::json::PatchProduct;
use super::Product;
use super::service::ProductKey;
use crate::callers::{CatalogueStaff, Viewer};
use crate::custom_fields::http::named;
use crate::http::created;
use crate::ids::ProductId;
use crate::languages::{Wanted, say_language};
use crate::products::fields::is_handle;
use crate::shop::Shop;

pub(crate) fn public_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(get)).merge(list::routes())
}

pub(crate) fn staff_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .routes(routes!(update, delete))
        .merge(variants::staff_routes())
        .merge(prices::staff_routes())
}

pub(crate) fn replayed_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create)).merge(variants::replayed_routes())
}

/// A product's id, or its handle.
struct Key(ProductKey);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.parse() {
            Ok(id) => Ok(Self(ProductKey::Id(id))),
            Err(_) if is_handle(&text) => Ok(Self(ProductKey::Handle(text))),
            Err(error) if text.starts_with(ProductId::PREFIX) => {
                Err(serde::de::Error::custom(error))
            }
            Err(_) => Err(serde::de::Error::custom("expected a product's id or its handle")),
        }
    }
}

/// Makes a product with its variants, options and prices.
#[utoipa::path(
    post,
    path = "/v1/shop/products",
    operation_id = "shop_products_create",
    tag = "shop",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateProduct, example = json!({
        "handle": "paper-lantern", "status": "active", "title": "Paper lantern",
        "options": [{ "name": "Colour", "values": ["red", "blue"] }],
        "variants": [
            { "sku": "85123A", "options": { "Colour": "red" },
              "prices": [{ "currency": "EUR", "amount": "1250" }] },
            { "sku": "85123B", "options": { "Colour": "blue" },
              "prices": [{ "currency": "EUR", "amount": "1250",
                           "tiers": [{ "min_quantity": 10, "amount": "1100" }] }] },
        ],
    })),
    responses(
        (status = 201, description = "The product.", body = ProductJson,
         headers(("Location" = String, description = "Where the product is."),
                 ("ETag" = String, description = "Its version."))),
        (status = 409, description = "The handle or a SKU is taken, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.product.options_mismatch`, `shop.currency.unknown`, `shop.custom_field.invalid`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    ids: Ids,
    Json(body): Json<CreateProduct>,
) -> Result<Response, Problem> {
    let made = shop.create_product(&actor, body.read(&ids)?).await;
    let product = made.map_err(named)?;
    let location = format!("/v1/shop/products/{}", product.id);
    Ok(created(location, answer(&product, true)))
}

fn answer(product: &Product, is_staff: bool) -> Response {
    let shown = ProductJson::of(product, is_staff, None);
    ([(ETAG, etag(product.version))], Json(shown)).into_response()
}

/// One product, by its id or its handle.
#[utoipa::path(
    get,
    path = "/v1/shop/products/{id}",
    operation_id = "shop_products_get",
    tag = "shop",
    params(("id" = String, Path, description = "The product's id or handle.", min_length = 1, max_length = 100)),
    responses(
        (status = 200, description = "The product.", body = ProductJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such product for sale.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(shop): State<Shop>,
    viewer: Viewer,
    wanted: Wanted,
    Path(Key(key)): Path<Key>,
) -> Result<Response, Problem> {
    let is_staff = viewer.is_staff();
    let product = shop.product(&key, &viewer).await?;
    if is_staff {
        return Ok(answer(&product, true));
    }
    let texts = wanted.translation(shop.own_language(), &product.translations);
    let shown = ProductJson::of(&product, false, texts.map(|(_, texts)| texts));
    let language = texts.map_or(shop.own_language(), |(language, _)| language);
    let mut response = ([(ETAG, etag(product.version))], Json(shown)).into_response();
    say_language(&mut response, language);
    Ok(response)
}

/// Changes a product. Its variants and prices have addresses of their own.
#[utoipa::path(
    patch,
    path = "/v1/shop/products/{id}",
    operation_id = "shop_products_update",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        ("If-Match" = String, Header, description = "The product's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchProduct = "application/json", example = json!({ "status": "active" })),
        (PatchProduct = "application/merge-patch+json", example = json!({ "vendor": null })),
    )),
    responses(
        (status = 200, description = "The product as it is now.", body = ProductJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such product.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Another product has this handle.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Its variants don't fit these options, or a value its custom field.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<ProductId>,
    headers: HeaderMap,
    Json(body): Json<PatchProduct>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let changed = shop.update_product(&actor, id, &expected, body.read()?).await;
    Ok(answer(&changed.map_err(named)?, true))
}

/// Takes a product out of the shop: it is archived, because orders may name it.
#[utoipa::path(
    delete,
    path = "/v1/shop/products/{id}",
    operation_id = "shop_products_delete",
    tag = "shop",
    params(("id" = ProductId, Path, description = "The product's id.")),
    responses(
        (status = 204, description = "It is archived."),
        (status = 404, description = "There is no such product.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<ProductId>,
) -> Result<StatusCode, Problem> {
    shop.archive_product(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
