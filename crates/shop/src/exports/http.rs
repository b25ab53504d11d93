//! `/v1/shop/exports`, for staff.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::ReadProblems;
use kernel::query::invalid_parameter;
use kernel::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::callers::CatalogueStaff;
use crate::product_rows::FileFormat;
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(products))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportParams {
    /// `csv` or `jsonl`; CSV unless told.
    #[param(max_length = 10, example = "csv")]
    format: Option<String>,
}

/// The whole catalogue as a file, a line for each variant.
///
/// It can be imported again as it is. Pictures and price lists aren't in it.
#[utoipa::path(
    get,
    path = "/v1/shop/exports/products",
    operation_id = "shop_exports_products",
    tag = "shop",
    params(ExportParams),
    responses(
        (status = 200, description = "The file. If it can't be read to its end, the connection breaks off.", content(
            (String = "text/csv"), (String = "application/jsonl"),
        )),
        ReadProblems,
    ),
)]
async fn products(
    State(shop): State<Shop>,
    _staff: CatalogueStaff,
    Query(params): Query<ExportParams>,
) -> Result<Response, Problem> {
    let format = FileFormat::from_name(params.format.as_deref().unwrap_or("csv"))
        .ok_or_else(|| invalid_parameter("format", "expected csv or jsonl"))?;
    let (media_type, name) = match format {
        FileFormat::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"products.csv\""),
        FileFormat::JsonLines => ("application/jsonl", "attachment; filename=\"products.jsonl\""),
    };
    let lines = shop.export_products(format).await?;
    let headers = [(CONTENT_TYPE, media_type), (CONTENT_DISPOSITION, name)];
    let headers = headers.map(|(header, value)| (header, HeaderValue::from_static(value)));
    Ok((headers, Body::from_stream(lines)).into_response())
}
