//! Counts beside the filters, and suggestions, over HTTP. The list itself is at the products.

use axum::extract::{OriginalUri, State};
use kernel::http::documents::ReadProblems;
use kernel::{Amount, Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::documents::Finding;
use super::parameters::Parameters;
use super::{Facets, Sort};
use crate::ids::{CategoryId, ProductId};
use crate::languages::Wanted;
use crate::products::ProductStatus;
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(facets)).routes(routes!(suggestions))
}

/// How many products have a value.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FacetValue {
    value: String,
    count: u64,
}

/// How many products have each value of an option or a custom field.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NamedFacet {
    name: String,
    values: Vec<FacetValue>,
}

/// How many products are in a category or below it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CategoryFacet {
    id: CategoryId,
    count: u64,
}

/// The lowest and the highest price of what is found, of the cheapest variants.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceFacet {
    currency: String,
    min: Amount,
    max: Amount,
}

/// Counts of what is found, by value; the values of a filter are counted without that filter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductFacets {
    /// How many products are found.
    total: u64,
    categories: Vec<CategoryFacet>,
    tags: Vec<FacetValue>,
    vendors: Vec<FacetValue>,
    availability: Vec<FacetValue>,
    options: Vec<NamedFacet>,
    /// Of custom fields that can be filtered by, under their handles.
    custom_fields: Vec<NamedFacet>,
    /// Null without a currency, or if nothing has a price in it.
    #[schema(required)]
    price: Option<PriceFacet>,
}

/// A product that somebody may mean.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductSuggestion {
    id: ProductId,
    handle: String,
    title: String,
}

/// Products that somebody may mean, the likeliest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductSuggestions {
    data: Vec<ProductSuggestion>,
}

fn values(counts: &[(String, u64)]) -> Vec<FacetValue> {
    let value = |(value, count): &(String, u64)| FacetValue { value: value.clone(), count: *count };
    counts.iter().map(value).collect()
}

fn by_name(counts: &[(String, String, u64)]) -> Vec<NamedFacet> {
    let mut all: Vec<NamedFacet> = Vec::new();
    for (name, value, count) in counts {
        let value = FacetValue { value: value.clone(), count: *count };
        match all.iter_mut().find(|facet| facet.name == *name) {
            Some(facet) => facet.values.push(value),
            None => all.push(NamedFacet { name: name.clone(), values: vec![value] }),
        }
    }
    all.sort_by(|left, right| left.name.cmp(&right.name));
    all
}

impl ProductFacets {
    fn of(facets: &Facets, currency: Option<&str>) -> Self {
        let price = facets.prices.zip(currency);
        Self {
            total: facets.total,
            categories: facets
                .categories
                .iter()
                .map(|(id, count)| CategoryFacet { id: CategoryId::from_uuid(*id), count: *count })
                .collect(),
            tags: values(&facets.tags),
            vendors: values(&facets.vendors),
            availability: values(&facets.availability),
            options: by_name(&facets.options),
            custom_fields: by_name(&facets.fields),
            price: price.map(|((min, max), currency)| PriceFacet {
                currency: currency.to_owned(),
                min: Amount::from(min),
                max: Amount::from(max),
            }),
        }
    }
}

/// How many products of what is found have which tags, vendors, options and so on.
///
/// It takes the parameters of the list. Of each kind the 100 values that most products have are
/// counted.
#[utoipa::path(
    get,
    path = "/v1/shop/products/facets",
    operation_id = "shop_products_facets",
    tag = "shop",
    params(Finding),
    responses(
        (status = 200, description = "The counts.", body = ProductFacets),
        ReadProblems,
    ),
)]
async fn facets(
    State(shop): State<Shop>,
    wanted: Wanted,
    OriginalUri(uri): OriginalUri,
) -> Result<Json<ProductFacets>, Problem> {
    let parameters = Parameters::read(&uri)?;
    let asked = shop.asked(&parameters, &wanted).await?;
    let facets = shop.count_products(&asked).await?;
    Ok(Json(ProductFacets::of(&facets, parameters.currency.as_deref())))
}

/// Products that somebody may mean who has typed so much.
#[utoipa::path(
    get,
    path = "/v1/shop/products/suggestions",
    operation_id = "shop_products_suggestions",
    tag = "shop",
    params(("q" = String, Query, description = "What was typed.", max_length = 200)),
    responses(
        (status = 200, description = "At most ten products.", body = ProductSuggestions),
        ReadProblems,
    ),
)]
async fn suggestions(
    State(shop): State<Shop>,
    wanted: Wanted,
    OriginalUri(uri): OriginalUri,
) -> Result<Json<ProductSuggestions>, Problem> {
    const SHOWN: usize = 10;
    let parameters = Parameters::read_words(&uri)?;
    let mut asked = shop.asked(&parameters, &wanted).await?;
    if asked.words.is_none() {
        return Ok(Json(ProductSuggestions { data: Vec::new() }));
    }
    asked.sort = Sort::Relevance;
    let status = ProductStatus::Active;
    let found = shop.find_products(&asked, status, None, SHOWN).await?;
    let cards = shop.cards(&found.hits, status).await?;
    let shown = cards.iter().map(|card| ProductSuggestion {
        id: card.id,
        handle: card.handle.clone(),
        title: card.title_in(&wanted, shop.own_language()).to_owned(),
    });
    Ok(Json(ProductSuggestions { data: shown.collect() }))
}
