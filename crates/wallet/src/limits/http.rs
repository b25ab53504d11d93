//! Limits over HTTP: one's own, and those that staff sets.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ETAG;
use axum::response::{IntoResponse, Response};
use identity::{Actor, UserId};
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{IfMatch, etag, invalid_field};
use kernel::{Amount, Json, Page, Path, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{LimitChange, Limits, OwnLimit, StoredLimits};
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get, update))
        .routes(routes!(get_default, update_default))
}

/// The caller's limits, and what is left of them today. Assets without a limit are not in it.
#[utoipa::path(
    get,
    path = "/v1/wallet/limits",
    operation_id = "wallet_limits_list",
    tag = "wallet",
    responses(
        (status = 200, description = "The limits, by asset.", body = Page<OwnLimit>),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(wallet): State<Wallet>,
    actor: Actor,
) -> Result<Json<Page<OwnLimit>>, Problem> {
    let data = wallet.own_limits(actor.require_user()?).await?;
    Ok(Json(Page { data, next_cursor: None }))
}

/// Limits to set. What is left out or null has no limit here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutLimits {
    /// The most that one transfer may move.
    per_transfer: Option<Amount>,
    /// The most that may be sent in a day, in UTC.
    per_day: Option<Amount>,
    /// Why; it goes into the audit log.
    #[schema(min_length = 1, max_length = 500, example = "identity was verified")]
    reason: String,
}

/// Limits as staff has set them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetLimits {
    /// Null: the default of the asset; in a default: as much as one has.
    per_transfer: Option<Amount>,
    per_day: Option<Amount>,
}

impl PutLimits {
    fn change(self) -> Result<LimitChange, Problem> {
        let limits = Limits { per_transfer: self.per_transfer, per_day: self.per_day };
        LimitChange::try_new(limits, &self.reason)
            .map_err(|(field, detail)| invalid_field(field, detail))
    }
}

fn answer(stored: StoredLimits) -> Response {
    let Limits { per_transfer, per_day } = stored.limits;
    ([(ETAG, etag(stored.version))], Json(SetLimits { per_transfer, per_day })).into_response()
}

/// Limits of a user's own, for staff. Version 0 says that there never were any.
#[utoipa::path(
    get,
    path = "/v1/wallet/limits/{user}/{asset}",
    operation_id = "wallet_limits_get",
    tag = "wallet",
    params(
        ("user" = UserId, Path, description = "The user's id."),
        ("asset" = String, Path, description = "Code of an asset.", example = "EUR"),
    ),
    responses(
        (status = 200, description = "The limits.", body = SetLimits,
         headers(("ETag" = String, description = "Their version."))),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The asset can't have limits.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path((user, asset)): Path<(UserId, String)>,
) -> Result<Response, Problem> {
    Ok(answer(wallet.set_limits(&actor, Some(user), &asset).await?))
}

/// Sets limits of a user. They hold at once; what was used today stays used.
#[utoipa::path(
    put,
    path = "/v1/wallet/limits/{user}/{asset}",
    operation_id = "wallet_limits_update",
    tag = "wallet",
    params(
        ("user" = UserId, Path, description = "The user's id."),
        ("asset" = String, Path, description = "Code of an asset.", example = "EUR"),
        ("If-Match" = String, Header, description = "The ETag of the limits, `\"0\"` for the first ones; without it the answer is 428.", example = "\"0\""),
    ),
    request_body(content = PutLimits, example = json!({ "per_day": "100000", "reason": "verified" })),
    responses(
        (status = 200, description = "The limits as they are now.", body = SetLimits,
         headers(("ETag" = String, description = "Their version."))),
        (status = 404, description = "There is no such user.",
         body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The limits have changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The asset can't have limits.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn update(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path((user, asset)): Path<(UserId, String)>,
    headers: HeaderMap,
    Json(body): Json<PutLimits>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let change = body.change()?;
    Ok(answer(wallet.change_limits(&actor, Some(user), &asset, &change, &expected).await?))
}

/// Limits of everybody who has none of their own, for staff.
#[utoipa::path(
    get,
    path = "/v1/wallet/limits/defaults/{asset}",
    operation_id = "wallet_limits_get_default",
    tag = "wallet",
    params(("asset" = String, Path, description = "Code of an asset.", example = "EUR")),
    responses(
        (status = 200, description = "The limits.", body = SetLimits,
         headers(("ETag" = String, description = "Their version."))),
        (status = 422, description = "The asset can't have limits.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get_default(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(asset): Path<String>,
) -> Result<Response, Problem> {
    Ok(answer(wallet.set_limits(&actor, None, &asset).await?))
}

/// Sets limits of everybody who has none of their own.
#[utoipa::path(
    put,
    path = "/v1/wallet/limits/defaults/{asset}",
    operation_id = "wallet_limits_update_default",
    tag = "wallet",
    params(
        ("asset" = String, Path, description = "Code of an asset.", example = "EUR"),
        ("If-Match" = String, Header, description = "The ETag of the limits, `\"0\"` for the first ones; without it the answer is 428.", example = "\"0\""),
    ),
    request_body(content = PutLimits, example = json!({ "per_transfer": "500000", "reason": "policy" })),
    responses(
        (status = 200, description = "The limits as they are now.", body = SetLimits,
         headers(("ETag" = String, description = "Their version."))),
        (status = 412, description = "The limits have changed since that version.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The asset can't have limits.",
         body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn update_default(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(asset): Path<String>,
    headers: HeaderMap,
    Json(body): Json<PutLimits>,
) -> Result<Response, Problem> {
    let expected = IfMatch::read(&headers)?;
    let change = body.change()?;
    Ok(answer(wallet.change_limits(&actor, None, &asset, &change, &expected).await?))
}
