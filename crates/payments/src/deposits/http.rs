//! `/v1/payments/deposits`.

use axum::extract::{OriginalUri, State};
use axum::response::Response;
use identity::Actor;
use kernel::http::documents::{ReadProblems, WriteProblems};
use kernel::http::{Ids, invalid_field};
use kernel::{Amount, Cursor, Json, Limit, Page, Path, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Card, Deposit, DepositId, DepositStatus, NewDeposit, PayWith};
use crate::http::{Discreet, FailureJson, accepted, position};
use crate::payments::Payments;
use crate::provider::{CardDetails, CardFace, DisputeStatus, NextAction};

const RETURN_URL_MAX: usize = 2_000;

pub(crate) fn routes() -> OpenApiRouter<Payments> {
    OpenApiRouter::default().routes(routes!(create, list)).routes(routes!(get))
}

/// A deposit to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateDeposit {
    /// The code of an asset whose kind is money.
    #[schema(example = "EUR")]
    asset: String,
    /// In the asset's minor unit.
    amount: Amount,
    /// The name of a provider; needed where there are several.
    #[schema(example = "sandbox")]
    provider: Option<String>,
    /// Needed by the sandbox. Stripe asks for the card by itself: then leave it out.
    card: Option<CardInput>,
    /// Where the card's holder goes on after confirming: https, or http on this host.
    #[schema(max_length = 2000, example = "https://bank.example/wallet")]
    return_url: Option<String>,
}

/// A new card with its number, or one that was used before by its token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardInput {
    /// 12 to 19 digits, spaces allowed. It goes to the provider and is not stored.
    #[schema(value_type = Option<String>, example = "4242424242424242")]
    number: Option<Discreet>,
    /// 1 to 12.
    #[schema(minimum = 1, maximum = 12)]
    exp_month: Option<u8>,
    /// Four digits.
    #[schema(minimum = 2000, maximum = 9999)]
    exp_year: Option<u16>,
    /// 3 or 4 digits. It goes to the provider and is not stored.
    #[schema(value_type = Option<String>, example = "123")]
    cvc: Option<Discreet>,
    /// `pm_…` of an earlier deposit; then nothing else.
    token: Option<String>,
}

/// A deposit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Deposit)]
pub(crate) struct DepositJson {
    id: DepositId,
    #[schema(example = "EUR")]
    asset: String,
    /// In the asset's minor unit.
    amount: Amount,
    /// Decimals of the asset.
    scale: u8,
    /// Who takes the money.
    #[schema(example = "sandbox")]
    provider: String,
    status: DepositStatusJson,
    /// Why it failed.
    #[schema(required)]
    failure: Option<FailureJson>,
    /// Null as long as only the provider knows it.
    #[schema(required)]
    card: Option<CardJson>,
    /// What the card's holder has to do, if anything.
    #[schema(required)]
    next_action: Option<NextActionJson>,
    /// How much was given back to the card.
    refunded: Amount,
    #[schema(required)]
    dispute: Option<DisputeJson>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// What has become of a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DepositStatus)]
pub(crate) enum DepositStatusJson {
    /// The provider has not decided; the amount is shown as coming in.
    Pending,
    /// The card's holder has to confirm it: see `next_action`.
    RequiresAction,
    /// The amount is in the account.
    Succeeded,
    /// Nothing came, or the bank took it back.
    Failed,
    PartlyRefunded,
    Refunded,
    /// A dispute is open, or was lost.
    Disputed,
}

/// A card as we know it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Card)]
struct CardJson {
    /// To pay with it again; null where the provider keeps the card to itself.
    #[schema(required, example = "pm_01h455vb4pex5vsknk084sn02q")]
    token: Option<String>,
    #[schema(example = "visa")]
    brand: String,
    #[schema(example = "4242")]
    last4: String,
}

/// What the card's holder has to do. Whoever knows it can do it.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = NextAction)]
pub enum NextActionJson {
    /// Go to a page and confirm the payment there.
    Redirect { url: String },
    /// Open Stripe's form with Stripe.js: it asks for the card, and confirms with its bank.
    StripeForm {
        #[schema(example = "pk_test_1")]
        publishable_key: String,
        #[schema(example = "pi_1_secret_2")]
        client_secret: String,
    },
}

impl std::fmt::Debug for NextActionJson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NextActionJson(…)")
    }
}

