//! Collections over HTTP.

use axum::extract::{OriginalUri, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, etag, invalid_field};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Collection, CollectionPatch, CollectionRules, PRODUCTS_MAX, VALUES_MAX};
use crate::callers::{CatalogueStaff, Viewer};
use crate::http::created;
use crate::ids::{CollectionId, ProductId};
use crate::languages::{Wanted, say_language};
use crate::products::fields::{CatalogueHandle, HandleOrId, Text, Title};
use crate::products::{Translation, Translations, check_translations};
use crate::shop::Shop;

pub(crate) fn public_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get))
}

pub(crate) fn staff_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(update, delete)).routes(routes!(remove_product))
}

pub(crate) fn replayed_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create)).routes(routes!(add_products))
}

/// A collection to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateCollection {
    handle: CatalogueHandle,
    title: Title,
    #[serde(default)]
    description: Text,
    /// By language.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Translation>)]
    translations: Translations,
    /// What its products have in common; without rules they are chosen by hand.
    rules: Option<CollectionRules>,
}

/// A merge patch (RFC 7396): what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = CollectionPatch)]
struct PatchCollection {
    handle: Option<CatalogueHandle>,
    title: Option<Title>,
    description: Option<Text>,
    #[schema(value_type = Option<BTreeMap<String, Translation>>)]
    translations: Option<Translations>,
    /// All of them; only where there are rules.
    rules: Option<CollectionRules>,
}

/// Products to choose by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChooseProducts {
    #[schema(min_items = 1, max_items = 200)]
    products: Vec<ProductId>,
}

/// Products that are shown together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Collection)]
struct CollectionJson {
    id: CollectionId,
    #[schema(example = "winter-sale")]
    handle: String,
    title: String,
    description: String,
    /// For staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Translation>>)]
    translations: Option<Translations>,
    /// For staff; none if the products are chosen by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<CollectionRules>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl CollectionJson {
    fn of(it: Collection, viewer: &Viewer, wanted: &Wanted, own: &str) -> Self {
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
            rules: it.rules.filter(|_| is_staff),
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

fn check_rules(rules: CollectionRules) -> Result<CollectionRules, Problem> {
    let lens = [rules.tags.len(), rules.vendors.len(), rules.categories.len()];
    if rules.is_empty() {
        return Err(invalid_field("/rules", "there is no rule in it"));
    }
    if lens.iter().any(|len| *len > VALUES_MAX) {
        return Err(invalid_field("/rules", format!("a rule has at most {VALUES_MAX} values")));
    }
    if rules.price.as_ref().is_some_and(|price| price.bounds().0 > price.bounds().1) {
        return Err(invalid_field("/rules/price/max", "is below the least"));
    }
    Ok(rules)
}

fn written(it: Collection, actor: identity::Actor) -> Response {
    let tag = [(ETAG, etag(it.version))];
    let viewer = Viewer(Some(actor));
    (tag, Json(CollectionJson::of(it, &viewer, &Wanted::default(), ""))).into_response()
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<String>>,
    /// How many collections a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// The collections, by handle.
#[utoipa::path(
    get,
    path = "/v1/shop/collections",
    operation_id = "shop_collections_list",
    tag = "shop",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of collections.", body = Page<CollectionJson>),
        ReadProblems,
    ),
)]
async fn list(
    State(shop): State<Shop>,
    viewer: Viewer,
    wanted: Wanted,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let after = query.cursor.map(|Cursor(handle)| handle).unwrap_or_default();
    if after.contains('\0') {
        return Err(kernel::query::invalid_parameter("cursor", "the cursor is not one of ours"));
    }
    let rows = shop.collections(&after, query.limit.with_one_more()).await?;
    let page = Page::cut(
        rows,
        query.limit,
        |it| it.handle.clone(),
        |it| CollectionJson::of(it, &viewer, &wanted, shop.own_language()),
    );
    Ok(page.into_response_for(&uri))
}

