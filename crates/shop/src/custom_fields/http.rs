//! Custom fields over HTTP.

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

use super::{CHOICES_MAX, CustomField, CustomFieldPatch, FieldKind, FieldSubject, FieldTitles};
use crate::callers::{CatalogueStaff, Viewer};
use crate::error::ShopError;
use crate::http::created;
use crate::ids::CustomFieldId;
use crate::languages::Wanted;
use crate::products::TRANSLATIONS_MAX;
use crate::products::fields::{CatalogueHandle, HandleOrId, Name, Title};
use crate::shop::Shop;

pub(crate) fn public_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get))
}

pub(crate) fn staff_routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(update, delete))
}

pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// A field to define.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateCustomField {
    handle: CatalogueHandle,
    #[schema(inline)]
    subject: FieldSubject,
    #[schema(inline)]
    kind: FieldKind,
    title: Title,
    /// Titles by language.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Title>)]
    translations: FieldTitles,
    /// The values that there are, if it is a choice.
    #[serde(default)]
    #[schema(max_items = 250)]
    choices: Vec<Name>,
    /// Whether products are filtered and counted by its values.
    #[serde(default)]
    is_filterable: bool,
}

/// A merge patch (RFC 7396): what is left out stays. Handle, subject and kind never change.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = CustomFieldPatch)]
struct PatchCustomField {
    title: Option<Title>,
    #[schema(value_type = Option<BTreeMap<String, Title>>)]
    translations: Option<FieldTitles>,
    /// All of them. Values that are there stay.
    #[schema(max_items = 250)]
    choices: Option<Vec<Name>>,
    is_filterable: Option<bool>,
}

