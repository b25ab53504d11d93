//! Requests for payment: somebody asks somebody for value.
//!
//! The id of the transfer that pays follows from the request and the number of the attempt. An attempt
//! begins in the transaction that enqueues the job which finishes it; the next one begins only when the
//! id of the one before has failed for good on the ledger. So a request is paid at most once, in any
//! race and after any crash.

pub(crate) mod http;
mod jobs;
mod payment;
mod service;
mod store;

pub(crate) use jobs::{Expire, Finish};
pub(crate) use service::{NewRequest, RequestQuery};
pub(crate) use store::erase_in_tx;

use kernel::{Amount, Timestamp};
use ledger::TransferId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::RequestId;
use crate::people::Party;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentRequestStatus)]
pub(crate) enum RequestStatus {
    Open,
    /// The payer has said yes; value is on its way.
    Paying,
    Paid,
    Declined,
    Cancelled,
    Expired,
}

impl RequestStatus {
    const ALL: [Self; 6] =
        [Self::Open, Self::Paying, Self::Paid, Self::Declined, Self::Cancelled, Self::Expired];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paying => "paying",
            Self::Paid => "paid",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Seen from the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PaymentRequestDirection)]
pub(crate) enum RequestDirection {
    /// The caller is asked to pay.
    Incoming,
    /// The caller asks.
    Outgoing,
}

/// A request as one of its two parties sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PaymentRequest)]
pub(crate) struct PaymentRequest {
    pub(crate) id: RequestId,
    pub(crate) status: RequestStatus,
    pub(crate) direction: RequestDirection,
    /// Who is to pay.
    pub(crate) from: Party,
    /// Who asks.
    pub(crate) to: Party,
    #[schema(example = "EUR")]
    pub(crate) asset: String,
    #[schema(minimum = 0, maximum = 18, example = 2)]
    pub(crate) scale: u8,
    pub(crate) amount: Amount,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The transfer that paid it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transfer_id: Option<TransferId>,
}
