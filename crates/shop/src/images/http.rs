//! Pictures over HTTP: files come in and go out as they are.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, etag, header, invalid_field};
use kernel::query::invalid_parameter;
use kernel::text::is_line;
use kernel::{ErrorKind, Json, Page, Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::drawing::{SIZES, format_of};
use super::service::NewImage;
use super::{BYTES_MAX, Image, ImagePatch};
use crate::callers::CatalogueStaff;
use crate::http::created;
use crate::ids::{ImageId, ProductId, VariantId};
use crate::products::fields::nullable;
use crate::shop::Shop;

const ALT_CHARS_MAX: usize = 500;
const POSITION_MAX: u32 = 1_000_000;

/// The files themselves: their answers say how long they are kept.
pub(crate) fn public_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(get))
}

pub(crate) fn staff_routes() -> OpenApiRouter<Shop> {
    let sent = OpenApiRouter::default().routes(routes!(create));
    OpenApiRouter::default()
        .merge(sent.layer(DefaultBodyLimit::max(BYTES_MAX)))
        .routes(routes!(reorder))
        .routes(routes!(update, delete))
}

/// A picture of a product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Image)]
pub(crate) struct ImageJson {
    id: ImageId,
    /// What it shows, for those who can't see it.
    alt: String,
    /// The variant that it shows, if it shows one.
    #[schema(required)]
    variant: Option<VariantId>,
    position: i32,
    /// Of the largest file.
    width: i32,
    height: i32,
    /// The largest first.
    files: Vec<ImageFile>,
}

/// A picture in a size. It never changes, so it may be kept for ever.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageFile {
    /// Pixels on the longer side, at most: 1200, 600 or 200.
    size: u32,
    #[schema(example = "/v1/shop/images/img_01j/600")]
    url: String,
}

impl From<&Image> for ImageJson {
    fn from(it: &Image) -> Self {
        Self {
            id: it.id,
            alt: it.alt.clone(),
            variant: it.variant,
            position: it.position,
            width: it.width,
            height: it.height,
            files: SIZES.map(|size| ImageFile { size, url: file_url(it.id, size) }).into(),
        }
    }
}

/// Where its smallest file is.
pub(crate) fn small_url(id: ImageId) -> String {
    file_url(id, SIZES[SIZES.len() - 1])
}

fn file_url(id: ImageId, size: u32) -> String {
    format!("/v1/shop/images/{id}/{size}")
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SentQuery {
    /// What it shows, for those who can't see it.
    #[serde(default)]
    #[param(max_length = 500)]
    alt: String,
    /// The variant that it shows.
    #[param(value_type = Option<String>)]
    variant: Option<VariantId>,
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ImagePatch)]
struct PatchImage {
    #[schema(max_length = 500)]
    alt: Option<String>,
    #[schema(maximum = 1_000_000)]
    position: Option<u32>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<VariantId>)]
    variant: Option<Option<VariantId>>,
}

/// Where a picture is.
#[derive(Clone, Copy, Deserialize)]
struct Place {
    id: ProductId,
    image: ImageId,
}

fn is_alt(text: &str) -> bool {
    is_line(text, 0..=ALT_CHARS_MAX)
}

fn answer((image, version): &(Image, u32)) -> Response {
    ([(ETAG, etag(*version))], Json(ImageJson::from(image))).into_response()
}

fn unreadable(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("a picture has at most {BYTES_MAX} bytes");
        return Problem::new(ErrorKind::TooLarge, "request.body.too_large", detail);
    }
    let detail = "the body could not be read to its end";
    Problem::new(ErrorKind::Invalid, "request.body.invalid", detail)
}

