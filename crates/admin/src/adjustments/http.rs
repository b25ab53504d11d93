//! Adjustments over HTTP.

use axum::extract::{OriginalUri, State as AppState};
use axum::http::{HeaderValue, StatusCode, header::LOCATION};
use axum::response::{IntoResponse, Response};
use identity::UserId;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, invalid_field};
use kernel::{Amount, Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use ledger::{AccountId, TransferId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Adjustment, Direction, Filter, Proposal, State, Target};
use crate::Admin;
use crate::caller::Caller;
use crate::http::ReasonBody;
use crate::ids::AdjustmentId;

pub(crate) fn routes() -> OpenApiRouter<Admin> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(cancel))
        .routes(routes!(reverse))
}

/// A change of a balance to propose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAdjustment)]
pub(crate) struct CreateAdjustment {
    /// The user's account; or else `user`.
    account: Option<AccountId>,
    /// The user, whose account of the asset is meant; or else `account`.
    user: Option<UserId>,
    direction: Direction,
    /// In the asset's minor unit, at least 1.
    amount: Amount,
    #[schema(pattern = "^[A-Z0-9][A-Z0-9._:-]{0,63}$", example = "EUR")]
    asset: String,
    #[schema(min_length = 5, max_length = 500, example = "a fee was taken twice, ticket 4711")]
    reason: String,
    /// A ticket or an invoice; it stands on the transfer, too.
    #[schema(min_length = 1, max_length = 200, example = "ticket 4711")]
    reference: Option<String>,
}

