//! Finding people over HTTP.

use axum::extract::State;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::{Json, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Recipients;
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default().routes(routes!(list))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecipientsParams {
    /// What was typed so far: the beginning of a handle, of a word of a known person's name, or an
    /// e-mail address. Empty for the people with whom there was something last.
    #[serde(default)]
    #[param(max_length = 254, example = "an")]
    query: String,
}

/// People to send to, at most eight.
///
/// Those with whom there was a transfer or a request lately are found by handle and name, and also
/// without a query. Everybody else who wants to be found is found by two characters of the handle or
/// more; that many times an hour, then it is refused with `wallet.recipient.too_many_searches`. An
/// e-mail address is never looked up: `typed` says that it can be sent to, whoever has it.
#[utoipa::path(
    get,
    path = "/v1/wallet/recipients",
    operation_id = "wallet_recipients_list",
    tag = "wallet",
    params(RecipientsParams),
    responses((status = 200, description = "Who was found.", body = Recipients), ReadProblems),
)]
pub(crate) async fn list(
    State(wallet): State<Wallet>,
    actor: Actor,
    Query(params): Query<RecipientsParams>,
) -> Result<Json<Recipients>, Problem> {
    Ok(Json(wallet.recipients(actor.require_user()?, &params.query).await?))
}
