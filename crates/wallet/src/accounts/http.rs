//! Accounts over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::{Json, Page, Path, Problem};
use ledger::AccountId;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::WalletAccount;
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default().routes(routes!(list, open)).routes(routes!(get)).routes(routes!(close))
}

/// Which account to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenAccount {
    #[schema(example = "EUR", min_length = 1, max_length = 64)]
    asset: String,
}

/// Opens an account for an asset; one that was closed is opened again.
#[utoipa::path(
    post,
    path = "/v1/wallet/accounts",
    operation_id = "wallet_accounts_open",
    tag = "wallet",
    request_body(content = OpenAccount, example = json!({ "asset": "EUR" })),
    responses(
        (status = 200, description = "It was open already.", body = WalletAccount),
        (status = 201, description = "The account was opened.", body = WalletAccount),
        (status = 422, description = "`wallet.transfer.asset_unknown`: there is no such asset for people.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn open(
    State(wallet): State<Wallet>,
    actor: Actor,
    Json(body): Json<OpenAccount>,
) -> Result<Response, Problem> {
    let (account, is_new) = wallet.open_own(&actor, &body.asset).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(account)).into_response())
}

/// The caller's accounts with their balances of this moment. There is one for each asset, so they
/// come at once.
#[utoipa::path(
    get,
    path = "/v1/wallet/accounts",
    operation_id = "wallet_accounts_list",
    tag = "wallet",
    responses(
        (status = 200, description = "All accounts, in the order in which they were opened.",
         body = Page<WalletAccount>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(wallet): State<Wallet>,
    actor: Actor,
) -> Result<Json<Page<WalletAccount>>, Problem> {
    let data = wallet.accounts_of(actor.require_user()?).await?;
    Ok(Json(Page { data, next_cursor: None }))
}

/// An account of the caller.
#[utoipa::path(
    get,
    path = "/v1/wallet/accounts/{id}",
    operation_id = "wallet_accounts_get",
    tag = "wallet",
    params(("id" = AccountId, Path, description = "The account's id.")),
    responses(
        (status = 200, description = "The account.", body = WalletAccount),
        (status = 404, description = "The caller has no such account.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<AccountId>,
) -> Result<Json<WalletAccount>, Problem> {
    Ok(Json(wallet.account(actor.require_user()?, id).await?))
}

/// Closes an account that holds nothing and for which nothing is on its way. Nothing can be sent to
/// it then; its history stays. Repeating it is harmless.
#[utoipa::path(
    post,
    path = "/v1/wallet/accounts/{id}/close",
    operation_id = "wallet_accounts_close",
    tag = "wallet",
    params(("id" = AccountId, Path, description = "The account's id.")),
    responses(
        (status = 200, description = "The account is closed.", body = WalletAccount),
        (status = 404, description = "The caller has no such account.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`wallet.account.not_empty`: it holds something, or a transfer waits.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`wallet.account.closed`: it was closed at the same moment.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn close(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<AccountId>,
) -> Result<Json<WalletAccount>, Problem> {
    Ok(Json(wallet.close(&actor, id).await?))
}
