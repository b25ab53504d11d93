//! `/v1/payments/withdrawals`.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, invalid_field};
use kernel::text::is_line;
use kernel::{Amount, Cursor, Json, Limit, Page, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{DestinationId, NewWithdrawal, PayTo, Withdrawal, WithdrawalId, WithdrawalStatus};
use crate::http::{Discreet, FailureJson, accepted, position};
use crate::payments::Payments;

/// Longest name that SEPA transfers carry.
const NAME_CHARS_MAX: usize = 70;

pub(crate) fn routes() -> OpenApiRouter<Payments> {
    OpenApiRouter::default().routes(routes!(create, list)).routes(routes!(get))
}

/// A withdrawal to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateWithdrawal {
    /// The code of an asset whose kind is money.
    #[schema(example = "EUR")]
    asset: String,
    /// In the asset's minor unit.
    amount: Amount,
    destination: DestinationInput,
}

/// A new bank account with its IBAN and name, or one that was used before by its token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DestinationInput {
    /// Spaces allowed. It is stored sealed.
    #[schema(value_type = Option<String>, example = "AT611904300234573201")]
    iban: Option<Discreet>,
    /// Whose account it is.
    #[schema(value_type = Option<String>, max_length = 70, example = "Ann Example")]
    name: Option<Discreet>,
    /// `dst_…` of an earlier withdrawal; then nothing else.
    token: Option<DestinationId>,
}

/// A withdrawal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Withdrawal)]
pub(crate) struct WithdrawalJson {
    id: WithdrawalId,
    #[schema(example = "EUR")]
    asset: String,
    /// In the asset's minor unit.
    amount: Amount,
    /// Decimals of the asset.
    scale: u8,
    status: WithdrawalStatusJson,
    /// Why it failed or came back.
    #[schema(required)]
    failure: Option<FailureJson>,
    destination: DestinationJson,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What has become of a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WithdrawalStatus)]
pub(crate) enum WithdrawalStatusJson {
    /// The amount is held.
    Pending,
    /// The provider is paying it out.
    Processing,
    /// The amount has left the account.
    Paid,
    /// It was not paid out; the hold is released.
    Failed,
    /// The bank sent it back; it is in the account again.
    Returned,
}

/// A bank account as we show it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Destination)]
struct DestinationJson {
    /// To withdraw to it again.
    token: DestinationId,
    #[schema(example = "AT")]
    country: String,
    /// The last characters of the IBAN.
    #[schema(example = "3201")]
    last4: String,
}

impl From<&Withdrawal> for WithdrawalJson {
    fn from(withdrawal: &Withdrawal) -> Self {
        let destination = withdrawal.destination.clone();
        Self {
            id: withdrawal.id,
            asset: withdrawal.asset.clone(),
            amount: withdrawal.amount,
            scale: withdrawal.scale,
            status: match withdrawal.status {
                WithdrawalStatus::Pending => WithdrawalStatusJson::Pending,
                WithdrawalStatus::Processing => WithdrawalStatusJson::Processing,
                WithdrawalStatus::Paid => WithdrawalStatusJson::Paid,
                WithdrawalStatus::Failed => WithdrawalStatusJson::Failed,
                WithdrawalStatus::Returned => WithdrawalStatusJson::Returned,
            },
            failure: withdrawal.failure.clone().map(|code| FailureJson { code }),
            destination: DestinationJson {
                token: destination.id,
                country: destination.country,
                last4: destination.last4,
            },
            created_at: withdrawal.created_at,
            updated_at: withdrawal.updated_at,
        }
    }
}

impl DestinationInput {
    fn read(self) -> Result<PayTo, Problem> {
        match (self.token, self.iban, self.name) {
            (Some(token), None, None) => Ok(PayTo::Token(token)),
            (None, Some(iban), Some(name)) if is_name(&name.0) => {
                Ok(PayTo::Iban { iban: iban.0, name: name.0 })
            }
            (None, Some(_), Some(_)) => {
                let detail = "a name has 1 to 70 characters and no control characters";
                Err(invalid_field("/destination/name", detail))
            }
            (Some(_), ..) => Err(invalid_field(
                "/destination/token",
                "give a token or a new bank account, but not both",
            )),
            (None, None, _) => Err(invalid_field("/destination/iban", "is missing")),
            (None, _, None) => Err(invalid_field("/destination/name", "is missing")),
        }
    }
}

pub(crate) fn is_name(text: &str) -> bool {
    is_line(text, 1..=NAME_CHARS_MAX)
}

/// Starts a withdrawal to a bank account.
///
/// The amount is held when this answers, and the provider pays it out later.
#[utoipa::path(
    post,
    path = "/v1/payments/withdrawals",
    operation_id = "payments_withdrawals_create",
    tag = "payments",
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Makes a repeat harmless. Never expires.",
        pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255)),
    request_body(content = CreateWithdrawal, example = json!({
        "asset": "EUR", "amount": "1250",
        "destination": { "iban": "AT611904300234573201", "name": "Ann Example" },
    })),
    responses(
        (status = 202, description = "The withdrawal, pending.", body = WithdrawalJson,
         headers(("Location" = String, description = "Where the withdrawal is."),
                 ("Idempotency-Replayed" = Option<String>,
                  description = "`true` if the key was used before: this is the first answer again."))),
        (status = 404, description = "The caller has no account for this asset.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The account doesn't hold that much, or the asset, amount or bank account is refused; the code says why.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(payments): State<Payments>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateWithdrawal>,
) -> Result<Response, Problem> {
    let id = WithdrawalId::from_u128(ids.get(0));
    let pay_to = body.destination.read()?;
    let new = NewWithdrawal { asset: body.asset, amount: body.amount, pay_to };
    let made = payments.create_withdrawal(&actor, id, new).await?;
    let json = WithdrawalJson::from(&made.it);
    Ok(accepted(&made, format!("/v1/payments/withdrawals/{id}"), json))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(i64, WithdrawalId)>>,
    /// How many withdrawals a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists the caller's withdrawals, newest first.
#[utoipa::path(
    get,
    path = "/v1/payments/withdrawals",
    operation_id = "payments_withdrawals_list",
    tag = "payments",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of withdrawals.", body = Page<WithdrawalJson>),
        ReadProblems,
    ),
)]
async fn list(
    State(payments): State<Payments>,
    actor: Actor,
    OriginalUri(uri): OriginalUri,
    kernel::Query(query): kernel::Query<ListQuery>,
) -> Result<Response, Problem> {
    let limit = query.limit;
    let rows = payments.withdrawals(&actor, position(query.cursor), limit.with_one_more()).await?;
    let place = |row: &Withdrawal| (row.created_at.as_micros(), row.id);
    let page = Page::cut(rows, limit, place, |row| WithdrawalJson::from(&row));
    Ok(page.into_response_for(&uri))
}

/// One withdrawal of the caller.
#[utoipa::path(
    get,
    path = "/v1/payments/withdrawals/{id}",
    operation_id = "payments_withdrawals_get",
    tag = "payments",
    params(("id" = WithdrawalId, Path, description = "The withdrawal's id.")),
    responses(
        (status = 200, description = "The withdrawal.", body = WithdrawalJson),
        (status = 404, description = "The caller has no such withdrawal.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(payments): State<Payments>,
    actor: Actor,
    Path(id): Path<WithdrawalId>,
) -> Result<Json<WithdrawalJson>, Problem> {
    let withdrawal = payments.withdrawal(&actor, id).await?;
    Ok(Json(WithdrawalJson::from(&withdrawal)))
}
