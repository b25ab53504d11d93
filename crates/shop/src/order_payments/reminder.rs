//! Payments that wait for the holder of their card. Most confirm on the page within a minute, so
//! only who hasn't after a while is told.

use std::time::Duration;

use deadpool_postgres::Transaction;
use kernel::bus::{Job, NewJob, Outcome, Worker, enqueue_in_tx, publish_in_tx};

use crate::error::{Result, ShopError};
use crate::events;
use crate::ids::OrderPaymentId;
use crate::orders::{OrderState, PaymentStatus, store};
use crate::shop::Shop;

const REMIND: &str = "shop.orders.remind";
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// See the module.
pub(crate) struct Remind(pub(crate) Shop);

impl Worker for Remind {
    fn kind(&self) -> &'static str {
        REMIND
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse::<OrderPaymentId>() {
            Ok(payment) => match self.0.ask_for_payment(payment).await {
                Ok(()) => Outcome::Done,
                Err(error) => error.outcome(self.0.clock.now()),
            },
            Err(error) => Outcome::Dead(error),
        }
    }
}

impl Shop {
    /// Looks later whether the holder of the card has confirmed.
    pub(super) async fn remind_in_tx(
        &self,
        tx: &Transaction<'_>,
        payment: OrderPaymentId,
    ) -> Result<()> {
        let at = self.clock.now().saturating_add(PATIENCE);
        let job = NewJob::new(REMIND, payment).key(payment.to_string()).at(at);
        Ok(enqueue_in_tx(tx, &*self.clock, &[job]).await?)
    }

    /// Tells that a payment waits, unless it came to something meanwhile.
    async fn ask_for_payment(&self, id: OrderPaymentId) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let order = store::order_of_payment(&tx, id).await?.ok_or(ShopError::OrderNotFound)?;
        let whole = store::lock_in_tx(&tx, order).await?.ok_or(ShopError::OrderNotFound)?;
        let is_open = whole
            .payments
            .iter()
            .any(|payment| payment.id == id && payment.status == PaymentStatus::Pending);
        if is_open && whole.order.state == OrderState::Placed {
            let event = events::payment_needed(&whole.order);
            publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        Ok(tx.commit().await?)
    }
}
