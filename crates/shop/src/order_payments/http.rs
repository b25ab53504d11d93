//! `/v1/shop/orders/{id}/payments`, and how payments look in requests.

use axum::extract::State;
use kernel::http::documents::WriteProblems;
use kernel::http::invalid_field;
use kernel::{Amount, Json, Path, Problem};
use payments::{CardInput, ChargeWith, PayWith};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{PaymentWish, WayToPay};
use crate::carts::access::Shopper;
use crate::error::ShopError;
use crate::fields::Positive;
use crate::ids::OrderId;
use crate::orders::json::OrderJson;
use crate::shop::Shop;

const PAYMENTS_MAX: usize = 10;

pub(crate) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// With what a part of an order is paid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum PaymentInput {
    /// From the wallet of the user who is signed in: held now, taken when parcels are sent.
    Wallet {
        /// What the other payments leave, unless given.
        amount: Option<Positive>,
    },
    /// From a card: charged when the order is placed. What isn't sent goes back.
    Card {
        /// What the other payments leave, unless given.
        amount: Option<Positive>,
        /// Needed where there are several: see the payments' providers.
        #[schema(example = "sandbox")]
        provider: Option<String>,
        /// Needed by the sandbox. Stripe asks for the card by itself: then leave it out.
        card: Option<CardInput>,
        /// Where the card's holder goes on after confirming: https, or http on this host.
        #[schema(max_length = 2000, example = "https://shop.example/orders")]
        return_url: Option<String>,
    },
}

/// Reads how somebody wants to pay.
pub(crate) fn wishes(
    inputs: Vec<PaymentInput>,
    shopper: &Shopper,
) -> Result<Vec<PaymentWish>, Problem> {
    if inputs.len() > PAYMENTS_MAX {
        return Err(invalid_field("/payments", "expected at most 10 payments"));
    }
    inputs.into_iter().enumerate().map(|(index, it)| wish(it, index, shopper)).collect()
}

fn wish(input: PaymentInput, index: usize, shopper: &Shopper) -> Result<PaymentWish, Problem> {
    match input {
        PaymentInput::Wallet { amount } => {
            let actor = shopper.actor.ok_or(ShopError::PaymentNeedsUser)?;
            actor.require(identity::Permission::WalletWrite)?;
            let payer = actor.require_active()?;
            Ok(PaymentWish { way: WayToPay::Wallet { payer }, amount: amount.map(Amount::from) })
        }
        PaymentInput::Card { amount, provider, card, return_url } => {
            if let Some(actor) = shopper.actor {
                actor.require_active()?;
            }
            let place = format!("/payments/{index}");
            if return_url.as_deref().is_some_and(|url| !payments::is_return_url(url)) {
                let detail =
                    "expected an https address (or http on this host) of up to 2,000 characters";
                return Err(invalid_field(format!("{place}/return_url"), detail));
            }
            let pay_with = card.map_or(Ok(PayWith::Form), |card| card.read(&place))?;
            let with = ChargeWith { provider, pay_with };
            let way = WayToPay::Card { with, return_url };
            Ok(PaymentWish { way, amount: amount.map(Amount::from) })
        }
    }
}

/// How what is missing of an order is paid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PayOrder {
    /// Together what is missing.
    #[schema(min_items = 1, max_items = 10)]
    payments: Vec<PaymentInput>,
}

/// Pays what is missing of an order: when a card was declined, or another way is wanted. An order
/// that isn't paid within the time that the settings say is cancelled.
#[utoipa::path(
    post,
    path = "/v1/shop/orders/{id}/payments",
    operation_id = "shop_orders_pay",
    tag = "shop",
    params(
        ("id" = OrderId, Path, description = "The order's id."),
        ("Cart-Token" = Option<String>, Header, description = "A guest's token."),
    ),
    request_body(content = PayOrder, example = json!({ "payments": [{ "kind": "wallet" }] })),
    responses(
        (status = 200, description = "The order as it is now.", body = OrderJson),
        (status = 404, description = "The caller has no such order.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`shop.order.already_paid`, `shop.payment.under_way` or `shop.order.not_open`.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.payment.differs`, or why the card is refused.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    shopper: Shopper,
    Path(id): Path<OrderId>,
    Json(body): Json<PayOrder>,
) -> Result<Json<OrderJson>, Problem> {
    let wishes = wishes(body.payments, &shopper)?;
    let whole = shop.pay_order(&shopper, id, &wishes).await?;
    Ok(Json(shop.order_view(whole).await?.into()))
}