/// The card's holder asks the bank for the money back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
struct DisputeJson {
    /// `open`, or how it ended for the house: `won` or `lost`.
    #[schema(value_type = String, example = "open")]
    status: &'static str,
}

impl DepositJson {
    pub(crate) fn new(payments: &Payments, deposit: &Deposit) -> Self {
        let card =
            |Card { token, face: CardFace { brand, last4 } }| CardJson { token, brand, last4 };
        Self {
            id: deposit.id,
            asset: deposit.asset.clone(),
            amount: deposit.amount,
            scale: deposit.scale,
            status: DepositStatusJson::of(deposit),
            failure: deposit.failure.clone().map(|code| FailureJson { code }),
            card: deposit.card.clone().map(card),
            next_action: NextActionJson::of(payments, deposit),
            provider: deposit.provider.clone(),
            refunded: deposit.refunded,
            dispute: deposit
                .dispute
                .map(|status| DisputeJson { status: crate::chargebacks::status_name(status) }),
            created_at: deposit.created_at,
            updated_at: deposit.updated_at,
        }
    }

    /// Without what would let whoever sees it confirm the payment.
    pub(crate) fn for_staff(payments: &Payments, deposit: &Deposit) -> Self {
        Self { next_action: None, ..Self::new(payments, deposit) }
    }
}

impl NextActionJson {
    /// What the holder has to do for a deposit or a charge, if anything.
    pub fn of(payments: &Payments, deposit: &Deposit) -> Option<Self> {
        Some(match payments.next_action(deposit)? {
            NextAction::Redirect { url } => Self::Redirect { url },
            NextAction::StripeForm { client_secret } => {
                let publishable_key = payments.publishable_key(&deposit.provider)?;
                Self::StripeForm { publishable_key, client_secret }
            }
        })
    }
}

impl DepositStatusJson {
    pub(crate) fn of(deposit: &Deposit) -> Self {
        match deposit.status {
            DepositStatus::Pending | DepositStatus::Processing => Self::Pending,
            DepositStatus::RequiresAction => Self::RequiresAction,
            DepositStatus::Failed | DepositStatus::Reversed => Self::Failed,
            DepositStatus::Succeeded => match deposit.dispute {
                Some(DisputeStatus::Open | DisputeStatus::Lost) => Self::Disputed,
                _ if deposit.refunded.is_zero() => Self::Succeeded,
                _ if deposit.refunded < deposit.amount => Self::PartlyRefunded,
                _ => Self::Refunded,
            },
        }
    }
}

impl CardInput {
    /// `place` is where it stands in the request, as a JSON pointer to what has the field `card`.
    pub fn read(self, place: &str) -> Result<PayWith, Problem> {
        let is_new = self.number.is_some()
            || self.exp_month.is_some()
            || self.exp_year.is_some()
            || self.cvc.is_some();
        match self.token {
            Some(token) if !is_new => Ok(PayWith::Token(token)),
            Some(_) => {
                let detail = "give a token or a new card, but not both";
                Err(invalid_field(format!("{place}/card/token"), detail))
            }
            None => {
                let missing =
                    |field: &str| invalid_field(format!("{place}/card/{field}"), "is missing");
                let number = self.number.ok_or_else(|| missing("number"))?.0;
                Ok(PayWith::Card(CardDetails {
                    number: number.replace(' ', ""),
                    exp_month: self.exp_month.ok_or_else(|| missing("exp_month"))?,
                    exp_year: self.exp_year.ok_or_else(|| missing("exp_year"))?,
                    cvc: self.cvc.ok_or_else(|| missing("cvc"))?.0,
                }))
            }
        }
    }
}

