//! `/v1/shop/customer-groups`, for staff.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;
use identity::UserId;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Cursor, Limit, Page, Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::callers::CatalogueStaff;
use crate::products::fields::CatalogueHandle;
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list_users)).routes(routes!(add_user, remove_user))
}

/// A user in a group.
#[derive(Debug, Serialize, ToSchema)]
struct GroupUser {
    user: UserId,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UserParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<UserId>>,
}

/// Who is in which group.
#[derive(Clone, Deserialize)]
struct Place {
    group: CatalogueHandle,
    user: UserId,
}

/// Who is in a group of customers.
#[utoipa::path(
    get,
    path = "/v1/shop/customer-groups/{group}/users",
    operation_id = "shop_customer_groups_list_users",
    tag = "shop",
    params(
        ("group" = String, Path, description = "The group's name.", example = "wholesale", min_length = 1, max_length = 100),
        UserParams,
    ),
    responses(
        (status = 200, description = "A page of users; none if there is no such group.", body = Page<GroupUser>),
        ReadProblems,
    ),
)]
async fn list_users(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    _staff: CatalogueStaff,
    Path(group): Path<CatalogueHandle>,
    Query(params): Query<UserParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(id)| id);
    let rows = shop.group_users(group.as_str(), after, params.limit.with_one_more()).await?;
    let page = Page::cut(rows, params.limit, |user| *user, |user| GroupUser { user });
    Ok(page.into_response_for(&uri))
}

/// Puts a user into a group of customers.
#[utoipa::path(
    put,
    path = "/v1/shop/customer-groups/{group}/users/{user}",
    operation_id = "shop_customer_groups_add_user",
    tag = "shop",
    params(
        ("group" = String, Path, description = "The group's name.", example = "wholesale", min_length = 1, max_length = 100),
        ("user" = UserId, Path, description = "The user's id."),
    ),
    responses(
        (status = 204, description = "They are in it."),
        WriteProblems,
    ),
)]
async fn add_user(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(place): Path<Place>,
) -> Result<StatusCode, Problem> {
    shop.set_group(&actor, place.group.as_str(), place.user, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a user out of a group of customers.
#[utoipa::path(
    delete,
    path = "/v1/shop/customer-groups/{group}/users/{user}",
    operation_id = "shop_customer_groups_remove_user",
    tag = "shop",
    params(
        ("group" = String, Path, description = "The group's name.", example = "wholesale", min_length = 1, max_length = 100),
        ("user" = UserId, Path, description = "The user's id."),
    ),
    responses(
        (status = 204, description = "They aren't in it."),
        ReadProblems,
    ),
)]
async fn remove_user(
    State(shop): State<Shop>,
    CatalogueStaff(actor): CatalogueStaff,
    Path(place): Path<Place>,
) -> Result<StatusCode, Problem> {
    shop.set_group(&actor, place.group.as_str(), place.user, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
