//! `/v1/shop/imports`, for staff.

use axum::body::Body;
use axum::extract::{OriginalUri, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, header};
use kernel::{Cursor, ErrorKind, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Import, ImportStatus, LineError};
use crate::callers::CatalogueStaff;
use crate::ids::ImportId;
use crate::product_rows::FileFormat;
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(errors))
}

/// A file of products, and how far it is worked off. Each record is about a variant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
struct ImportJson {
    id: ImportId,
    /// `csv` or `jsonl`.
    #[schema(example = "csv")]
    format: &'static str,
    /// Nothing is made or changed; it is only told what would be.
    dry_run: bool,
    #[schema(inline)]
    status: ImportStatus,
    /// Records, without the names of columns.
    lines_total: u32,
    lines_done: u32,
    created: u32,
    changed: u32,
    unchanged: u32,
    /// Also those of a product of which another line was refused.
    refused: u32,
    /// How many were found; the first 10,000 can be read.
    errors: u32,
    /// Why the file as a whole can't be read.
    #[schema(required)]
    failure: Option<ImportFailure>,
    created_at: Timestamp,
    #[schema(required)]
    finished_at: Option<Timestamp>,
}

/// Why a file as a whole can't be read.
#[derive(Debug, Serialize, ToSchema)]
struct ImportFailure {
    #[schema(example = "shop.import.columns")]
    code: String,
    detail: String,
}

/// What is wrong in a file, and where.
#[derive(Debug, Serialize, ToSchema)]
struct ImportError {
    /// The line of the file in which the record begins, from 1.
    line: u32,
    /// The column, if it is about one.
    #[schema(required)]
    field: Option<String>,
    #[schema(example = "shop.import.cell_invalid")]
    code: String,
    detail: String,
}

impl From<Import> for ImportJson {
    fn from(it: Import) -> Self {
        Self {
            id: it.id,
            format: it.format.as_str(),
            dry_run: it.is_dry_run,
            status: it.status,
            lines_total: it.lines_total,
            lines_done: it.counts.done,
            created: it.counts.created,
            changed: it.counts.changed,
            unchanged: it.counts.unchanged,
            refused: it.counts.refused,
            errors: it.errors,
            failure: it.failure.map(|it| ImportFailure { code: it.code, detail: it.detail }),
            created_at: it.created_at,
            finished_at: it.finished_at,
        }
    }
}

impl From<LineError> for ImportError {
    fn from(it: LineError) -> Self {
        Self { line: it.line, field: it.field, code: it.code, detail: it.detail }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CreateParams {
    /// Nothing is made or changed; it is only told what would be.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<ImportId>>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ErrorParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i32>>,
}

fn format_of(headers: &HeaderMap) -> Result<FileFormat, Problem> {
    let media_type = header(headers, &CONTENT_TYPE)?.unwrap_or_default();
    match media_type.split(';').next().unwrap_or_default().trim() {
        "text/csv" => Ok(FileFormat::Csv),
        "application/jsonl" | "application/x-ndjson" => Ok(FileFormat::JsonLines),
        _ => {
            let detail = "the body must be text/csv or application/jsonl";
            let code = "request.body.media_type";
            Err(Problem::new(ErrorKind::UnsupportedMediaType, code, detail))
        }
    }
}

/// Takes a file of products in, which is worked off in the background.
///
/// Each record is about a variant; those of a product stand one behind the other, and succeed or
/// fail together. Products are known by `handle`, variants by `sku`. A column that isn't there
/// leaves what is. At most 16 MiB, UTF-8. What an export writes can be imported again.
#[utoipa::path(
    post,
    path = "/v1/shop/imports",
    operation_id = "shop_imports_create",
    tag = "shop",
    params(
        CreateParams,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless. Never expires.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content(
        (String = "text/csv", example = "handle,sku,title,price.EUR\nlamp,L1,Lamp,1250\n"),
        (String = "application/jsonl", example = "{\"handle\": \"lamp\", \"sku\": \"L1\", \"price.EUR\": \"1250\"}\n"),
    )),
    responses(
        (status = 202, description = "The file is there, and waits.", body = ImportJson,
         headers(("Location" = String, description = "Where the import tells how far it is."))),
        WriteProblems,
    ),
)]
async fn create(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Query(params): Query<CreateParams>,
    ids: Ids,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let format = format_of(&headers)?;
    let id = ImportId::from_u128(ids.get(0));
    let new = Import::new(id, format, params.dry_run, shop.clock.now());
    let made = shop.create_import(&actor, new, body.into_data_stream()).await?;
    let location = format!("/v1/shop/imports/{}", made.id);
    let body = Json(ImportJson::from(made));
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], body).into_response())
}

/// All imports, the newest first.
#[utoipa::path(
    get,
    path = "/v1/shop/imports",
    operation_id = "shop_imports_list",
    tag = "shop",
    params(ListParams),
    responses(
        (status = 200, description = "A page of imports.", body = Page<ImportJson>),
        ReadProblems,
    ),
)]
async fn list(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    _staff: CatalogueStaff,
    Query(params): Query<ListParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(id)| id);
    let rows = shop.imports(after, params.limit.with_one_more()).await?;
    let page = Page::cut(rows, params.limit, |it| it.id, ImportJson::from);
    Ok(page.into_response_for(&uri))
}

/// How far an import is.
#[utoipa::path(
    get,
    path = "/v1/shop/imports/{id}",
    operation_id = "shop_imports_get",
    tag = "shop",
    params(("id" = ImportId, Path, description = "The import's id.")),
    responses(
        (status = 200, description = "The import.", body = ImportJson),
        (status = 404, description = "There is no such import.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(shop): State<Shop>,
    _staff: CatalogueStaff,
    Path(id): Path<ImportId>,
) -> Result<Json<ImportJson>, Problem> {
    Ok(Json(shop.import(id).await?.into()))
}

/// What was found wrong in the file of an import, in its order.
#[utoipa::path(
    get,
    path = "/v1/shop/imports/{id}/errors",
    operation_id = "shop_imports_errors",
    tag = "shop",
    params(("id" = ImportId, Path, description = "The import's id."), ErrorParams),
    responses(
        (status = 200, description = "A page of errors.", body = Page<ImportError>),
        (status = 404, description = "There is no such import.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn errors(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    _staff: CatalogueStaff,
    Path(id): Path<ImportId>,
    Query(params): Query<ErrorParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map_or(-1, |Cursor(number)| number);
    let rows = shop.import_errors(id, after, params.limit.with_one_more()).await?;
    let page = Page::cut(rows, params.limit, |(number, _)| *number, |(_, it)| it.into());
    let page: Page<ImportError> = page;
    Ok(page.into_response_for(&uri))
}
