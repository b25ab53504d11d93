//! The list of products over HTTP.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use identity::Permission;
use kernel::http::documents::ReadProblems;
use kernel::{Page, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::shown::ProductCard;
use crate::callers::Viewer;
use crate::languages::Wanted;
use crate::products::ProductStatus;
use crate::search::documents::Listing;
use crate::search::parameters::{Parameters, cursor};
use crate::shop::Shop;

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list))
}

/// What is for sale: all of it, or what has these words and values.
#[utoipa::path(
    get,
    path = "/v1/shop/products",
    operation_id = "shop_products_list",
    tag = "shop",
    params(Listing),
    responses(
        (status = 200, description = "A page of products.", body = Page<ProductCard>),
        ReadProblems,
    ),
)]
async fn list(
    State(shop): State<Shop>,
    viewer: Viewer,
    wanted: Wanted,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let parameters = Parameters::read(&uri)?;
    let status = parameters.status.unwrap_or(ProductStatus::Active);
    if status != ProductStatus::Active {
        viewer.require(Permission::CatalogueWrite)?;
    }
    let asked = shop.asked(&parameters, &wanted).await?;
    let (limit, after) = (parameters.limit.get(), parameters.after.as_ref());
    let found = shop.find_products(&asked, status, after, limit + 1).await?;
    let shown = &found.hits[..found.hits.len().min(limit)];
    let has_more = found.hits.len() > limit;
    let last = shown.last().filter(|_| has_more);
    let next_cursor = last.map(|hit| cursor(asked.sort, hit.place.clone()));
    let cards = shop.cards(shown, status).await?;
    let currency = parameters.currency.as_deref();
    let card = |it| ProductCard::of(it, &wanted, shop.own_language(), currency);
    let data = cards.iter().map(|it| card(it)).collect();
    Ok(Page { data, next_cursor }.into_response_for(&uri))
}