/// What staff says of products or variants beside what every shop has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CustomField)]
struct CustomFieldJson {
    id: CustomFieldId,
    /// Under which its values stand.
    #[schema(example = "fabric")]
    handle: String,
    #[schema(inline)]
    subject: FieldSubject,
    #[schema(inline)]
    kind: FieldKind,
    title: String,
    /// For staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Title>>)]
    translations: Option<FieldTitles>,
    choices: Vec<String>,
    is_filterable: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl CustomFieldJson {
    /// Staff sees what is written; others what they read.
    fn of(it: CustomField, is_staff: bool, wanted: &Wanted, own: &str) -> Self {
        let languages = it.translations.keys().map(|language| language.as_str());
        let picked = wanted.pick(own, languages).filter(|_| !is_staff);
        let translated = picked.and_then(|picked| {
            it.translations.iter().find(|(language, _)| language.as_str() == picked)
        });
        Self {
            id: it.id,
            handle: it.handle,
            subject: it.subject,
            kind: it.kind,
            title: translated.map_or(it.title, |(_, title)| title.as_str().to_owned()),
            translations: is_staff.then_some(it.translations),
            choices: it.choices,
            is_filterable: it.is_filterable,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

/// Names the field of the body that a value stands in.
pub(crate) fn named(error: ShopError) -> Problem {
    let place = match &error {
        ShopError::CustomFieldInvalid { at, detail } => Some((at.clone(), detail.clone())),
        _ => None,
    };
    let problem = Problem::from(error);
    match place {
        Some((at, detail)) => problem.with_field(at, detail),
        None => problem,
    }
}

fn titles(titles: FieldTitles) -> Result<FieldTitles, Problem> {
    if titles.len() > TRANSLATIONS_MAX {
        let detail = format!("at most {TRANSLATIONS_MAX} languages are taken");
        return Err(invalid_field("/translations", detail));
    }
    Ok(titles)
}

fn choices(choices: Vec<Name>) -> Result<Vec<String>, Problem> {
    if choices.len() > CHOICES_MAX {
        return Err(invalid_field("/choices", format!("at most {CHOICES_MAX} are taken")));
    }
    Ok(choices.into_iter().map(String::from).collect())
}

fn written(it: CustomField) -> Response {
    let tag = [(ETAG, etag(it.version))];
    (tag, Json(CustomFieldJson::of(it, true, &Wanted::default(), ""))).into_response()
}

/// All custom fields, by handle.
#[utoipa::path(
    get,
    path = "/v1/shop/custom-fields",
    operation_id = "shop_custom_fields_list",
    tag = "shop",
    responses(
        (status = 200, description = "All of them.", body = Page<CustomFieldJson>),
        ReadProblems,
    ),
)]
async fn list(
    State(shop): State<Shop>,
    viewer: Viewer,
    wanted: Wanted,
) -> Result<Json<Page<CustomFieldJson>>, Problem> {
    let (is_staff, own) = (viewer.is_staff(), shop.own_language());
    let all = shop.custom_fields().await?.into_iter();
    let shown = all.map(|it| CustomFieldJson::of(it, is_staff, &wanted, own));
    Ok(Json(Page { data: shown.collect(), next_cursor: None }))
}

/// A custom field, by its id or its handle.
#[utoipa::path(
    get,
    path = "/v1/shop/custom-fields/{id}",
    operation_id = "shop_custom_fields_get",
    tag = "shop",
    params(("id" = String, Path, description = "The field's id or handle.", min_length = 1, max_length = 100)),
    responses(
        (status = 200, description = "The field.", body = CustomFieldJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such field.",
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
    let it = shop.custom_field(id.as_str()).await?;
    let tag = [(ETAG, etag(it.version))];
    let shown = CustomFieldJson::of(it, viewer.is_staff(), &wanted, shop.own_language());
    Ok((tag, Json(shown)).into_response())
}

/// Defines a custom field of products or of variants.
#[utoipa::path(
    post,
    path = "/v1/shop/custom-fields",
    operation_id = "shop_custom_fields_create",
    tag = "shop",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateCustomField, example = json!({
        "handle": "fabric", "subject": "product", "kind": "choice", "title": "Fabric",
        "translations": { "de": "Stoff" }, "choices": ["wool", "silk"], "is_filterable": true,
    })),
    responses(
        (status = 201, description = "The field.", body = CustomFieldJson,
         headers(("Location" = String, description = "Where the field is."),
                 ("ETag" = String, description = "Its version."))),
        (status = 409, description = "The handle is taken, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Choices and kind don't fit together, or there are 200 fields.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    ids: Ids,
    Json(body): Json<CreateCustomField>,
) -> Result<Response, Problem> {
    let now = shop.clock.now();
    let new = CustomField {
        id: CustomFieldId::from_u128(ids.get(0)),
        handle: body.handle.into(),
        subject: body.subject,
        kind: body.kind,
        title: body.title.into(),
        translations: titles(body.translations)?,
        choices: choices(body.choices)?,
        is_filterable: body.is_filterable,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let made = shop.create_custom_field(&actor, new).await?;
    let location = format!("/v1/shop/custom-fields/{}", made.id);
    Ok(created(location, written(made)))
}

/// Changes what is said of a field. Values that are there stay.
#[utoipa::path(
    patch,
    path = "/v1/shop/custom-fields/{id}",
    operation_id = "shop_custom_fields_update",
    tag = "shop",
    params(
        ("id" = CustomFieldId, Path, description = "The field's id."),
        ("If-Match" = String, Header, description = "The field's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchCustomField = "application/json", example = json!({ "is_filterable": true })),
        (PatchCustomField = "application/merge-patch+json", example = json!({ "choices": ["wool"] })),
    )),
    responses(
        (status = 200, description = "The field as it is now.", body = CustomFieldJson,
         headers(("ETag" = String, description = "Its version."))),
        (status = 404, description = "There is no such field.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "It has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Choices and kind don't fit together.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn update(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<CustomFieldId>,
    headers: HeaderMap,
    Json(body): Json<PatchCustomField>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let patch = CustomFieldPatch {
        title: body.title.map(String::from),
        translations: body.translations.map(titles).transpose()?,
        choices: body.choices.map(choices).transpose()?,
        is_filterable: body.is_filterable,
    };
    Ok(written(shop.update_custom_field(&actor, id, &expected, patch).await?))
}

/// Removes a field of which nothing has a value.
#[utoipa::path(
    delete,
    path = "/v1/shop/custom-fields/{id}",
    operation_id = "shop_custom_fields_delete",
    tag = "shop",
    params(("id" = CustomFieldId, Path, description = "The field's id.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "There is no such field.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "A product or a variant has a value of it.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn delete(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(id): Path<CustomFieldId>,
) -> Result<StatusCode, Problem> {
    shop.delete_custom_field(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
