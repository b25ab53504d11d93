//! Hears what became of charges.

use deadpool_postgres::Transaction;
use kernel::bus::{Consumer, Event, JobError, enqueue_in_tx};
use kernel::{Amount, DomainError as _};
use payments::DepositId;
use serde::Deserialize;

use super::rules::{ChargeNews, after};
use crate::error::{Result, ShopError};
use crate::ids::OrderPaymentId;
use crate::orders::jobs::{self, Flow};
use crate::orders::{OrderState, PaymentStatus, WholeOrder, status, store};
use crate::shop::Shop;

const REQUIRES_ACTION: &str = "payments.charge.requires_action";

const KINDS: &[&str] = &[
    REQUIRES_ACTION,
    "payments.charge.succeeded",
    "payments.charge.failed",
    "payments.charge.disputed",
    "payments.charge.dispute_won",
    "payments.charge.refund_failed",
];

/// Hears of charges.
pub(crate) struct Charges(pub(crate) Shop);

#[derive(Deserialize)]
struct Data {
    deposit_id: DepositId,
    amount: Amount,
    reason: Option<String>,
}

impl Consumer for Charges {
    fn name(&self) -> &'static str {
        "shop.charges"
    }

    fn context(&self) -> &'static str {
        "payments"
    }

    fn kinds(&self) -> Option<&'static [&'static str]> {
        Some(KINDS)
    }

    async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        for event in events {
            let data: Data = serde_json::from_value(event.data.clone()).map_err(JobError::new)?;
            let heard = self.0.hear_of_charge(tx, &event.kind, data).await;
            heard.map_err(|error| JobError::new(format_args!("{}: {error}", error.code())))?;
        }
        Ok(())
    }
}

impl Shop {
    async fn hear_of_charge(&self, tx: &Transaction<'_>, kind: &str, data: Data) -> Result<()> {
        let id = OrderPaymentId::from_u128(data.deposit_id.as_u128());
        // Others may sell, too.
        let Some(order) = store::order_of_payment(tx, id).await? else { return Ok(()) };
        let whole = store::lock_in_tx(tx, order).await?.ok_or(ShopError::OrderNotFound)?;
        let payment = whole.payments.iter().find(|it| it.id == id);
        let payment = payment.ok_or(ShopError::Corrupt("a payment of an order"))?;
        if kind == REQUIRES_ACTION {
            return self.remind_in_tx(tx, id).await;
        }
        let Some(news) = ChargeNews::of(kind) else {
            let now = self.clock.now();
            return store::note_refund_failure_in_tx(tx, id, (data.amount, data.reason), now).await;
        };
        let Some(status) = after(payment.status, news) else { return Ok(()) };
        let is_unwanted = status == PaymentStatus::Captured && !is_needed(&whole);
        let status = if is_unwanted { PaymentStatus::Released } else { status };
        self.record_payment_in_tx(tx, whole, (id, status, data.reason)).await?;
        if is_unwanted {
            let job = jobs::finish(Flow::Unwanted(id));
            enqueue_in_tx(tx, &*self.clock, &[job]).await?;
        }
        Ok(())
    }

    /// Gives back what came for an order that was cancelled, or paid otherwise, meanwhile: all of it,
    /// as is recorded already.
    pub(crate) async fn finish_unwanted(&self, id: OrderPaymentId) -> Result<()> {
        let client = self.database.client().await?;
        let order = store::order_of_payment(&client, id).await?.ok_or(ShopError::OrderNotFound)?;
        let whole = store::whole(&client, order).await?.ok_or(ShopError::OrderNotFound)?;
        drop(client);
        let payment = whole.payments.iter().find(|it| it.id == id);
        let payment = payment.ok_or(ShopError::Corrupt("a payment of an order"))?;
        let back = [(id, payment.amount.get())];
        self.give_back_to_cards(&whole, &back, id.as_u128()).await
    }
}

/// Whether the order still lacks money; a payment of which something is heard isn't counted yet.
fn is_needed(whole: &WholeOrder) -> bool {
    let due = whole.order.total.get() - whole.order.cancelled_total.get();
    whole.order.state == OrderState::Placed && status::paid(&whole.payments) < due
}
