//! `POST /v1/shop/sales-adjustments`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::Actor;
use kernel::http::documents::WriteProblems;
use kernel::http::{Ids, invalid_field};
use kernel::{Json, Problem, SignedAmount, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service::NewSalesAdjustment;
use super::{SalesAdjustment, SalesAdjustmentState};
use crate::fields::{Line, Note, past};
use crate::ids::{CustomerId, SalesAdjustmentId};
use crate::pricing::AMOUNT_MAX;
use crate::shop::Shop;
use crate::staff_orders::http::OrderCustomer;

/// Its answers are kept for repeats.
pub(crate) fn create_route() -> OpenApiRouter<Shop> {
    OpenApiRouter::default().routes(routes!(create))
}

/// A correction of what was earned with a variant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateSalesAdjustment {
    /// Its number in another system: the same again is the same adjustment.
    reference: Option<Line>,
    customer: Option<OrderCustomer>,
    /// The code of an asset whose kind is money.
    #[schema(example = "EUR")]
    currency: String,
    #[schema(example = "MUG-RED")]
    sku: String,
    /// By how much more was earned; below zero: less. In the currency's minor unit.
    amount: SignedAmount,
    reason: Note,
    /// When it took effect, if not now.
    effective_at: Option<Timestamp>,
}

/// A correction of what was earned with a variant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesAdjustment)]
pub(crate) struct SalesAdjustmentJson {
    id: SalesAdjustmentId,
    state: SalesAdjustmentState,
    #[schema(required)]
    reference: Option<String>,
    customer: CustomerId,
    #[schema(example = "EUR")]
    currency: String,
    /// Decimals of the currency.
    scale: u8,
    sku: String,
    /// What the ledger counts it as.
    #[schema(example = "SKU:MUG-RED")]
    asset: String,
    amount: SignedAmount,
    reason: String,
    #[schema(required)]
    effective_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl From<SalesAdjustment> for SalesAdjustmentJson {
    fn from(it: SalesAdjustment) -> Self {
        Self {
            id: it.id,
            state: it.state,
            reference: it.reference,
            customer: it.customer,
            currency: it.currency,
            scale: it.scale,
            sku: it.sku,
            asset: it.asset,
            amount: it.amount,
            reason: it.reason,
            effective_at: it.effective_at,
            created_at: it.created_at,
        }
    }
}

impl CreateSalesAdjustment {
    fn read(self, now: Timestamp) -> Result<NewSalesAdjustment, Problem> {
        let amount = self.amount.get().unsigned_abs();
        if amount == 0 || amount > AMOUNT_MAX {
            return Err(invalid_field("/amount", "is zero or too large"));
        }
        past("/effective_at", self.effective_at, now)?;
        Ok(NewSalesAdjustment {
            reference: self.reference.map(String::from),
            customer: self.customer.map(OrderCustomer::read).unwrap_or_default(),
            currency: self.currency,
            sku: self.sku,
            amount: self.amount,
            reason: self.reason.into(),
            effective_at: self.effective_at,
        })
    }
}

/// Corrects what was earned with a variant, where no order says so: a cancellation of something that
/// was sold elsewhere, a bad debt, a discount by hand. Goods stay where they are.
#[utoipa::path(
    post,
    path = "/v1/shop/sales-adjustments",
    operation_id = "shop_sales_adjustments_create",
    tag = "shop",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeat harmless.",
        pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255)),
    request_body(content = CreateSalesAdjustment, example = json!({
        "reference": "C536379", "currency": "EUR", "sku": "MUG-RED", "amount": "-2750",
        "reason": "discount",
    })),
    responses(
        (status = 200, description = "The adjustment that was made before.", body = SalesAdjustmentJson),
        (status = 201, description = "The adjustment.", body = SalesAdjustmentJson),
        (status = 409, description = "The first request with this key has no answer yet.",
         body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`shop.variant.sku_unknown` or `shop.currency.unknown`.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(shop): State<Shop>,
    actor: Actor,
    ids: Ids,
    Json(body): Json<CreateSalesAdjustment>,
) -> Result<Response, Problem> {
    let new = body.read(shop.clock.now())?;
    let id = SalesAdjustmentId::from_u128(ids.get(0));
    let (made, is_new) = shop.adjust_sales(&actor, id, new).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(SalesAdjustmentJson::from(made))).into_response())
}
