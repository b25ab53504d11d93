//! `/v1/payments/reconciliations`.

use std::time::Duration;

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, OptionalJson, invalid_field};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query, SignedAmount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    BalancePair, Difference, GRACE_MAX, NewReconciliation, Reconciliation, ReconciliationId,
};
use crate::http::{FailureJson, accepted, position};
use crate::payments::Payments;

pub(crate) fn routes() -> OpenApiRouter<Payments> {
    OpenApiRouter::default()
        .routes(routes!(create, list))
        .routes(routes!(get))
        .routes(routes!(list_differences))
}

/// A reconciliation to make.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateReconciliation {
    /// The name of a provider; needed where there are several.
    #[schema(example = "stripe")]
    provider: Option<String>,
    /// What moved in the last so many seconds is left out: the other side may be on its way. An
    /// hour unless given.
    #[schema(minimum = 0, maximum = 2_592_000, example = 3600)]
    grace_s: Option<u32>,
}

/// A comparison of what a provider says with the ledger's clearing accounts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
struct ReconciliationJson {
    id: ReconciliationId,
    #[schema(example = "stripe")]
    provider: String,
    /// `running`, `completed` or `failed`.
    #[schema(value_type = String, example = "completed")]
    status: &'static str,
    /// Younger differences are left out.
    grace_s: u64,
    /// How many of the provider's entries were new.
    entries: i64,
    /// How many things don't agree.
    differences: i32,
    /// Why it failed.
    #[schema(required)]
    failure: Option<FailureJson>,
    /// What the provider owes the house, once it is completed. They may differ while something is
    /// under way.
    balances: Vec<BalanceJson>,
    created_at: Timestamp,
    #[schema(required)]
    finished_at: Option<Timestamp>,
}

/// What the provider owes the house, by the ledger and by its own word.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciledBalance)]
struct BalanceJson {
    #[schema(example = "EUR")]
    asset: String,
    /// Decimals of the asset.
    scale: u8,
    ours: SignedAmount,
    theirs: SignedAmount,
}

/// Something that doesn't agree.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciliationDifference)]
struct DifferenceJson {
    /// From 1.
    number: i32,
    /// `missing_here`, `missing_there`, `amount`, `fee` or `currency`.
    #[schema(value_type = String, example = "missing_here")]
    kind: &'static str,
    /// `deposit`, `refund`, `chargeback`, `withdrawal`, `fee`, `settlement` or `other`.
    #[schema(value_type = String, example = "deposit")]
    subject: &'static str,
    /// Our id of it; the provider's where we know none.
    #[schema(example = "dep_01h455vb4pex5vsknk084sn02q")]
    reference: String,
    #[schema(example = "EUR")]
    asset: String,
    /// What the clearing account says, in the minor unit; null if nothing.
    #[schema(required)]
    ours: Option<SignedAmount>,
    /// Another one than `asset` only if the kind is `currency`.
    #[schema(example = "EUR")]
    theirs_asset: String,
    /// What the provider says; null if nothing.
    #[schema(required)]
    theirs: Option<SignedAmount>,
    /// When either side last moved.
    moved_at: Timestamp,
}

impl From<Reconciliation> for ReconciliationJson {
    fn from(it: Reconciliation) -> Self {
        let balance =
            |BalancePair { asset, scale, ours, theirs }| BalanceJson { asset, scale, ours, theirs };
        Self {
            id: it.id,
            provider: it.provider,
            status: it.status.as_str(),
            grace_s: it.grace.as_secs(),
            entries: it.entries,
            differences: it.differences,
            failure: it.failure.map(|code| FailureJson { code }),
            balances: it.balances.into_iter().map(balance).collect(),
            created_at: it.created_at,
            finished_at: it.finished_at,
        }
    }
}

impl From<Difference> for DifferenceJson {
    fn from(it: Difference) -> Self {
        Self {
            number: it.number,
            kind: it.kind.as_str(),
            subject: it.subject.as_str(),
            reference: it.reference,
            asset: it.asset,
            ours: it.ours,
            theirs_asset: it.theirs_asset,
            theirs: it.theirs,
            moved_at: it.moved_at,
        }
    }
}