/// A collection, by its id or its handle. Its products are in the list of products, by the filter
/// `filter[collection]`.
#[utoipa::path(
    get,
    path = "/v1/shop/collections/{id}",
    operation_id = "shop_collections_get",
    tag = "shop",
    params(("id" = String, Path, description = "The collection's id or handle.", min_length = 1, max_length = 100)),
    responses(
        (status = 200, description = "The collection.", body = CollectionJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such collection.",
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
    let it = shop.collection(id.as_str()).await?;
    let tag = [(ETAG, etag(it.version))];
    let translation = wanted.translation(shop.own_language(), &it.translations);
    let language = translation.filter(|_| !viewer.is_staff()).map(|(language, _)| language);
    let language = language.unwrap_or(shop.own_language()).to_owned();
    let shown = CollectionJson::of(it, &viewer, &wanted, shop.own_language());
    let mut response = (tag, Json(shown)).into_response();
    say_language(&mut response, &language);
    Ok(response)
}

/// Makes a collection.
#[utoipa::path(
    post,
    path = "/v1/shop/collections",
    operation_id = "shop_collections_create",
    tag = "shop",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateCollection, example = json!({
        "handle": "winter-sale", "title": "Winter sale", "rules": { "tags": ["winter"] },
    })),
    responses(
        (status = 201, description = "The collection.", body = CollectionJson,
         headers(("Location" = String, description = "Where the collection is."),
                 ("ETag" = String, description = "Its version."))),
        (status = 409, description = "The handle is taken, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A rule names a category or currency that isn't there, or there are 1,000 collections.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    ids: Ids,
    Json(body): Json<CreateCollection>,
) -> Result<Response, Problem> {
    let now = shop.clock.now();
    let new = Collection {
        id: CollectionId::from_u128(ids.get(0)),
        handle: body.handle.into(),
        title: body.title.into(),
        description: body.description.into(),
        translations: check_translations(body.translations)?,
        rules: body.rules.map(check_rules).transpose()?,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let made = shop.create_collection(&actor, new).await?;
    let location = format!("/v1/shop/collections/{}", made.id);
    Ok(created(location, written(made, actor)))
}

/// Changes a collection.
#[utoipa::path(
    patch,
    path = "/v1/shop/collections/{id}",
    operation_id = "shop_collections_update",
    tag = "shop",
    params(
        ("id" = CollectionId, Path, description = "The collection's id."),
        ("If-Match" = String, Header, description = "The collection's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchCollection = "application/json", example = json!({ "title": "Sale" })),
        (PatchCollection = "application/merge-patch+json", example = json!({ "rules": { "tags": ["sale"] } })),
    )),
    responses(
        (status = 200, description = "The collection as it is now.", body = CollectionJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such collection.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The handle is taken, or its products are chosen by hand.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A rule names a category or currency that isn't there.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<CollectionId>,
    headers: HeaderMap,
    Json(body): Json<PatchCollection>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let patch = CollectionPatch {
        handle: body.handle.map(String::from),
        title: body.title.map(String::from),
        description: body.description.map(String::from),
        translations: body.translations.map(check_translations).transpose()?,
        rules: body.rules.map(check_rules).transpose()?,
    };
    Ok(written(shop.update_collection(&actor, id, &expected, patch).await?, actor))
}

/// Removes a collection. Its products stay.
#[utoipa::path(
    delete,
    path = "/v1/shop/collections/{id}",
    operation_id = "shop_collections_delete",
    tag = "shop",
    params(("id" = CollectionId, Path, description = "The collection's id.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is no such collection.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<CollectionId>,
) -> Result<StatusCode, Problem> {
    shop.delete_collection(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Chooses products for a collection without rules. Unknown ones are left out.
#[utoipa::path(
    post,
    path = "/v1/shop/collections/{id}/products",
    operation_id = "shop_collections_add_products",
    tag = "shop",
    params(
        ("id" = CollectionId, Path, description = "The collection's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = ChooseProducts, example = json!({ "products": ["prod_01h455vb4pex5vsknk084sn02q"] })),
    responses(
        (status = 204, description = "They are in it."),
        (status = 404, description = "There is no such collection.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Its products follow from its rules, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn add_products(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<CollectionId>,
    Json(body): Json<ChooseProducts>,
) -> Result<StatusCode, Problem> {
    if !(1..=PRODUCTS_MAX).contains(&body.products.len()) {
        return Err(invalid_field("/products", format!("give 1 to {PRODUCTS_MAX} products")));
    }
    shop.choose_products(&actor, id, &body.products).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a product out of a collection.
#[utoipa::path(
    delete,
    path = "/v1/shop/collections/{id}/products/{product}",
    operation_id = "shop_collections_remove_product",
    tag = "shop",
    params(
        ("id" = CollectionId, Path, description = "The collection's id."),
        ("product" = ProductId, Path, description = "The product's id."),
    ),
    responses(
        (status = 204, description = "It is not in it."),
        (status = 404, description = "There is no such collection.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn remove_product(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path((id, product)): Path<(CollectionId, ProductId)>,
) -> Result<StatusCode, Problem> {
    shop.unchoose_product(&actor, id, product).await?;
    Ok(StatusCode::NO_CONTENT)
}
