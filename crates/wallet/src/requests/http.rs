//! Requests for payment over HTTP.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::Ids;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{NewRequest, PaymentRequest, RequestDirection, RequestQuery, RequestStatus};
use crate::fields::{Message, PartyRef, Positive, Wait};
use crate::ids::RequestId;
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(pay))
        .routes(routes!(decline))
        .routes(routes!(cancel))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default().routes(routes!(create))
}

/// A request to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreatePaymentRequest {
    /// Who is to pay.
    from: PartyRef,
    #[schema(example = "EUR", min_length = 1, max_length = 64)]
    asset: String,
    amount: Positive,
    message: Option<Message>,
    /// For how many seconds it stays open: two weeks unless given.
    expires_in_s: Option<Wait>,
}

/// Asks somebody for value.
#[utoipa::path(
    post,
    path = "/v1/wallet/requests",
    operation_id = "wallet_requests_create",
    tag = "wallet",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreatePaymentRequest, example = json!({
        "from": { "handle": "ann" }, "asset": "EUR", "amount": "900", "message": "half of the pizza",
    })),
    responses(
        (status = 201, description = "The request.", body = PaymentRequest),
        (status = 404, description = "`wallet.request.payer_not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "An asset that can't be, oneself, too many a day, or a key that was used with another body.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(wallet): State<Wallet>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreatePaymentRequest>,
) -> Result<Response, Problem> {
    let new = NewRequest {
        from: body.from,
        asset: body.asset,
        amount: body.amount,
        message: body.message,
        expires_in: body.expires_in_s,
    };
    let request = wallet.request(&actor, &new, &ids).await?;
    Ok((StatusCode::CREATED, Json(request)).into_response())
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(Timestamp, RequestId)>>,
    #[param(inline)]
    direction: Option<RequestDirection>,
    #[param(inline)]
    status: Option<RequestStatus>,
}

/// Requests that the caller made or is asked to pay, newest first.
#[utoipa::path(
    get,
    path = "/v1/wallet/requests",
    operation_id = "wallet_requests_list",
    tag = "wallet",
    params(RequestParams),
    responses(
        (status = 200, description = "A page of requests.", body = Page<PaymentRequest>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(wallet): State<Wallet>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<RequestParams>,
) -> Result<Response, Problem> {
    let query = RequestQuery {
        direction: params.direction,
        status: params.status,
        after: params.cursor.map(|Cursor(after)| after),
        limit: params.limit.with_one_more(),
    };
    let rows = wallet.payment_requests(actor.require_user()?, &query).await?;
    let page = Page::cut(rows, params.limit, |it| (it.created_at, it.id), |it| it);
    Ok(page.into_response_for(&uri))
}

/// A request that the caller made or is asked to pay.
#[utoipa::path(
    get,
    path = "/v1/wallet/requests/{id}",
    operation_id = "wallet_requests_get",
    tag = "wallet",
    params(("id" = RequestId, Path, description = "The request's id.")),
    responses(
        (status = 200, description = "The request.", body = PaymentRequest),
        (status = 404, description = "The caller is no party of such a request.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<RequestId>,
) -> Result<Json<PaymentRequest>, Problem> {
    Ok(Json(wallet.payment_request(actor.require_user()?, id).await?))
}

/// Declares the handler of what can be done to an open request.
macro_rules! handler {
    ($(#[$doc:meta])* $name:ident, $path:literal, $operation:literal, $method:ident) => {
        $(#[$doc])*
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $operation,
            tag = "wallet",
            params(("id" = RequestId, Path, description = "The request's id.")),
            responses(
                (status = 200, description = "The request as it is now.", body = PaymentRequest),
                (status = 404, description = "The caller has no such request to do this with.",
                 body = Problem, content_type = "application/problem+json"),
                (status = 409, description = "`wallet.request.not_open`.",
                 body = Problem, content_type = "application/problem+json"),
                (status = 422, description = "The payment was refused; the request stays open.",
                 body = Problem, content_type = "application/problem+json"),
                ReadProblems,
            ),
        )]
        pub(crate) async fn $name(
            State(wallet): State<Wallet>,
            actor: Actor,
            Path(id): Path<RequestId>,
        ) -> Result<Json<PaymentRequest>, Problem> {
            Ok(Json(wallet.$method(&actor, id).await?))
        }
    };
}

handler!(
    /// Pays a request. Repeating it is harmless: it is paid at most once. After a refusal, such as
    /// insufficient funds, the request is open again.
    pay,
    "/v1/wallet/requests/{id}/pay",
    "wallet_requests_pay",
    pay_request
);
handler!(
    /// The payer says no. Repeating it is harmless.
    decline,
    "/v1/wallet/requests/{id}/decline",
    "wallet_requests_decline",
    decline_request
);
handler!(
    /// Who asked takes it back. Repeating it is harmless.
    cancel,
    "/v1/wallet/requests/{id}/cancel",
    "wallet_requests_cancel",
    cancel_request
);