/// Whether a grace is one.
pub(crate) fn grace(seconds: Option<u32>) -> Option<Option<Duration>> {
    let grace = seconds.map(|seconds| Duration::from_secs(seconds.into()));
    grace.is_none_or(|grace| grace <= GRACE_MAX).then_some(grace)
}

/// Compares what a provider says it did with the ledger's clearing accounts.
///
/// It is carried out in the background, and once a day by itself. What the provider keeps as a fee,
/// and what it pays to the house's own bank account, is booked on the way.
#[utoipa::path(
    post,
    path = "/v1/payments/reconciliations",
    operation_id = "payments_reconciliations_create",
    tag = "payments",
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Makes a repeat harmless. Never expires.",
        pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255)),
    request_body(content = CreateReconciliation, example = json!({ "provider": "sandbox" })),
    responses(
        (status = 202, description = "The reconciliation, running.", body = ReconciliationJson,
         headers(("Location" = String, description = "Where the reconciliation is."),
                 ("Idempotency-Replayed" = Option<String>,
                  description = "`true` if the key was used before: this is the first answer again."))),
        (status = 422, description = "There is no such provider, or there are several.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(payments): State<Payments>,
    actor: Actor,
    ids: Ids,
    OptionalJson(body): OptionalJson<CreateReconciliation>,
) -> Result<Response, Problem> {
    let detail = "expected at most 2592000 seconds, which are 30 days";
    let grace = grace(body.grace_s).ok_or_else(|| invalid_field("/grace_s", detail))?;
    let id = ReconciliationId::from_u128(ids.get(0));
    let new = NewReconciliation { provider: body.provider, grace };
    let made = payments.create_reconciliation(&actor, id, new).await?;
    let json = ReconciliationJson::from(made.it.clone());
    Ok(accepted(&made, format!("/v1/payments/reconciliations/{id}"), json))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those of this provider.
    #[serde(rename = "filter[provider]")]
    provider: Option<String>,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(i64, ReconciliationId)>>,
    /// How many reconciliations a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists reconciliations, newest first.
#[utoipa::path(
    get,
    path = "/v1/payments/reconciliations",
    operation_id = "payments_reconciliations_list",
    tag = "payments",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of reconciliations.", body = Page<ReconciliationJson>),
        ReadProblems,
    ),
)]
async fn list(
    State(payments): State<Payments>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let (limit, after) = (query.limit, position(query.cursor));
    let provider = query.provider.as_deref();
    let rows = payments.reconciliations(&actor, provider, after, limit.with_one_more()).await?;
    let place = |row: &Reconciliation| (row.created_at.as_micros(), row.id);
    Ok(Page::cut(rows, limit, place, ReconciliationJson::from).into_response_for(&uri))
}

/// One reconciliation.
#[utoipa::path(
    get,
    path = "/v1/payments/reconciliations/{id}",
    operation_id = "payments_reconciliations_get",
    tag = "payments",
    params(("id" = ReconciliationId, Path, description = "The reconciliation's id.")),
    responses(
        (status = 200, description = "The reconciliation.", body = ReconciliationJson),
        (status = 404, description = "There is no such reconciliation.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(payments): State<Payments>,
    actor: Actor,
    Path(id): Path<ReconciliationId>,
) -> Result<Json<ReconciliationJson>, Problem> {
    Ok(Json(payments.reconciliation(&actor, id).await?.into()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DifferencesQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<i32>>,
    /// How many differences a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// What a reconciliation found, by number.
#[utoipa::path(
    get,
    path = "/v1/payments/reconciliations/{id}/differences",
    operation_id = "payments_reconciliations_list_differences",
    tag = "payments",
    params(("id" = ReconciliationId, Path, description = "The reconciliation's id."), DifferencesQuery),
    responses(
        (status = 200, description = "A page of differences.", body = Page<DifferenceJson>),
        (status = 404, description = "There is no such reconciliation.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn list_differences(
    State(payments): State<Payments>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<ReconciliationId>,
    Query(query): Query<DifferencesQuery>,
) -> Result<Response, Problem> {
    let after = query.cursor.map_or(0, |Cursor(number)| number);
    let rows = payments.differences(&actor, id, after, query.limit.with_one_more()).await?;
    let place = |row: &Difference| row.number;
    Ok(Page::cut(rows, query.limit, place, DifferenceJson::from).into_response_for(&uri))
}
