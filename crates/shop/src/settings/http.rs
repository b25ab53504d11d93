//! `/v1/shop/settings`, for staff.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{IfMatch, etag, invalid_field};
use kernel::{Json, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Settings, SettingsPatch};
use crate::fields::{Country, Line, Note, nullable};
use crate::shop::Shop;

const RETURN_DAYS_MAX: u32 = 3_650;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(get, update))
}

/// How the shop behaves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShopSettings)]
pub(crate) struct SettingsJson {
    /// In which prices are shown to whoever has not chosen; null: the first in which something has
    /// a price.
    #[schema(required, example = "EUR")]
    default_currency: Option<String>,
    /// Prices have the tax in them, as in Europe; otherwise it is added.
    prices_include_tax: bool,
    /// Where buyers are taxed who did not say where they are.
    #[schema(required)]
    home_country: Option<String>,
    /// So many seconds stock is held for a cart after its last activity.
    reservation_s: u32,
    /// So many seconds an order waits for its payment before it is cancelled.
    payment_s: u32,
    /// So many days after a parcel arrived, or was sent, its buyer may ask to return what is in it.
    return_days: u32,
    /// Who sells, as invoices say it.
    #[schema(required)]
    seller_name: Option<String>,
    /// Where, in several lines.
    #[schema(required)]
    seller_address: Option<String>,
    #[schema(required)]
    seller_vat_id: Option<String>,
}

fn answer(it: Settings) -> Response {
    let version = etag(it.version);
    let body = SettingsJson {
        default_currency: it.default_currency,
        prices_include_tax: it.prices_include_tax,
        home_country: it.home_country,
        reservation_s: it.reservation_s,
        payment_s: it.payment_s,
        return_days: it.return_days,
        seller_name: it.seller.name,
        seller_address: it.seller.address,
        seller_vat_id: it.seller.vat_id,
    };
    ([(ETAG, version)], Json(body)).into_response()
}

/// How the shop behaves.
#[utoipa::path(
    get,
    path = "/v1/shop/settings",
    operation_id = "shop_settings_get",
    tag = "shop",
    responses(
        (status = 200, description = "The settings.", body = SettingsJson,
         headers(("ETag" = String, description = "Their version."))),
        ReadProblems,
    ),
)]
pub(crate) async fn get(State(shop): State<Shop>, actor: Actor) -> Result<Response, Problem> {
    Ok(answer(shop.settings(&actor).await?))
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ShopSettingsPatch)]
pub(crate) struct PatchBody {
    /// The code of an asset whose kind is money.
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 64)]
    default_currency: Option<Option<String>>,
    prices_include_tax: Option<bool>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Country>)]
    home_country: Option<Option<Country>>,
    #[schema(minimum = 60, maximum = 86400)]
    reservation_s: Option<u32>,
    #[schema(minimum = 60, maximum = 2_592_000)]
    payment_s: Option<u32>,
    #[schema(maximum = 3650)]
    return_days: Option<u32>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Line>)]
    seller_name: Option<Option<Line>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Note>)]
    seller_address: Option<Option<Note>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Line>)]
    seller_vat_id: Option<Option<Line>>,
}

/// Changes how the shop behaves. Carts follow at once; orders stay as they were placed.
#[utoipa::path(
    patch,
    path = "/v1/shop/settings",
    operation_id = "shop_settings_update",
    tag = "shop",
    params(("If-Match" = String, Header, description = "Their ETag; without it the answer is 428.", example = "\"1\"")),
    request_body(content(
        (PatchBody = "application/json", example = json!({ "home_country": "AT" })),
        (PatchBody = "application/merge-patch+json", example = json!({ "reservation_s": 600 })),
    )),
    responses(
        (status = 200, description = "The settings as they are now.", body = SettingsJson,
         headers(("ETag" = String, description = "Their version."))),
        (status = 412, description = "They have changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.currency.unknown`.",
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
    Json(body): Json<PatchBody>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let within = |field: &str, value: Option<u32>, max: u32| match value {
        Some(seconds) if !(60..=max).contains(&seconds) => {
            Err(invalid_field(format!("/{field}"), format!("expected 60 to {max} seconds")))
        }
        value => Ok(value),
    };
    if body.return_days.is_some_and(|days| days > RETURN_DAYS_MAX) {
        let message = format!("expected at most {RETURN_DAYS_MAX} days");
        return Err(invalid_field("/return_days", message));
    }
    let patch = SettingsPatch {
        default_currency: body.default_currency,
        prices_include_tax: body.prices_include_tax,
        home_country: body.home_country.map(|country| country.map(String::from)),
        reservation_s: within("reservation_s", body.reservation_s, 86_400)?,
        payment_s: within("payment_s", body.payment_s, 2_592_000)?,
        return_days: body.return_days,
        seller_name: body.seller_name.map(|name| name.map(String::from)),
        seller_address: body.seller_address.map(|address| address.map(String::from)),
        seller_vat_id: body.seller_vat_id.map(|id| id.map(String::from)),
    };
    Ok(answer(shop.update_settings(&actor, patch, &expected).await?))
}
