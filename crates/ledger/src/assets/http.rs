//! Assets over HTTP. Creating one is naturally idempotent: its code is its id.

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderValue, StatusCode, header::LOCATION};
use axum::response::{IntoResponse, Response};
use kernel::{Cursor, ErrorKind, Json, Limit, Metadata, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Asset, AssetStatus, NewAsset};
use crate::http::documents::{ReadProblems, WriteProblems};
use crate::http::fields::{StoredMetadata, stored};
use crate::http::refusal;
use crate::ledger::Ledger;
use crate::text::AssetCode;

pub(crate) fn routes() -> OpenApiRouter<Ledger> {
    OpenApiRouter::default().routes(routes!(list, create)).routes(routes!(get))
}

/// An asset to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAsset)]
pub(crate) struct CreateAsset {
    code: AssetCode,
    /// How many decimals the asset has: amounts are integers of 10^-scale.
    #[schema(minimum = 0, maximum = 18, example = 2)]
    scale: u8,
    kind: AssetKind,
    /// For people.
    #[schema(max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$", example = "Euro")]
    name: Option<String>,
    metadata: Option<Metadata>,
}

/// What an asset is.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AssetKind {
    Money,
    Goods,
    Points,
    Budget,
    Other,
}

impl AssetKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Goods => "goods",
            Self::Points => "points",
            Self::Budget => "budget",
            Self::Other => "other",
        }
    }
}

/// Something that can be counted. It never changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Asset)]
pub(crate) struct AssetJson {
    #[schema(value_type = AssetCode)]
    code: Box<str>,
    /// How many decimals the asset has: amounts are integers of 10^-scale.
    #[schema(minimum = 0, maximum = 18, example = 2)]
    scale: u8,
    /// `money`, `goods`, `points`, `budget` or `other`.
    #[schema(value_type = AssetKind)]
    kind: Box<str>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Euro")]
    name: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<StoredMetadata>,
    created_at: Timestamp,
}

impl From<&Asset> for AssetJson {
    fn from(asset: &Asset) -> Self {
        Self {
            code: asset.code.clone(),
            scale: asset.scale,
            kind: asset.kind.clone(),
            name: asset.name.clone(),
            metadata: asset.metadata.clone().map(StoredMetadata),
            created_at: asset.created_at(),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<String>>,
    /// How many assets a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists assets in the order of their codes.
#[utoipa::path(
    get,
    path = "/v1/ledger/assets",
    operation_id = "ledger_assets_list",
    tag = "ledger",
    params(ListQuery),
    responses((status = 200, description = "A page of assets.", body = Page<AssetJson>), ReadProblems),
)]
async fn list(
    State(ledger): State<Ledger>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let after = query.cursor.map(|Cursor(code)| code);
    // A forged cursor may hold anything; what is no code can't come before one.
    let after = after.filter(|code| super::is_asset_code(code));
    let assets = ledger.assets(after.as_deref(), query.limit.get() + 1).await?;
    let page = Page::cut(
        assets,
        query.limit,
        |asset| asset.code.to_string(),
        |asset| AssetJson::from(&*asset),
    );
    Ok(page.into_response_for(&uri))
}

/// Creates an asset. The same request again answers 200 with what is there.
#[utoipa::path(
    post,
    path = "/v1/ledger/assets",
    operation_id = "ledger_assets_create",
    tag = "ledger",
    request_body(
        content = CreateAsset,
        example = json!({ "code": "EUR", "scale": 2, "kind": "money", "name": "Euro" }),
    ),
    responses(
        (status = 201, description = "The asset was created.", body = AssetJson,
         headers(("Location" = String, description = "Where the asset is."))),
        (status = 200, description = "The same asset was created before.", body = AssetJson),
        (status = 409, description = "An asset with this code differs in another field.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(ledger): State<Ledger>,
    Json(body): Json<CreateAsset>,
) -> Result<Response, Problem> {
    let new = NewAsset {
        code: body.code.as_str().to_owned(),
        scale: body.scale,
        kind: body.kind.as_str().to_owned(),
        name: body.name,
        metadata: stored(body.metadata),
    };
    let (status, asset) = ledger.create_asset(new).await?;
    match (status, asset) {
        (AssetStatus::Created, Some(asset)) => {
            let mut response =
                (StatusCode::CREATED, Json(AssetJson::from(&*asset))).into_response();
            let location = HeaderValue::try_from(format!("/v1/ledger/assets/{}", asset.code));
            let location = location.expect("codes are ASCII");
            response.headers_mut().insert(LOCATION, location);
            Ok(response)
        }
        (AssetStatus::Exists, Some(asset)) => Ok(Json(AssetJson::from(&*asset)).into_response()),
        (status, _) => Err(refuse(status)),
    }
}

/// One asset.
#[utoipa::path(
    get,
    path = "/v1/ledger/assets/{code}",
    operation_id = "ledger_assets_get",
    tag = "ledger",
    params(("code" = AssetCode, Path, description = "The asset's code.", example = "EUR")),
    responses(
        (status = 200, description = "The asset.", body = AssetJson),
        (status = 404, description = "There is no such asset.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(ledger): State<Ledger>,
    Path(code): Path<AssetCode>,
) -> Result<Json<AssetJson>, Problem> {
    let asset = ledger.asset(code.as_str()).await?;
    let asset = asset.ok_or_else(|| {
        Problem::new(ErrorKind::NotFound, "ledger.asset.not_found", "there is no such asset")
    })?;
    Ok(Json(AssetJson::from(&*asset)))
}

fn refuse(status: AssetStatus) -> Problem {
    let (kind, field, detail) = match status {
        AssetStatus::ExistsWithDifferentScale => {
            (ErrorKind::Conflict, "/scale", "an asset with this code has another scale")
        }
        AssetStatus::ExistsWithDifferentKind => {
            (ErrorKind::Conflict, "/kind", "an asset with this code is of another kind")
        }
        AssetStatus::ExistsWithDifferentName => {
            (ErrorKind::Conflict, "/name", "an asset with this code has another name")
        }
        AssetStatus::ExistsWithDifferentMetadata => {
            (ErrorKind::Conflict, "/metadata", "an asset with this code has other metadata")
        }
        AssetStatus::ScaleIsOutOfRange => {
            (ErrorKind::Invalid, "/scale", "a scale is an integer of 0 to 18")
        }
        AssetStatus::KindIsUnknown => (ErrorKind::Invalid, "/kind", "there is no such kind"),
        AssetStatus::NameIsMalformed => (
            ErrorKind::Invalid,
            "/name",
            "a name has at most 200 bytes of UTF-8 and no control characters",
        ),
        AssetStatus::CodeIsMalformed | AssetStatus::Created | AssetStatus::Exists => {
            (ErrorKind::Invalid, "/code", "this is not the code of an asset")
        }
    };
    refusal::problem(kind, "asset", status.as_str(), detail).with_field(field, detail)
}
