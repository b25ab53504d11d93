//! `/v1/shop/tax-rates`, for staff.

use axum::extract::State;
use axum::http::StatusCode;
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::invalid_field;
use kernel::{Json, Page, Path, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::fields::{Country, Handle, Line};
use crate::pricing::TaxRate;
use crate::pricing::taxes::WHOLE;
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(update, delete))
}

/// What a country takes of a class of goods.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaxRate)]
pub(crate) struct TaxRateJson {
    #[schema(example = "AT")]
    country: String,
    #[schema(example = "standard")]
    class: String,
    /// In millionths: 200000 is 20 %.
    rate: u32,
    /// What it is called on invoices.
    #[schema(example = "VAT 20 %")]
    title: String,
}

impl From<TaxRate> for TaxRateJson {
    fn from(it: TaxRate) -> Self {
        Self { country: it.country, class: it.class, rate: it.rate, title: it.title }
    }
}

/// All tax rates.
#[utoipa::path(
    get,
    path = "/v1/shop/tax-rates",
    operation_id = "shop_tax_rates_list",
    tag = "shop",
    responses(
        (status = 200, description = "All rates at once, by country and class.", body = Page<TaxRateJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    actor: Actor,
) -> Result<Json<Page<TaxRateJson>>, Problem> {
    let data = shop.tax_rates(&actor).await?.into_iter().map(TaxRateJson::from).collect();
    Ok(Json(Page { data, next_cursor: None }))
}

/// A rate to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutTaxRate {
    /// In millionths: 200000 is 20 %.
    #[schema(minimum = 0, maximum = 1_000_000)]
    rate: u32,
    title: Line,
}

/// Sets the rate of a class of goods in a country.
#[utoipa::path(
    put,
    path = "/v1/shop/tax-rates/{country}/{class}",
    operation_id = "shop_tax_rates_update",
    tag = "shop",
    params(
        ("country" = Country, Path, description = "The country."),
        ("class" = Handle, Path, description = "The class of goods, as products name it.", example = "standard"),
    ),
    request_body(content = PutTaxRate, example = json!({ "rate": 200000, "title": "VAT 20 %" })),
    responses(
        (status = 200, description = "The rate as it is now.", body = TaxRateJson),
        WriteProblems,
    ),
)]
pub(crate) async fn update(
    State(shop): State<Shop>,
    actor: Actor,
    Path((country, class)): Path<(Country, Handle)>,
    Json(body): Json<PutTaxRate>,
) -> Result<Json<TaxRateJson>, Problem> {
    if body.rate > WHOLE {
        return Err(invalid_field("/rate", "expected 0 to 1000000 millionths"));
    }
    let (country, class, title) = (country.0, String::from(class), body.title.into());
    let rate = TaxRate { country, class, rate: body.rate, title };
    shop.put_tax_rate(&actor, (&rate.country, &rate.class), Some(&rate)).await?;
    Ok(Json(rate.into()))
}

/// Removes a rate: nothing is taken of this class there any more.
#[utoipa::path(
    delete,
    path = "/v1/shop/tax-rates/{country}/{class}",
    operation_id = "shop_tax_rates_delete",
    tag = "shop",
    params(
        ("country" = Country, Path, description = "The country."),
        ("class" = Handle, Path, description = "The class of goods.", example = "standard"),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is no such rate.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn delete(
    State(shop): State<Shop>,
    actor: Actor,
    Path((country, class)): Path<(Country, Handle)>,
) -> Result<StatusCode, Problem> {
    shop.put_tax_rate(&actor, (&country.0, class.as_str()), None).await?;
    Ok(StatusCode::NO_CONTENT)
}