/// A change of a user's balance that one person proposes and another one decides about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Adjustment)]
pub(crate) struct AdjustmentJson {
    id: AdjustmentId,
    state: State,
    account: AccountId,
    user: UserId,
    direction: Direction,
    /// In the asset's minor unit.
    amount: Amount,
    asset: String,
    /// How many decimals the asset has.
    #[schema(minimum = 0, maximum = 18)]
    scale: u8,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// The adjustment that this one takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reverses: Option<AdjustmentId>,
    proposed_by: UserId,
    proposed_at: Timestamp,
    /// From then on it can't be approved any more.
    expires_at: Timestamp,
    /// Who approved or rejected it.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_reason: Option<String>,
    /// When the ledger moved or refused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Timestamp>,
    /// The transfer in the ledger, once it is applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer: Option<TransferId>,
    /// The ledger's status when it refused, such as `exceeds_floor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

impl From<Adjustment> for AdjustmentJson {
    fn from(it: Adjustment) -> Self {
        Self {
            id: it.id,
            state: it.state,
            account: it.account,
            user: it.user,
            direction: it.direction,
            amount: it.amount,
            asset: it.asset,
            scale: it.scale,
            reason: it.reason,
            reference: it.reference,
            reverses: it.reverses,
            proposed_by: it.proposed_by,
            proposed_at: it.proposed_at,
            expires_at: it.expires_at,
            decided_by: it.decided_by,
            decided_at: it.decided_at,
            decision_reason: it.decision_reason,
            settled_at: it.settled_at,
            transfer: (it.state == State::Applied).then_some(it.transfer_id),
            failure: it.failure,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those in this state.
    #[serde(rename = "filter[state]")]
    #[param(inline)]
    state: Option<State>,
    /// Only those of this user.
    #[serde(rename = "filter[user]")]
    user: Option<UserId>,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(Timestamp, AdjustmentId)>>,
    /// How many adjustments a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists adjustments, the newest first. That they were looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/admin/adjustments",
    operation_id = "admin_adjustments_list",
    tag = "admin",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of adjustments.", body = Page<AdjustmentJson>),
        ReadProblems,
    ),
)]
async fn list(
    AppState(admin): AppState<Admin>,
    OriginalUri(uri): OriginalUri,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let filter = Filter { state: query.state, user: query.user };
    let before = query.cursor.map(|Cursor(position)| position);
    let found = admin.adjustments(&caller, &filter, before, query.limit.with_one_more()).await?;
    let position = |it: &Adjustment| (it.proposed_at, it.id);
    Ok(Page::cut(found, query.limit, position, AdjustmentJson::from).into_response_for(&uri))
}

/// Proposes a change of a user's balance. Another person has to approve it within seven days.
#[utoipa::path(
    post,
    path = "/v1/admin/adjustments",
    operation_id = "admin_adjustments_create",
    tag = "admin",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(
        content = CreateAdjustment,
        example = json!({
            "user": "usr_00000000000000000000000001", "direction": "credit", "amount": "1250",
            "asset": "EUR", "reason": "a fee was taken twice", "reference": "ticket 4711",
        }),
    ),
    responses(
        (status = 201, description = "It is proposed.", body = AdjustmentJson,
         headers(("Location" = String, description = "Where the adjustment is."))),
        (status = 409, description = "The key belongs to another proposal.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "There is no such account of a user, it is closed, or it holds another asset.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    AppState(admin): AppState<Admin>,
    caller: Caller,
    ids: Ids,
    Json(body): Json<CreateAdjustment>,
) -> Result<Response, Problem> {
    let target = match (body.account, body.user) {
        (Some(account), None) => Target::Account(account),
        (None, Some(user)) => Target::User(user),
        _ => return Err(invalid_field("/account", "give either `account` or `user`")),
    };
    let proposal = Proposal {
        target,
        direction: body.direction,
        amount: body.amount,
        asset: body.asset,
        reason: body.reason,
        reference: body.reference,
    };
    let id = AdjustmentId::from_u128(ids.get(0));
    Ok(created(admin.propose(&caller, id, proposal).await?))
}

/// One adjustment. That it was looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/admin/adjustments/{id}",
    operation_id = "admin_adjustments_get",
    tag = "admin",
    params(("id" = AdjustmentId, Path, description = "The adjustment's id.")),
    responses(
        (status = 200, description = "The adjustment.", body = AdjustmentJson),
        (status = 404, description = "There is no such adjustment.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    AppState(admin): AppState<Admin>,
    caller: Caller,
    Path(id): Path<AdjustmentId>,
) -> Result<Json<AdjustmentJson>, Problem> {
    Ok(Json(admin.adjustment(&caller, id).await?.into()))
}

/// Approves an adjustment and carries it out. Never for one's own proposal or account.
///
/// The ledger may refuse it: then the state is `failed`, with the reason. If the ledger can't be
/// reached the answer is 202, and it is carried out as soon as it can be.
#[utoipa::path(
    post,
    path = "/v1/admin/adjustments/{id}/approve",
    operation_id = "admin_adjustments_approve",
    tag = "admin",
    params(("id" = AdjustmentId, Path, description = "The adjustment's id.")),
    responses(
        (status = 200, description = "It is `applied`, or `failed`.", body = AdjustmentJson),
        (status = 202, description = "It is approved and will be carried out.", body = AdjustmentJson),
        (status = 404, description = "There is no such adjustment.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is decided or expired.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn approve(
    AppState(admin): AppState<Admin>,
    caller: Caller,
    Path(id): Path<AdjustmentId>,
) -> Result<Response, Problem> {
    let approved = admin.approve(&caller, id).await?;
    let status = match approved.state {
        State::Approved => StatusCode::ACCEPTED,
        _ => StatusCode::OK,
    };
    Ok((status, Json(AdjustmentJson::from(approved))).into_response())
}

/// Rejects an adjustment. Never one's own proposal: that is cancelled.
#[utoipa::path(
    post,
    path = "/v1/admin/adjustments/{id}/reject",
    operation_id = "admin_adjustments_reject",
    tag = "admin",
    params(("id" = AdjustmentId, Path, description = "The adjustment's id.")),
    request_body(content = ReasonBody, example = json!({ "reason": "the fee was right" })),
    responses(
        (status = 200, description = "It is rejected.", body = AdjustmentJson),
        (status = 404, description = "There is no such adjustment.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is decided or expired.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn reject(
    AppState(admin): AppState<Admin>,
    caller: Caller,
    Path(id): Path<AdjustmentId>,
    Json(body): Json<ReasonBody>,
) -> Result<Json<AdjustmentJson>, Problem> {
    Ok(Json(admin.reject(&caller, id, &body.reason).await?.into()))
}

/// Takes one's own proposal back.
#[utoipa::path(
    post,
    path = "/v1/admin/adjustments/{id}/cancel",
    operation_id = "admin_adjustments_cancel",
    tag = "admin",
    params(("id" = AdjustmentId, Path, description = "The adjustment's id.")),
    responses(
        (status = 200, description = "It is cancelled.", body = AdjustmentJson),
        (status = 404, description = "There is no such adjustment.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is decided or expired.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn cancel(
    AppState(admin): AppState<Admin>,
    caller: Caller,
    Path(id): Path<AdjustmentId>,
) -> Result<Json<AdjustmentJson>, Problem> {
    Ok(Json(admin.cancel(&caller, id).await?.into()))
}

/// Proposes to take an applied adjustment back. Another person has to approve that, too.
#[utoipa::path(
    post,
    path = "/v1/admin/adjustments/{id}/reverse",
    operation_id = "admin_adjustments_reverse",
    tag = "admin",
    params(
        ("id" = AdjustmentId, Path, description = "The id of the adjustment to take back."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = ReasonBody, example = json!({ "reason": "it was the wrong user" })),
    responses(
        (status = 201, description = "The reversal is proposed.", body = AdjustmentJson,
         headers(("Location" = String, description = "Where the reversal is."))),
        (status = 404, description = "There is no such adjustment.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It isn't applied, is a reversal itself, or is reversed already.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn reverse(
    AppState(admin): AppState<Admin>,
    caller: Caller,
    Path(original): Path<AdjustmentId>,
    ids: Ids,
    Json(body): Json<ReasonBody>,
) -> Result<Response, Problem> {
    let id = AdjustmentId::from_u128(ids.get(0));
    Ok(created(admin.propose_reversal(&caller, id, original, &body.reason).await?))
}

fn created(adjustment: Adjustment) -> Response {
    let location = HeaderValue::try_from(format!("/v1/admin/adjustments/{}", adjustment.id));
    let body = Json(AdjustmentJson::from(adjustment));
    let mut response = (StatusCode::CREATED, body).into_response();
    response.headers_mut().insert(LOCATION, location.expect("ids are ASCII"));
    response
}
