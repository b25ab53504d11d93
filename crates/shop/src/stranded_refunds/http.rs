//! `/v1/shop/stranded-refunds`, for staff.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::{Actor, UserId};
use kernel::http::Ids;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Amount, Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewSettlement, NewWay, Settlement, SettlementState, SettlementWay, StrandedRefund};
use crate::fields::{Line, Note, Positive};
use crate::ids::{OrderId, OrderPaymentId, SettlementId};
use crate::shop::Shop;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(list))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn settle_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(settle))
}

/// Money that was to go back to a card which could not be reached: it is with us.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StrandedRefund)]
pub(crate) struct StrandedRefundJson {
    /// The payment by card.
    id: OrderPaymentId,
    order: OrderId,
    /// The order's, for people.
    #[schema(required)]
    number: Option<i64>,
    /// Whose order it is; null if a guest's.
    #[schema(required, value_type = Option<String>)]
    user: Option<UserId>,
    #[schema(example = "EUR")]
    currency: String,
    /// Decimals of the currency.
    scale: u8,
    /// What could not go back.
    amount: Amount,
    /// Of it, what still waits.
    open: Amount,
    /// Why the card could not be reached.
    #[schema(required, example = "card_closed")]
    failure: Option<String>,
    /// How it was given back otherwise, the first one first.
    settlements: Vec<SettlementJson>,
    updated_at: Timestamp,
}

/// How some of it was given back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settlement)]
struct SettlementJson {
    id: SettlementId,
    /// `wallet` or `outside`.
    #[schema(value_type = String, example = "outside")]
    kind: &'static str,
    state: SettlementState,
    amount: Amount,
    #[schema(required)]
    reason: Option<String>,
    /// What a payment outside is known by there.
    #[schema(required)]
    reference: Option<String>,
    created_at: Timestamp,
}

impl From<Settlement> for SettlementJson {
    fn from(it: Settlement) -> Self {
        let (kind, reference) = match it.way {
            SettlementWay::Wallet { .. } => ("wallet", None),
            SettlementWay::Outside { reference } => ("outside", Some(reference)),
        };
        let Settlement { id, state, amount, reason, created_at, .. } = it;
        Self { id, kind, state, amount, reason, reference, created_at }
    }
}

impl From<StrandedRefund> for StrandedRefundJson {
    fn from(it: StrandedRefund) -> Self {
        Self {
            id: it.payment,
            order: it.order,
            number: it.number,
            user: it.user,
            open: Amount::new(it.open()),
            currency: it.currency,
            scale: it.scale,
            amount: it.stranded,
            failure: it.failure,
            settlements: it.settlements.into_iter().map(SettlementJson::from).collect(),
            updated_at: it.updated_at,
        }
    }
}

/// Whether something of it still waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StrandedState {
    #[default]
    Open,
    Settled,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StrandedParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<OrderPaymentId>>,
    #[serde(rename = "filter[state]", default)]
    #[param(inline)]
    state: StrandedState,
}

/// What could not go back to cards, newest payment first: what waits, unless asked otherwise. That it
/// was looked at is recorded.
#[utoipa::path(
    get,
    path = "/v1/shop/stranded-refunds",
    operation_id = "shop_stranded_refunds_list",
    tag = "shop",
    params(StrandedParams),
    responses(
        (status = 200, description = "A page of them.", body = Page<StrandedRefundJson>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(shop): State<Shop>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<StrandedParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(after)| after);
    let is_open = params.state == StrandedState::Open;
    let limit = params.limit.with_one_more();
    let rows = shop.stranded_refunds(&actor, is_open, after, limit).await?;
    let position = |it: &StrandedRefund| it.payment;
    let page = Page::cut(rows, params.limit, position, StrandedRefundJson::from);
    Ok(page.into_response_for(&uri))
}

/// How it is given back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum SettleStrandedRefund {
    /// Into the buyer's wallet.
    Wallet {
        /// All that waits, unless given.
        amount: Option<Positive>,
        reason: Option<Note>,
    },
    /// It was paid elsewhere, by a bank transfer say.
    Outside {
        /// All that waits, unless given.
        amount: Option<Positive>,
        reason: Note,
        /// What that payment is known by there.
        reference: Line,
    },
}

impl From<SettleStrandedRefund> for NewSettlement {
    fn from(body: SettleStrandedRefund) -> Self {
        let (way, amount, reason) = match body {
            SettleStrandedRefund::Wallet { amount, reason } => (NewWay::Wallet, amount, reason),
            SettleStrandedRefund::Outside { amount, reason, reference } => {
                (NewWay::Outside { reference: reference.into() }, amount, Some(reason))
            }
        };
        Self { way, amount: amount.map(Amount::from), reason: reason.map(String::from) }
    }
}

/// Gives back otherwise what could not go back to a card: into the buyer's wallet, or outside.
#[utoipa::path(
    post,
    path = "/v1/shop/stranded-refunds/{id}/settle",
    operation_id = "shop_stranded_refunds_settle",
    tag = "shop",
    params(
        ("id" = OrderPaymentId, Path, description = "The payment's id."),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = SettleStrandedRefund, example = json!({
        "kind": "outside", "reason": "the card was closed", "reference": "bank transfer 2026-17",
    })),
    responses(
        (status = 201, description = "What is left of it.", body = StrandedRefundJson),
        (status = 404, description = "`shop.stranded_refund.not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.order.busy`, or the first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.stranded_refund.too_large` or `shop.stranded_refund.no_wallet`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn settle(
    State(shop): State<Shop>,
    actor: Actor,
    ids: Ids,
    Path(payment): Path<OrderPaymentId>,
    Json(body): Json<SettleStrandedRefund>,
) -> Result<Response, Problem> {
    let id = SettlementId::from_u128(ids.get(0));
    let it = shop.settle_stranded(&actor, payment, id, &body.into()).await?;
    Ok((StatusCode::CREATED, Json(StrandedRefundJson::from(it))).into_response())
}
