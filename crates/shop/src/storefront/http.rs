//! `/v1/shop/storefront`, for everybody.

use axum::extract::State;
use kernel::http::documents::ReadProblems;
use kernel::{Json, Problem};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Storefront;
use crate::callers::Viewer;
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(get))
}

/// What everybody may know of the shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Storefront)]
pub(crate) struct StorefrontJson {
    /// In which prices are shown to whoever has not chosen; null if nothing has a price.
    #[schema(required, example = "EUR")]
    default_currency: Option<String>,
    /// In which something can be bought, in the order of their codes.
    currencies: Vec<CurrencyJson>,
    /// Prices have the tax in them, as in Europe; otherwise it is added.
    prices_include_tax: bool,
    /// Where buyers are taxed who did not say where they are.
    #[schema(required, example = "AT")]
    home_country: Option<String>,
    /// So many days after a parcel arrived its buyer may ask to return what is in it.
    return_days: u32,
    /// Who sells.
    #[schema(required)]
    seller_name: Option<String>,
}

/// A currency: an amount is so many of its smallest unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShopCurrency)]
pub(crate) struct CurrencyJson {
    #[schema(example = "EUR")]
    code: String,
    /// Decimals: `1250` is 12.50 if there are two.
    #[schema(example = 2)]
    scale: u8,
}

impl From<Storefront> for StorefrontJson {
    fn from(it: Storefront) -> Self {
        let currencies = it.currencies.into_iter();
        let currencies = currencies.map(|it| CurrencyJson { code: it.code, scale: it.scale });
        Self {
            default_currency: it.default_currency,
            currencies: currencies.collect(),
            prices_include_tax: it.prices_include_tax,
            home_country: it.home_country,
            return_days: it.return_days,
            seller_name: it.seller,
        }
    }
}

/// What whoever looks at the shop has to know of it: in which currencies it sells and how many
/// decimals they have, whether prices have the tax in them.
#[utoipa::path(
    get,
    path = "/v1/shop/storefront",
    operation_id = "shop_storefront_get",
    tag = "shop",
    responses(
        (status = 200, description = "The shop.", body = StorefrontJson),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(shop): State<Shop>,
    viewer: Viewer,
) -> Result<Json<StorefrontJson>, Problem> {
    Ok(Json(shop.storefront(viewer.is_staff()).await?.into()))
}
