//! Posting or voiding a group over HTTP.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::problem::FieldError;
use kernel::{Json, Path, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::engine::{GroupAction, GroupStatus, ResolveGroup, TransferResult, TransferStatus};
use crate::http::OptionalJson;
use crate::http::documents::WriteProblems;
use crate::http::idempotency::{Ids, mark_replayed};
use crate::http::refusal::{group_kind, problem};
use crate::ids::{GroupId, TransferId};
use crate::ledger::Ledger;
use crate::text::{group_detail, transfer_detail};
use crate::transfers::http::json::TransferJson;

pub(crate) fn routes() -> OpenApiRouter<Ledger> {
    OpenApiRouter::default().routes(routes!(post)).routes(routes!(void))
}

/// How to resolve a group.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ResolveGroup)]
pub(crate) struct ResolveBody {
    /// Id of the command; the ids of the transfers that it makes follow from it. Without it the
    /// id follows from the `Idempotency-Key`, or is made by the server.
    id: Option<TransferId>,
}

/// What became of a group.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResolvedGroup)]
pub(crate) struct ResolvedJson {
    /// `resolved`, or `exists` if the same command did it before.
    #[schema(value_type = String, example = "resolved")]
    status: &'static str,
    /// The transfers that the command made: one for each member that was still open.
    transfers: Vec<TransferJson>,
}

/// Declares the handler of an action, with its part of the API document.
macro_rules! handler {
    ($(#[$doc:meta])* $name:ident, $path:literal, $operation:literal, $action:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            post,
            path = $path,
            operation_id = $operation,
            tag = "ledger",
            params(
                ("id" = GroupId, Path, description = "The group's id."),
                ("Idempotency-Key" = Option<String>, Header,
                 description = "Makes a repeat harmless where the body has no id. Never expires.",
                 pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
            ),
            request_body(content = ResolveBody, example = json!({})),
            responses(
                (status = 200, description = "The group was resolved, now or by the same command before.",
                 body = ResolvedJson,
                 headers(("Idempotency-Replayed" = Option<String>,
                          description = "`true` if the key was used before: this is the first answer again."))),
                (status = 404, description = "No pending transfer belongs to the group.",
                 body = Problem, content_type = "application/problem+json"),
                (status = 409, description = "Nothing of the group is open, or one of its transfers could not be resolved: `errors` names it, and none was.",
                 body = Problem, content_type = "application/problem+json"),
                WriteProblems,
            ),
        )]
        pub(crate) async fn $name(
            State(ledger): State<Ledger>,
            Path(id): Path<GroupId>,
            ids: Ids,
            OptionalJson(body): OptionalJson<ResolveBody>,
        ) -> Result<Response, Problem> {
            resolve(&ledger, id, &ids, &body, $action).await
        }
    };
}

handler!(
    /// Posts everything that the group's pending transfers still reserve: all or none.
    post,
    "/v1/ledger/groups/{id}/post",
    "ledger_groups_post",
    GroupAction::Post
);
handler!(
    /// Releases everything that the group's pending transfers still reserve: all or none.
    void,
    "/v1/ledger/groups/{id}/void",
    "ledger_groups_void",
    GroupAction::Void
);

async fn resolve(
    ledger: &Ledger,
    group: GroupId,
    ids: &Ids,
    body: &ResolveBody,
    action: GroupAction,
) -> Result<Response, Problem> {
    let id = body.id.map_or_else(|| ids.get(0), TransferId::as_u128);
    let command = ResolveGroup { id, group: group.as_u128(), action };
    let (mut status, results) = ledger.resolve_group(command).await?;
    if !matches!(status, GroupStatus::Resolved | GroupStatus::Exists) {
        return Err(refuse(status, &results));
    }
    let is_derived = ids.are_derived() && body.id.is_none();
    let replayed = is_derived && status == GroupStatus::Exists;
    if replayed {
        status = GroupStatus::Resolved;
    }
    let seqs: Vec<i64> = results.iter().filter_map(|result| result.seq).collect();
    let transfers = ledger.transfers_by_seq(&seqs).await?;
    let transfers = transfers.into_iter().map(TransferJson::as_recorded).collect();
    let body = ResolvedJson { status: status.as_str(), transfers };
    let mut response = Json(body).into_response();
    if replayed {
        mark_replayed(&mut response);
    }
    Ok(response)
}

fn refuse(status: GroupStatus, results: &[TransferResult]) -> Problem {
    let problem = problem(group_kind(status), "group", status.as_str(), group_detail(status));
    let failed = results.iter().enumerate().filter(|(_, result)| {
        !result.status.is_success() && result.status != TransferStatus::LinkedEventFailed
    });
    failed.fold(problem, |problem, (index, result)| {
        problem.with_field_error(FieldError {
            pointer: format!("/transfers/{index}"),
            code: format!("ledger.transfer.{}", result.status.as_str()).into(),
            detail: transfer_detail(result.status).to_owned(),
        })
    })
}
