//! The shop over HTTP: the routes of its features put together.

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn_with_state, map_request, map_response};
use axum::response::{IntoResponse, Response};
use kernel::http::{CallerKey, documents, no_store};
use kernel::replay::{self, Replay};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::caching;
use crate::carts::access::CART_TOKEN;
use crate::shop::Shop;
use crate::{
    categories, collections, custom_fields, customer_groups, exports, images, imports, price_lists,
    products, search,
};

const BODY_BYTES_MAX: usize = 1 << 20;

/// All routes of this context. They authenticate nobody: that is done in front of them.
pub fn routes(shop: Shop) -> OpenApiRouter {
    let replay = Replay::new(shop.database.clone(), shop.clock.clone());
    let private = private_routes().layer(map_response(no_store));
    let replayed = replayed_routes()
        .layer(from_fn_with_state(replay, replay::answer))
        .layer(map_request(name_guest))
        .layer(map_response(no_store));
    let catalogue = catalogue_routes().layer(from_fn_with_state(shop.clone(), caching::keep));
    let all = private.merge(replayed).merge(catalogue).merge(images::http::public_routes());
    complete(all).with_state(shop)
}

/// Their part of the API document, for which nothing has to run.
pub fn document() -> OpenApi {
    let all = private_routes().merge(replayed_routes()).merge(catalogue_routes());
    complete(all.merge(images::http::public_routes())).into_openapi()
}

/// What everybody may see and keep: their answers say for how long.
fn catalogue_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .merge(products::http::public_routes())
        .merge(search::http::routes())
        .merge(categories::http::public_routes())
        .merge(collections::http::public_routes())
        .merge(custom_fields::http::public_routes())
        .merge(crate::storefront::http::routes())
}

/// What is the caller's own, or staff's.
fn private_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .merge(crate::locations::http::routes())
        .merge(crate::stock::http::routes())
        .merge(crate::settings::http::routes())
        .merge(crate::tax_rates::http::routes())
        .merge(crate::shipping_methods::http::routes())
        .merge(crate::promotions::http::routes())
        .merge(crate::carts::http::routes())
        .merge(crate::orders::http::routes())
        .merge(crate::order_payments::http::routes())
        .merge(crate::shipments::http::routes())
        .merge(crate::returns::http::routes())
        .merge(crate::documents::http::routes())
        .merge(crate::sales::http::routes())
        .merge(crate::stranded_refunds::http::routes())
        .merge(products::http::staff_routes())
        .merge(images::http::staff_routes())
        .merge(price_lists::http::routes())
        .merge(imports::http::routes())
        .merge(exports::http::routes())
        .merge(customer_groups::http::routes())
        .merge(categories::http::staff_routes())
        .merge(collections::http::staff_routes())
        .merge(custom_fields::http::staff_routes())
}

/// What makes rows: a repeat with the same `Idempotency-Key` gets the first answer.
fn replayed_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .merge(crate::locations::http::create_route())
        .merge(crate::stock::http::create_route())
        .merge(crate::shipping_methods::http::create_route())
        .merge(crate::promotions::http::create_route())
        .merge(crate::carts::http::create_route())
        .merge(crate::staff_orders::http::create_route())
        .merge(crate::sales_adjustments::http::create_route())
        .merge(crate::orders::http::cancel_route())
        .merge(crate::shipments::http::create_route())
        .merge(crate::refunds::http::create_route())
        .merge(crate::returns::http::replayed_routes())
        .merge(crate::stranded_refunds::http::settle_route())
        .merge(products::http::replayed_routes())
        .merge(categories::http::create_route())
        .merge(collections::http::replayed_routes())
        .merge(custom_fields::http::create_route())
        .merge(price_lists::http::create_route())
}

/// 201: it was made, and is at this address.
pub(crate) fn created(location: String, answer: impl IntoResponse) -> Response {
    (StatusCode::CREATED, [(LOCATION, location)], answer).into_response()
}

/// Guests have no name: what they repeat is looked for under the token that they show, so that
/// nobody gets the answer to somebody else.
async fn name_guest(mut request: Request) -> Request {
    if request.extensions().get::<CallerKey>().is_none() {
        let token = request.headers().get(CART_TOKEN).map(HeaderValue::as_bytes);
        let hash = blake3::derive_key("bushel shop guest caller v1", token.unwrap_or_default());
        let name = format!("guest {}", blake3::Hash::from_bytes(hash).to_hex());
        request.extensions_mut().insert(CallerKey(name));
    }
    request
}

fn complete(mut router: OpenApiRouter<Shop>) -> OpenApiRouter<Shop> {
    documents::complete(router.get_openapi_mut());
    router.layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}