/// Takes a picture of a product.
///
/// It is drawn anew in three sizes, without anything else that is in the file. At most 10 MB and 25
/// million pixels.
#[utoipa::path(
    post,
    path = "/v1/shop/products/{id}/images",
    operation_id = "shop_images_create",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        SentQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless. Never expires.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content(
        (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"),
    )),
    responses(
        (status = 201, description = "The picture.", body = ImageJson,
         headers(("Location" = String, description = "Where its largest file is."),
                 ("ETag" = String, description = "The product's version."))),
        (status = 404, description = "There is no such product, or it has no such variant.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It can't be read, moves, has too many pixels, or is of another kind than is said; or there are 50.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(product): Path<ProductId>,
    Query(query): Query<SentQuery>,
    ids: Ids,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let media_type = header(&headers, &CONTENT_TYPE)?.unwrap_or_default();
    let format = format_of(media_type.trim()).ok_or_else(|| {
        let detail = "the body must be a picture: image/jpeg, image/png or image/webp";
        Problem::new(ErrorKind::UnsupportedMediaType, "request.body.media_type", detail)
    })?;
    if !is_alt(&query.alt) {
        return Err(invalid_parameter("alt", "has at most 500 characters on one line"));
    }
    let new = NewImage {
        id: ImageId::from_u128(ids.get(0)),
        product,
        variant: query.variant,
        alt: query.alt,
        format,
        bytes: body.map_err(unreadable)?,
    };
    let made = shop.add_image(&actor, new).await?;
    let location = file_url(made.0.id, SIZES[0]);
    Ok(created(location, answer(&made)))
}

/// Changes what is said of a picture, or its place.
#[utoipa::path(
    patch,
    path = "/v1/shop/products/{id}/images/{image}",
    operation_id = "shop_images_update",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        ("image" = ImageId, Path, description = "The picture's id."),
        ("If-Match" = String, Header, description = "The product's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchImage = "application/json", example = json!({ "alt": "A red paper lantern" })),
        (PatchImage = "application/merge-patch+json", example = json!({ "variant": null })),
    )),
    responses(
        (status = 200, description = "The picture as it is now.", body = ImageJson,
         headers(("ETag" = String, description = "The product's version."))),
        (status = 404, description = "There is no such product, or it has no such picture or variant.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The product has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(place): Path<Place>,
    headers: HeaderMap,
    Json(body): Json<PatchImage>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    if body.alt.as_deref().is_some_and(|alt| !is_alt(alt)) {
        return Err(invalid_field("/alt", "has at most 500 characters on one line"));
    }
    if body.position.is_some_and(|position| position > POSITION_MAX) {
        return Err(invalid_field("/position", format!("is at most {POSITION_MAX}")));
    }
    let patch = ImagePatch {
        variant: body.variant,
        position: body.position.map(u32::cast_signed),
        alt: body.alt,
    };
    Ok(answer(&shop.update_image(&actor, (place.id, place.image), &expected, patch).await?))
}

/// The order in which the pictures of a product are shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImageOrder {
    /// All of them, each once.
    #[schema(max_items = 50)]
    images: Vec<ImageId>,
}

/// Puts the pictures of a product in order: the first one stands for it in lists.
#[utoipa::path(
    put,
    path = "/v1/shop/products/{id}/images",
    operation_id = "shop_images_reorder",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        ("If-Match" = String, Header, description = "The product's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content = ImageOrder, example = json!({
        "images": ["img_01h455vb4pex5vsknk084sn02q", "img_01h455vb4pex5vsknk084sn02r"],
    })),
    responses(
        (status = 200, description = "The pictures in their order.", body = Page<ImageJson>,
         headers(("ETag" = String, description = "The product's version."))),
        (status = 404, description = "There is no such product.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The product has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.image.order_differs`: these aren't its pictures, each once.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn reorder(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(product): Path<ProductId>,
    headers: HeaderMap,
    Json(body): Json<ImageOrder>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let (images, version) = shop.reorder_images(&actor, product, &expected, &body.images).await?;
    let data = images.iter().map(ImageJson::from).collect();
    Ok(([(ETAG, etag(version))], Json(Page { data, next_cursor: None })).into_response())
}

/// Removes a picture.
#[utoipa::path(
    delete,
    path = "/v1/shop/products/{id}/images/{image}",
    operation_id = "shop_images_delete",
    tag = "shop",
    params(
        ("id" = ProductId, Path, description = "The product's id."),
        ("image" = ImageId, Path, description = "The picture's id."),
    ),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is no such product, or it has no such picture.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(place): Path<Place>,
) -> Result<StatusCode, Problem> {
    shop.delete_image(&actor, (place.id, place.image)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file of a picture. It never changes.
#[utoipa::path(
    get,
    path = "/v1/shop/images/{id}/{size}",
    operation_id = "shop_images_get",
    tag = "shop",
    params(
        ("id" = ImageId, Path, description = "The picture's id."),
        ("size" = u32, Path, description = "1200, 600 or 200: pixels on the longer side, at most."),
    ),
    responses(
        (status = 200, description = "The file.", content(
            (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"),
        )),
        (status = 404, description = "There is no such picture in this size.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(shop): State<Shop>,
    Path((id, size)): Path<(ImageId, u32)>,
) -> Result<Response, Problem> {
    let (media_type, content) = if SIZES.contains(&size) {
        shop.image_file(id, size).await?
    } else {
        return Err(crate::error::ShopError::ImageNotFound.into());
    };
    let media_type =
        HeaderValue::try_from(media_type).map_err(|error| Problem::internal(&error))?;
    let fixed = HeaderValue::from_static;
    let headers = [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, fixed("public, max-age=31536000, immutable")),
        (X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
        (CONTENT_SECURITY_POLICY, fixed("default-src 'none'")),
    ];
    Ok((headers, content).into_response())
}
