//! What a payment provider does for us. The sandbox is one; others stand behind the same trait.
//!
//! The shape is that of card processors (Stripe's PaymentIntents, Refunds, Payouts and Webhooks
//! among them): objects with ids of the provider, made under an idempotency key of ours, decided
//! later, told by signed webhooks that may come late, twice or out of order, and always there to
//! be asked. A status is therefore never a step but where the object has got to: two who know the
//! same object only differ in how much they have heard.

use std::fmt;

use ::http::HeaderMap;
use futures_util::future::BoxFuture;
use kernel::{Amount, SignedAmount, Timestamp};
use serde::{Deserialize, Serialize};

/// The future of a call.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, ProviderError>>;

/// A payment provider. Calls with a reference are repeatable: the same one never makes a second
/// object.
pub trait Provider: Send + Sync + 'static {
    /// As stored and as in the webhook's route: `sandbox`.
    fn name(&self) -> &'static str;

    /// Keeps a card and gives a token for it. The only call that sees card data.
    fn create_card(&self, card: CardDetails) -> Answer<'_, CardToken>;

    /// Charges a card.
    fn create_payment(&self, order: PaymentOrder) -> Answer<'_, Payment>;

    fn payment(&self, id: String) -> Answer<'_, Payment>;

    /// Gives a payment back, wholly or in part.
    fn create_refund(&self, order: RefundOrder) -> Answer<'_, Refund>;

    fn refund(&self, id: String) -> Answer<'_, Refund>;

    /// Pays out to a bank account.
    fn create_payout(&self, order: PayoutOrder) -> Answer<'_, Payout>;

    fn payout(&self, id: String) -> Answer<'_, Payout>;

    /// What is with the provider: captured, less what was refunded, paid out or taken back.
    fn balance(&self, asset: String) -> Answer<'_, SignedAmount>;

    /// Checks who signed the webhook and when, and reads it.
    fn verify_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<ProviderEvent, WebhookError>;

    /// Reads a webhook again that was verified when it came.
    fn read_webhook(&self, body: &[u8]) -> Result<ProviderEvent, WebhookError>;
}

/// Why a provider didn't do it. The texts are codes or for the log; they hold no card data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// Nobody knows whether it was done: to be repeated with the same reference.
    #[error("the provider can't be reached: {0}")]
    Unavailable(String),
    /// It was not done and never will be.
    #[error("the provider refuses: {0}")]
    Refused(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    #[error("the signature is missing or not right")]
    Signature,
    #[error("the time of signing is too far from now")]
    TooOld,
    #[error("the body can't be read")]
    Malformed,
}

/// A card as its holder types it in. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct CardDetails {
    pub number: String,
    pub exp_month: u8,
    pub exp_year: u16,
    pub cvc: String,
}

impl fmt::Debug for CardDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardDetails(…)")
    }
}

/// A card as everybody but its holder and the provider knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardToken {
    pub token: String,
    pub brand: String,
    pub last4: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentOrder {
    /// Our id: the idempotency key, and in every answer and webhook about the payment.
    pub reference: String,
    pub asset: String,
    pub amount: Amount,
    pub card_token: String,
    pub return_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    pub reference: String,
    pub payment: String,
    pub amount: Amount,
}

/// `Debug` doesn't show whose account it is.
#[derive(Clone, PartialEq, Eq)]
pub struct PayoutOrder {
    pub reference: String,
    pub asset: String,
    pub amount: Amount,
    pub iban: String,
    pub name: String,
}

impl fmt::Debug for PayoutOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PayoutOrder({}, …)", self.reference)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub id: String,
    /// The reference that it was made with.
    pub reference: String,
    pub asset: String,
    pub amount: Amount,
    #[serde(flatten)]
    pub status: PaymentStatus,
    #[serde(default)]
    pub disputes: Vec<Dispute>,
}

/// How far a payment has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The card's holder has to do something at this address.
    RequiresAction {
        url: String,
    },
    Processing,
    Succeeded,
    /// It never succeeded.
    Failed {
        reason: String,
    },
    /// It succeeded, and the bank took this much back.
    Reversed {
        reason: String,
        reversed: Amount,
    },
}

/// The holder asks the card's bank for the money back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub status: DisputeStatus,
    pub amount: Amount,
}

/// Won and lost from our side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    Open,
    Won,
    Lost,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub reference: String,
    pub payment: String,
    pub amount: Amount,
    #[serde(flatten)]
    pub status: RefundStatus,
}

/// How far a refund has got. One that succeeded may still fail when the card's bank sends it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum RefundStatus {
    Processing,
    Succeeded,
    Failed { reason: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    pub id: String,
    pub reference: String,
    pub asset: String,
    pub amount: Amount,
    #[serde(flatten)]
    pub status: PayoutStatus,
}

/// How far a payout has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum PayoutStatus {
    Processing,
    Paid,
    /// It was never paid.
    Failed {
        reason: String,
    },
    /// It was paid, and the bank sent it back.
    Returned {
        reason: String,
    },
}

/// A webhook that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEvent {
    pub id: String,
    pub about: About,
}

/// What an event is about. Where the event brings no object, or an old one, it has to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    Payment {
        reference: String,
        object: Option<Payment>,
    },
    Refund {
        reference: String,
        object: Option<Refund>,
    },
    Payout {
        reference: String,
        object: Option<Payout>,
    },
    /// Nothing that concerns us.
    Other,
}
