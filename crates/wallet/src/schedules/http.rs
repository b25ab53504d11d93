//! Schedules over HTTP.

use axum::extract::{OriginalUri, State};
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, IfMatch, etag};
use kernel::{Cursor, Json, Limit, Page, Path, Problem, Query, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{COUNT_MAX, Every, NewSchedule, Rhythm, Schedule, SchedulePatch};
use crate::fields::{Message, PartyRef, Positive, Reference};
use crate::ids::ScheduleId;
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get, update, delete))
}

/// On its own, because its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default().routes(routes!(create))
}

/// How many occurrences there are.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(try_from = "u32")]
#[schema(value_type = u32, minimum = 1, maximum = 10_000)]
pub(crate) struct Count(u32);

impl TryFrom<u32> for Count {
    type Error = &'static str;

    fn try_from(count: u32) -> Result<Self, Self::Error> {
        if (1..=COUNT_MAX).contains(&count) {
            Ok(Self(count))
        } else {
            Err("a count is 1 to 10000")
        }
    }
}

/// A schedule to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSchedule {
    to: PartyRef,
    #[schema(example = "EUR", min_length = 1, max_length = 64)]
    asset: String,
    amount: Positive,
    message: Option<Message>,
    reference: Option<Reference>,
    /// When the first transfer is made.
    start_at: Timestamp,
    every: Every,
    /// No transfer is made after this time.
    until: Option<Timestamp>,
    /// How many transfers are made.
    count: Option<Count>,
}

/// Makes transfers again and again.
///
/// An occurrence that is refused (insufficient funds, a limit) is tried again after 2, 8 and 24 hours;
/// then it is given up, and the next one comes. Days and months are those of UTC.
#[utoipa::path(
    post,
    path = "/v1/wallet/schedules",
    operation_id = "wallet_schedules_create",
    tag = "wallet",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
         pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255),
    ),
    request_body(content = CreateSchedule, example = json!({
        "to": { "handle": "bob" }, "asset": "EUR", "amount": "50000",
        "start_at": "2026-12-01T08:00:00Z", "every": "month", "reference": "rent",
    })),
    responses(
        (status = 201, description = "The schedule.", body = Schedule,
         headers(("ETag" = String, description = "The schedule's version."))),
        (status = 404, description = "`wallet.transfer.recipient_not_found`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It would begin in the past or have no occurrence; or there are too many; or the asset or recipient can't be.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(wallet): State<Wallet>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateSchedule>,
) -> Result<Response, Problem> {
    let new = NewSchedule {
        to: body.to,
        asset: body.asset,
        amount: body.amount,
        message: body.message,
        reference: body.reference,
        rhythm: Rhythm {
            start_at: body.start_at,
            every: body.every,
            until: body.until,
            count: body.count.map(|Count(count)| count),
        },
    };
    let schedule = wallet.schedule(&actor, &new, &ids).await?;
    Ok((StatusCode::CREATED, answer(schedule)).into_response())
}

fn answer(schedule: Schedule) -> Response {
    ([(ETAG, etag(schedule.version))], Json(schedule)).into_response()
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ScheduleParams {
    /// How many a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(Timestamp, ScheduleId)>>,
}

/// The caller's schedules, newest first.
#[utoipa::path(
    get,
    path = "/v1/wallet/schedules",
    operation_id = "wallet_schedules_list",
    tag = "wallet",
    params(ScheduleParams),
    responses(
        (status = 200, description = "A page of schedules.", body = Page<Schedule>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(wallet): State<Wallet>,
    OriginalUri(uri): OriginalUri,
    actor: Actor,
    Query(params): Query<ScheduleParams>,
) -> Result<Response, Problem> {
    let after = params.cursor.map(|Cursor(after)| after);
    let user = actor.require_user()?;
    let rows = wallet.schedules(user, after, params.limit.with_one_more()).await?;
    let page = Page::cut(rows, params.limit, |it| (it.created_at, it.id), |it| it);
    Ok(page.into_response_for(&uri))
}

/// A schedule of the caller.
#[utoipa::path(
    get,
    path = "/v1/wallet/schedules/{id}",
    operation_id = "wallet_schedules_get",
    tag = "wallet",
    params(("id" = ScheduleId, Path, description = "The schedule's id.")),
    responses(
        (status = 200, description = "The schedule.", body = Schedule,
         headers(("ETag" = String, description = "The schedule's version."))),
        (status = 404, description = "The caller has no such schedule.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<ScheduleId>,
) -> Result<Response, Problem> {
    Ok(answer(wallet.one_schedule(actor.require_user()?, id).await?))
}

/// What a schedule can be told to be.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wanted {
    Active,
    Paused,
}

/// A merge patch (RFC 7396): what is left out stays, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = SchedulePatch)]
pub(crate) struct PatchBody {
    /// Going on after a pause skips what was due meanwhile.
    #[schema(inline)]
    status: Option<Wanted>,
    amount: Option<Positive>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Message>)]
    message: Option<Option<Message>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<Reference>)]
    reference: Option<Option<Reference>>,
}

/// `Some(None)` is null, `None` is left out.
fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Pauses or resumes a schedule, or changes what the next transfers are.
#[utoipa::path(
    patch,
    path = "/v1/wallet/schedules/{id}",
    operation_id = "wallet_schedules_update",
    tag = "wallet",
    params(
        ("id" = ScheduleId, Path, description = "The schedule's id."),
        ("If-Match" = String, Header, description = "The schedule's ETag; without it the answer is 428.", example = "\"1\""),
    ),
    request_body(content(
        (PatchBody = "application/json", example = json!({ "status": "paused" })),
        (PatchBody = "application/merge-patch+json", example = json!({ "amount": "60000", "message": null })),
    )),
    responses(
        (status = 200, description = "The schedule as it is now.", body = Schedule,
         headers(("ETag" = String, description = "The schedule's version."))),
        (status = 404, description = "The caller has no such schedule.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`wallet.schedule.ended`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The schedule has changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn update(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<ScheduleId>,
    headers: HeaderMap,
    Json(body): Json<PatchBody>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let patch = SchedulePatch {
        is_paused: body.status.map(|wanted| matches!(wanted, Wanted::Paused)),
        amount: body.amount,
        message: body.message,
        reference: body.reference,
    };
    Ok(answer(wallet.change_schedule(&actor, id, &patch, &expected).await?))
}

/// Ends a schedule. What it has paid stays paid. Repeating it is harmless.
#[utoipa::path(
    delete,
    path = "/v1/wallet/schedules/{id}",
    operation_id = "wallet_schedules_delete",
    tag = "wallet",
    params(("id" = ScheduleId, Path, description = "The schedule's id.")),
    responses(
        (status = 204, description = "It has ended."),
        (status = 404, description = "The caller has no such schedule.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn delete(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<ScheduleId>,
) -> Result<StatusCode, Problem> {
    wallet.delete_schedule(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_tells_null_from_nothing() {
        let patch: PatchBody = serde_json::from_str(r#"{"message":null}"#).unwrap();
        assert!(matches!(patch.message, Some(None)) && patch.reference.is_none());
        for text in [r#"{"asset":"EUR"}"#, r#"{"status":"completed"}"#, r#"{"amount":"0"}"#] {
            assert!(serde_json::from_str::<PatchBody>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn counts_are_bounded() {
        for (count, fine) in [(0, false), (1, true), (10_000, true), (10_001, false)] {
            assert_eq!(Count::try_from(count).is_ok(), fine, "{count}");
        }
    }
}