/// Whether a browser may be sent there after a payment was confirmed.
pub fn is_return_url(url: &str) -> bool {
    let is_clean = url.len() <= RETURN_URL_MAX && url.bytes().all(|byte| byte.is_ascii_graphic());
    let local = ["http://localhost", "http://127.0.0.1", "http://[::1]"].iter().any(|host| {
        // What stands between the colon and an `@` would be a password, and the host comes after.
        let rest = url.strip_prefix(host).map(|rest| match rest.strip_prefix(':') {
            Some(port) => port.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        });
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    let is_https = url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty());
    is_clean && (local || is_https)
}

/// Starts a deposit by card.
///
/// It is pending when this answers: the amount is shown as coming in, and the provider decides
/// later. Ask for the deposit, or wait for its notification. In the sandbox, the card's number
/// says how that goes. With Stripe, no card is given: within a moment the deposit has a
/// `next_action`, with which a page opens Stripe's form; that asks for the card, and has the card's
/// bank confirm it where it must. What isn't confirmed within a day fails.
#[utoipa::path(
    post,
    path = "/v1/payments/deposits",
    operation_id = "payments_deposits_create",
    tag = "payments",
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Makes a repeat harmless. Never expires.",
        pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255)),
    request_body(content = CreateDeposit, example = json!({
        "asset": "EUR", "amount": "1250",
        "card": { "number": "4242424242424242", "exp_month": 12, "exp_year": 2030, "cvc": "123" },
    })),
    responses(
        (status = 202, description = "The deposit, pending.", body = DepositJson,
         headers(("Location" = String, description = "Where the deposit is."),
                 ("Idempotency-Replayed" = Option<String>,
                  description = "`true` if the key was used before: this is the first answer again."))),
        (status = 404, description = "The caller has no account for this asset.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The asset, the amount or the card is refused; the code says why.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
async fn create(
    State(payments): State<Payments>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateDeposit>,
) -> Result<Response, Problem> {
    if body.return_url.as_deref().is_some_and(|url| !is_return_url(url)) {
        let detail = "expected an https address (or http on this host) of up to 2,000 characters";
        return Err(invalid_field("/return_url", detail));
    }
    let new = NewDeposit {
        asset: body.asset,
        amount: body.amount,
        provider: body.provider,
        pay_with: body.card.map_or(Ok(PayWith::Form), |card| card.read(""))?,
        return_url: body.return_url,
    };
    let id = DepositId::from_u128(ids.get(0));
    let made = payments.create_deposit(&actor, id, new).await?;
    let json = DepositJson::new(&payments, &made.it);
    Ok(accepted(&made, format!("/v1/payments/deposits/{id}"), json))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Where the page begins: the `next_cursor` of the page before.
    #[param(value_type = Option<String>, max_length = 1024)]
    cursor: Option<Cursor<(i64, DepositId)>>,
    /// How many deposits a page holds.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Lists the caller's deposits, newest first.
#[utoipa::path(
    get,
    path = "/v1/payments/deposits",
    operation_id = "payments_deposits_list",
    tag = "payments",
    params(ListQuery),
    responses(
        (status = 200, description = "A page of deposits.", body = Page<DepositJson>),
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
    let rows = payments.deposits(&actor, position(query.cursor), limit.with_one_more()).await?;
    let place = |row: &Deposit| (row.created_at.as_micros(), row.id);
    let page = Page::cut(rows, limit, place, |row| DepositJson::new(&payments, &row));
    Ok(page.into_response_for(&uri))
}

/// One deposit of the caller.
#[utoipa::path(
    get,
    path = "/v1/payments/deposits/{id}",
    operation_id = "payments_deposits_get",
    tag = "payments",
    params(("id" = DepositId, Path, description = "The deposit's id.")),
    responses(
        (status = 200, description = "The deposit.", body = DepositJson),
        (status = 404, description = "The caller has no such deposit.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
async fn get(
    State(payments): State<Payments>,
    actor: Actor,
    Path(id): Path<DepositId>,
) -> Result<Json<DepositJson>, Problem> {
    let deposit = payments.deposit(&actor, id).await?;
    Ok(Json(DepositJson::new(&payments, &deposit)))
}
