//! Categories over HTTP.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, etag, invalid_field};
use kernel::{Json, Page, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Category, CategoryPatch};
use crate::callers::{CatalogueStaff, Viewer};
use crate::http::created;
use crate::ids::CategoryId;
use crate::languages::{Wanted, say_language};
use crate::products::fields::{CatalogueHandle, HandleOrId, Text, Title, nullable};
use crate::products::{Translation, Translations, check_translations};
use crate::shop::Shop;

const POSITION_MAX: u32 = 1_000_000;

pub(crate) fn public_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get))
}

pub(crate) fn staff_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(update, delete))
}

pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// A category to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateCategory {
    handle: CatalogueHandle,
    title: Title,
    #[serde(default)]
    description: Text,
    /// By language.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Translation>)]
    translations: Translations,
    /// The category above it.
    parent: Option<CategoryId>,
    /// Its place among those with the same parent.
    #[serde(default)]
    #[schema(maximum = 1_000_000)]
    position: u32,
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = CategoryPatch)]
struct PatchCategory {
    handle: Option<CatalogueHandle>,
    title: Option<Title>,
    description: Option<Text>,
    #[schema(value_type = Option<BTreeMap<String, Translation>>)]
    translations: Option<Translations>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<CategoryId>)]
    parent: Option<Option<CategoryId>>,
    #[schema(maximum = 1_000_000)]
    position: Option<u32>,
}

/// A place in the tree by which products are looked through.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Category)]
struct CategoryJson {
    id: CategoryId,
    #[schema(example = "lanterns")]
    handle: String,
    title: String,
    description: String,
    /// For staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Translation>>)]
    translations: Option<Translations>,
    /// Null: it is at the top.
    #[schema(required)]
    parent: Option<CategoryId>,
    position: i32,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl CategoryJson {
    /// Staff sees what is written; others what they read.
    fn of(it: Category, viewer: &Viewer, wanted: &Wanted, own: &str) -> Self {
        let is_staff = viewer.is_staff();
        let translation = wanted.translation(own, &it.translations).filter(|_| !is_staff);
        let (title, description) = match translation {
            Some((_, it)) => (it.title.clone(), it.description.clone()),
            None => (None, None),
        };
        Self {
            id: it.id,
            handle: it.handle,
            title: title.map_or(it.title, String::from),
            description: description.map_or(it.description, String::from),
            translations: is_staff.then_some(it.translations),
            parent: it.parent,
            position: it.position,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

fn position(position: u32) -> Result<i32, Problem> {
    if position <= POSITION_MAX {
        return Ok(position.cast_signed());
    }
    Err(invalid_field("/position", format!("is at most {POSITION_MAX}")))
}

fn written(it: Category, actor: identity::Actor) -> Response {
    let tag = [(ETAG, etag(it.version))];
    let viewer = Viewer(Some(actor));
    (tag, Json(CategoryJson::of(it, &viewer, &Wanted::default(), ""))).into_response()
}

/// The tree of categories, each before those below it.
#[utoipa::path(
    get,
    path = "/v1/shop/categories",
    operation_id = "shop_categories_list",
    tag = "shop",
    responses(
        (status = 200, description = "All of them.", body = Page<CategoryJson>),
        ReadProblems,
    ),
)]
async fn list(
    State(shop): State<Shop>,
    viewer: Viewer,
    wanted: Wanted,
) -> Result<Json<Page<CategoryJson>>, Problem> {
    let all = shop.categories(viewer.is_staff()).await?.into_iter();
    let shown = all.map(|it| CategoryJson::of(it, &viewer, &wanted, shop.own_language()));
    Ok(Json(Page { data: shown.collect(), next_cursor: None }))
}

/// A category, by its id or its handle.
#[utoipa::path(
    get,
    path = "/v1/shop/categories/{id}",
    operation_id = "shop_categories_get",
    tag = "shop",
    params(("id" = String, Path, description = "The category's id or handle.", min_length = 1, max_length = 100)),
    responses(
        (status = 200, description = "The category.", body = CategoryJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such category.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(shop): State<Shop>,
    viewer: Viewer,
    wanted: Wanted,
    Path(id): Path<HandleOrId>,
) -> Result<Response, Problem> {
    let it = shop.category(id.as_str(), viewer.is_staff()).await?;
    let tag = [(ETAG, etag(it.version))];
    let translation = wanted.translation(shop.own_language(), &it.translations);
    let language = translation.filter(|_| !viewer.is_staff()).map(|(language, _)| language);
    let language = language.unwrap_or(shop.own_language()).to_owned();
    let shown = CategoryJson::of(it, &viewer, &wanted, shop.own_language());
    let mut response = (tag, Json(shown)).into_response();
    say_language(&mut response, &language);
    Ok(response)
}

/// Makes a category.
#[utoipa::path(
    post,
    path = "/v1/shop/categories",
    operation_id = "shop_categories_create",
    tag = "shop",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateCategory, example = json!({ "handle": "lanterns", "title": "Lanterns" })),
    responses(
        (status = 201, description = "The category.", body = CategoryJson,
         headers(("Location" = String, description = "Where the category is."),
                 ("ETag" = String, description = "Its version."))),
        (status = 409, description = "The handle is taken, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "There is no such parent, or it would be too deep; or there are 10,000.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    ids: Ids,
    Json(body): Json<CreateCategory>,
) -> Result<Response, Problem> {
    let now = shop.clock.now();
    let new = Category {
        id: CategoryId::from_u128(ids.get(0)),
        parent: body.parent,
        handle: body.handle.into(),
        title: body.title.into(),
        description: body.description.into(),
        translations: check_translations(body.translations)?,
        position: position(body.position)?,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let made = shop.create_category(&actor, new).await?;
    let location = format!("/v1/shop/categories/{}", made.id);
    Ok(created(location, written(made, actor)))
}

/// Changes or moves a category.
#[utoipa::path(
    patch,
    path = "/v1/shop/categories/{id}",
    operation_id = "shop_categories_update",
    tag = "shop",
    params(
        ("id" = CategoryId, Path, description = "The category's id."),
        ("If-Match" = String, Header, description = "The category's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchCategory = "application/json", example = json!({ "title": "Lamps" })),
        (PatchCategory = "application/merge-patch+json", example = json!({ "parent": null })),
    )),
    responses(
        (status = 200, description = "The category as it is now.", body = CategoryJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such category.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The handle is taken.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It can't be there.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<CategoryId>,
    headers: HeaderMap,
    Json(body): Json<PatchCategory>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let patch = CategoryPatch {
        parent: body.parent,
        handle: body.handle.map(String::from),
        title: body.title.map(String::from),
        description: body.description.map(String::from),
        translations: body.translations.map(check_translations).transpose()?,
        position: body.position.map(position).transpose()?,
    };
    Ok(written(shop.update_category(&actor, id, &expected, patch).await?, actor))
}

/// Removes a category that has none below it. Its products stay.
#[utoipa::path(
    delete,
    path = "/v1/shop/categories/{id}",
    operation_id = "shop_categories_delete",
    tag = "shop",
    params(("id" = CategoryId, Path, description = "The category's id.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is no such category.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "There are categories below it.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<CategoryId>,
) -> Result<StatusCode, Problem> {
    shop.delete_category(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
