//! Creating many transfers in one request.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::item::{Names, TransferItem, TransferItemShapes};
use super::json::{TransferResultsJson, as_at_first};
use crate::engine::{NewTransfer, TransferResult};
use crate::http::batch::Batch;
use crate::http::documents::WriteProblems;
use crate::http::idempotency::{Ids, mark_replayed, reused};
use crate::http::refusal::differs;
use crate::ids::TransferId;
use crate::ledger::Ledger;
use crate::text::transfer_detail;

/// Transfers to make, in order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTransfers)]
pub(crate) struct CreateTransfers {
    /// 1 to 8190 transfers.
    #[schema(value_type = Vec<TransferItemShapes>, min_items = 1, max_items = 8190)]
    transfers: Batch<TransferItem>,
    /// All or nothing: if one fails, none is made.
    #[serde(default)]
    atomic: bool,
}

/// Makes transfers: each succeeds or fails on its own, unless they are linked.
///
/// The id of a transfer makes it repeatable for ever: the same transfer again has the status
/// `exists`. Transfers without an id get one that follows from the `Idempotency-Key` and their
/// place in the list; without a key the server makes one, and a repeat makes another transfer.
#[utoipa::path(
    post,
    path = "/v1/ledger/transfers",
    operation_id = "ledger_transfers_create",
    tag = "ledger",
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Makes a repeat of the request harmless where transfers have no ids of their own. Never expires.",
        pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255,
    )),
    request_body(
        content = CreateTransfers,
        example = json!({ "transfers": [
            { "debit_account": "bank/EUR", "credit_account": "users/7/EUR", "amount": "1250", "asset": "EUR" }
        ] }),
    ),
    responses(
        (status = 200, description = "What became of each transfer.", body = TransferResultsJson,
         headers(("Idempotency-Replayed" = Option<String>,
                  description = "`true` if the key was used before: this is the first answer again."))),
        (status = 422, description = "The Idempotency-Key was used with another body before.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(ledger): State<Ledger>,
    ids: Ids,
    Json(body): Json<CreateTransfers>,
) -> Result<Response, Problem> {
    let items = body.transfers.into_items("transfers")?;
    for (index, item) in items.iter().enumerate() {
        item.check(|field| format!("/transfers/{index}/{field}"))?;
    }
    let names = Names::find(&ledger, &items).await?;
    let own_ids = OwnIds::of(&ids, &items);
    let commands = commands(items, body.atomic, &ids, &names);
    let mut results = ledger.create_transfers(commands).await?;
    let replayed = own_ids.answer_as_at_first(&mut results)?;
    let seqs: Vec<i64> = results.iter().filter_map(|result| result.seq).collect();
    let transfers = ledger.transfers_by_seq(&seqs).await?;
    let mut response = Json(TransferResultsJson::new(&results, transfers)).into_response();
    if replayed {
        mark_replayed(&mut response);
    }
    Ok(response)
}

fn commands(items: Vec<TransferItem>, atomic: bool, ids: &Ids, names: &Names) -> Vec<NewTransfer> {
    let last = items.len() - 1;
    let command = |(index, item): (usize, TransferItem)| {
        let id = item.id.map_or_else(|| ids.get(index), TransferId::as_u128);
        item.into_command(id, atomic && index < last, names)
    };
    items.into_iter().enumerate().map(command).collect()
}

/// Which items brought an id; nothing is kept where no id follows from a key.
struct OwnIds(Option<Vec<bool>>);

impl OwnIds {
    fn of(ids: &Ids, items: &[TransferItem]) -> Self {
        Self(ids.are_derived().then(|| items.iter().map(|item| item.id.is_some()).collect()))
    }

    /// Shows results under derived ids as the first request with the key saw them; answers
    /// whether there was one.
    fn answer_as_at_first(&self, results: &mut [TransferResult]) -> Result<bool, Problem> {
        let Some(own) = &self.0 else { return Ok(false) };
        let mut replayed = false;
        for (index, result) in results.iter_mut().enumerate().filter(|(index, _)| !own[*index]) {
            if differs(result.status.as_str()) {
                let pointer = format!("/transfers/{index}");
                return Err(reused(Some(pointer), transfer_detail(result.status)));
            }
            replayed |= as_at_first(result);
        }
        Ok(replayed)
    }
}
