//! Transfers over HTTP.

use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, mark_replayed};
use kernel::{Amount, Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use ledger::TransferId;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Direction, NewTransfer, Resolution, Status, Transfer, TransferQuery};
use crate::fields::{Message, PartyRef, Positive, Reference, Wait};
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(cancel))
}

/// A transfer to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTransfer {
    to: PartyRef,
    #[schema(example = "EUR", min_length = 1, max_length = 64)]
    asset: String,
    amount: Positive,
    /// For the other party; it can be erased, unlike the transfer.
    message: Option<Message>,
    /// For the sender's own books; stays with the transfer for ever.
    reference: Option<Reference>,
    /// Hold the value, and let the recipient accept or decline for so many seconds.
    accept_within_s: Option<Wait>,
}

/// Sends value to somebody: at once, or held until they accept (`accept_within_s`).
///
/// To a verified e-mail address that nobody has, it is an invitation: the value is held (for two
/// weeks unless told otherwise) until somebody registers with the address.
///
/// The id follows from the `Idempotency-Key`, for ever. A refusal of the ledger, such as insufficient
/// funds, is remembered with it too: to try again, take a new key.
#[utoipa::path(
    post,
    path = "/v1/wallet/transfers",
    operation_id = "wallet_transfers_create",
    tag = "wallet",
    params(
        ("Idempotency-Key" = Option<String>, Header,
         description = "Makes a repeat harmless. Never expires.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateTransfer, example = json!({
        "to": { "handle": "bob" }, "asset": "EUR", "amount": "1250", "message": "for the pizza",
    })),
    responses(
        (status = 201, description = "The transfer, as it was made.", body = Transfer,
         headers(("Idempotency-Replayed" = Option<String>,
                  description = "`true` if the key was used before: this is the first answer again."))),
        (status = 404, description = "`wallet.transfer.recipient_not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Refused: insufficient funds, a limit, too many invitations a day, oneself, an asset or a recipient that can't be; or the key was used with another body.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(wallet): State<Wallet>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateTransfer>,
) -> Result<Response, Problem> {
    let new = NewTransfer {
        to: body.to,
        asset: body.asset,
        amount: body.amount,
        message: body.message,
        reference: body.reference,
        accept_within: body.accept_within_s,
    };
    let sent = wallet.send(&actor, &new, &ids).await?;
    let mut response = (StatusCode::CREATED, Json(sent.transfer)).into_response();
    if sent.replayed && ids.are_derived() {
        mark_replayed(&mut response);
    }
    Ok(response)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TransferParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i64>>,
    #[param(inline)]
    direction: Option<Direction>,
    #[param(inline)]
    status: Option<Status>,
    /// Code of an asset.
    #[param(max_length = 64)]
    asset: Option<String>,
    /// Made at this time or later.
    #[serde(rename = "filter[from]")]
    #[param(inline)]
    from: Option<Timestamp>,
    /// Made before this time.
    #[serde(rename = "filter[before]")]
    #[param(inline)]
    before: Option<Timestamp>,
    /// The other side's handle.
    #[serde(rename = "filter[counterparty]")]
    counterparty: Option<String>,
    #[serde(rename = "filter[amount][gte]")]
    #[param(inline)]
    amount_min: Option<Amount>,
    #[serde(rename = "filter[amount][lte]")]
    #[param(inline)]
    amount_max: Option<Amount>,
    /// Part of the message, the reference, or the other side's name or handle.
    #[param(max_length = 200)]
    q: Option<String>,
}

impl From<TransferParams> for TransferQuery {
    fn from(params: TransferParams) -> Self {
        let is_given = |text: &String| !text.is_empty();
        Self {
            direction: params.direction,
            status: params.status,
            asset: params.asset,
            from: params.from,
            before: params.before,
            counterparty: params.counterparty.filter(is_given),
            amount_min: params.amount_min,
            amount_max: params.amount_max,
            text: params.q.filter(is_given),
            cursor: params.cursor.map(|Cursor(sequence)| sequence),
            limit: params.limit.get(),
        }
    }
}

/// The caller's transfers over all accounts, newest first.
///
/// A page may hold fewer transfers than asked for, or none, and still have a `next_cursor`: how much
/// is looked at for one page is bounded. Period and asset are found at once, however long the history.
#[utoipa::path(
    get,
    path = "/v1/wallet/transfers",
    operation_id = "wallet_transfers_list",
    tag = "wallet",
    params(TransferParams),
    responses(
        (status = 200, description = "A page of transfers.", body = Page<Transfer>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(wallet): State<Wallet>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<TransferParams>,
) -> Result<Response, Problem> {
    let (data, next) = wallet.transfers(actor.require_user()?, &params.into()).await?;
    let next_cursor = next.map(|sequence| Cursor(sequence).to_string());
    Ok(Page { data, next_cursor }.into_response_for(&uri))
}

/// A transfer of the caller, with what happened to it.
#[utoipa::path(
    get,
    path = "/v1/wallet/transfers/{id}",
    operation_id = "wallet_transfers_get",
    tag = "wallet",
    params(("id" = TransferId, Path, description = "The transfer's id.")),
    responses(
        (status = 200, description = "The transfer.", body = Transfer),
        (status = 404, description = "The caller is no party of such a transfer.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<TransferId>,
) -> Result<Json<Transfer>, Problem> {
    Ok(Json(wallet.transfer(actor.require_user()?, id.as_u128()).await?))
}

/// Declares the handler of what can be done to a transfer that waits.
macro_rules! handler {
    ($(#[$doc:meta])* $name:ident, $path:literal, $operation:literal, $resolution:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $operation,
            tag = "wallet",
            params(("id" = TransferId, Path, description = "The transfer's id.")),
            responses(
                (status = 200, description = "The transfer as it is now.", body = Transfer),
                (status = 404, description = "The caller has no such transfer to do this with.",
                 body = Problem, content_type = "application/problem+json"),
                (status = 409, description = "`wallet.transfer.not_waiting`: somebody was faster, or its time is over.",
                 body = Problem, content_type = "application/problem+json"),
                (status = 422, description = "An account is closed, or the sender may not send any more.",
                 body = Problem, content_type = "application/problem+json"),
                ReadProblems,
            ),
        )]
        pub(crate) async fn $name(
            State(wallet): State<Wallet>,
            actor: Actor,
            Path(id): Path<TransferId>,
        ) -> Result<Json<Transfer>, Problem> {
            Ok(Json(wallet.resolve(&actor, id.as_u128(), $resolution).await?))
        }
    };
}

handler!(
    /// The recipient takes what waits. Repeating it is harmless.
    accept,
    "/v1/wallet/transfers/{id}/accept",
    "wallet_transfers_accept",
    Resolution::Accept
);
handler!(
    /// The recipient doesn't want it: the sender has it back. Repeating it is harmless.
    decline,
    "/v1/wallet/transfers/{id}/decline",
    "wallet_transfers_decline",
    Resolution::Decline
);
handler!(
    /// The sender takes back what waits, an invitation too. Repeating it is harmless.
    cancel,
    "/v1/wallet/transfers/{id}/cancel",
    "wallet_transfers_cancel",
    Resolution::Cancel
);
