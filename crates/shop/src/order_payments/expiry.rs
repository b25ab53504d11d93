//! Orders that aren't paid in time are cancelled: others may want their goods.

use kernel::bus::{Job, NewJob, Outcome, Worker};

use crate::ids::OrderId;
use crate::shop::Shop;

const EXPIRE: &str = "shop.orders.expire";

/// Cancels an order unless it is paid by then.
pub(crate) fn expire(order: OrderId) -> NewJob {
    NewJob::new(EXPIRE, order).key(order.to_string())
}

/// See [`expire`].
pub(crate) struct Expire(pub(crate) Shop);

impl Worker for Expire {
    fn kind(&self) -> &'static str {
        EXPIRE
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse::<OrderId>() {
            Ok(order) => match self.0.cancel_unpaid(order).await {
                Ok(()) => Outcome::Done,
                Err(error) => error.outcome(self.0.clock.now()),
            },
            Err(error) => Outcome::Dead(error),
        }
    }
}
