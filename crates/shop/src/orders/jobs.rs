//! Finishes what a crash left half done: an order that was to be placed or cancelled, a parcel, a
//! refund, a return.

use kernel::bus::{Job, NewJob, Outcome, Worker};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::ids::{
    CancellationId, OrderId, OrderPaymentId, OrderRefundId, ReturnId, SalesAdjustmentId,
    SettlementId, ShipmentId,
};
use crate::shop::Shop;

pub(crate) const FINISH: &str = "shop.orders.finish";

/// Something that is written down before the ledger does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Flow {
    Order(OrderId),
    Shipment(ShipmentId),
    Cancellation(CancellationId),
    Refund(OrderRefundId),
    /// Holds a wallet or charges a card.
    Payment(OrderPaymentId),
    SalesAdjustment(SalesAdjustmentId),
    /// Money that came after its order was cancelled.
    Unwanted(OrderPaymentId),
    Return(ReturnId),
    /// Gives back otherwise what could not go back to a card.
    Settlement(SettlementId),
}

impl Flow {
    /// Of its job.
    pub(crate) fn key(self) -> String {
        match self {
            Self::Order(id) => id.to_string(),
            Self::Shipment(id) => id.to_string(),
            Self::Cancellation(id) => id.to_string(),
            Self::Refund(id) => id.to_string(),
            Self::Payment(id) => id.to_string(),
            Self::SalesAdjustment(id) => id.to_string(),
            Self::Unwanted(id) => format!("unwanted {id}"),
            Self::Return(id) => id.to_string(),
            Self::Settlement(id) => id.to_string(),
        }
    }
}

pub(crate) fn finish(flow: Flow) -> NewJob {
    NewJob::new(FINISH, flow).key(flow.key())
}

/// See [`finish`].
pub(crate) struct Finish(pub(crate) Shop);

impl Worker for Finish {
    fn kind(&self) -> &'static str {
        FINISH
    }

    async fn run(&self, job: &Job) -> Outcome {
        match job.parse::<Flow>() {
            Ok(flow) => match self.0.finish_flow(flow).await {
                Ok(()) => Outcome::Done,
                Err(error) => error.outcome(self.0.clock.now()),
            },
            Err(error) => Outcome::Dead(error),
        }
    }
}

impl Shop {
    /// Brings it to its end; a refusal is one.
    pub(crate) async fn finish_flow(&self, flow: Flow) -> Result<()> {
        let ended = match flow {
            Flow::Order(id) => self.finish_placing(id).await.map(drop),
            Flow::Shipment(id) => self.finish_shipment(id).await.map(drop),
            Flow::Cancellation(id) => self.finish_cancellation(id).await,
            Flow::Refund(id) => self.finish_refund(id).await.map(drop),
            Flow::Payment(id) => self.finish_payment(id).await,
            Flow::SalesAdjustment(id) => self.finish_sales_adjustment(id).await,
            Flow::Unwanted(id) => self.finish_unwanted(id).await,
            Flow::Return(id) => self.finish_return(id).await,
            Flow::Settlement(id) => self.finish_settlement(id).await,
        };
        match ended {
            Err(error) if error.is_refusal() => Ok(()),
            ended => ended,
        }
    }
}
