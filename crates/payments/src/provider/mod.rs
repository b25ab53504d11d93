//! What a payment provider does for us. The sandbox is one, Stripe another.
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

    fn abilities(&self) -> Abilities;

    /// Whether so much of an asset can be paid in, to the least digit; none asks about the asset.
    fn takes(&self, asset: &str, scale: u8, amount: Option<Amount>) -> bool;

    /// Keeps a card and gives a token for it. The only call that sees card data; only of those
    /// that take cards from us.
    fn create_card(&self, card: CardDetails) -> Answer<'_, CardToken>;

    /// Charges a card, or begins to where the provider's own form asks for it.
    fn create_payment(&self, order: PaymentOrder) -> Answer<'_, Payment>;

    fn payment(&self, id: String) -> Answer<'_, Payment>;

    /// Gives up a payment that its holder did not confirm, and answers with what has become of
    /// it: it may have succeeded at the last moment.
    fn cancel_payment(&self, id: String) -> Answer<'_, Payment>;

    /// Gives a payment back, wholly or in part.
    fn create_refund(&self, order: RefundOrder) -> Answer<'_, Refund>;

    fn refund(&self, id: String) -> Answer<'_, Refund>;

    /// Pays out to a bank account; only of those that can.
    fn create_payout(&self, order: PayoutOrder) -> Answer<'_, Payout>;

    fn payout(&self, id: String) -> Answer<'_, Payout>;

    /// What is with the provider: captured, less what was refunded, paid out or taken back.
    fn balance(&self, asset: String) -> Answer<'_, SignedAmount>;

    /// What moved that balance since a moment, page by page, in any order.
    fn entries(&self, since: Timestamp, cursor: Option<String>) -> Answer<'_, EntriesPage>;

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

/// What a provider can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abilities {
    /// Cards are given to us; otherwise the provider's own form asks for them.
    pub takes_cards_from_us: bool,
    /// It pays out to any bank account.
    pub pays_out: bool,
    /// With this a page opens the provider's form. It is no secret.
    pub publishable_key: Option<String>,
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
    pub face: CardFace,
}

/// What a card is called by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardFace {
    pub brand: String,
    pub last4: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentOrder {
    /// Our id: the idempotency key, and in every answer and webhook about the payment.
    pub reference: String,
    pub asset: String,
    pub amount: Amount,
    /// None where the provider's own form asks for the card.
    pub card_token: Option<String>,
    pub return_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundOrder {
    pub reference: String,
    pub payment: String,
    pub asset: String,
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
    /// Which card it was, if only the provider saw it.
    #[serde(default)]
    pub card: Option<CardFace>,
}

/// How far a payment has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The card's holder has to do something.
    RequiresAction {
        action: NextAction,
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

/// What the card's holder has to do. Whoever knows it can do it, so it is a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NextAction {
    /// Confirm the payment at this address.
    Redirect { url: String },
    /// Fill in the provider's form, which also confirms the payment with the card's bank. The
    /// name is the provider's.
    StripeForm { client_secret: String },
}

impl fmt::Debug for NextAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NextAction(…)")
    }
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
    /// The body as it is stored: without what nobody should find there.
    pub kept: Vec<u8>,
}

/// What an event is about. Where the event brings no object, or an old one, it has to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    Payment {
        reference: String,
        object: Option<Payment>,
    },
    /// The same, named by the provider's id.
    KnownPayment {
        payment: String,
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

/// A part of what moved the provider's balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntriesPage {
    pub entries: Vec<BalanceEntry>,
    /// Where the next page begins; none on the last one.
    pub next: Option<String>,
}

/// Something that moved the provider's balance for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceEntry {
    /// The provider's, never used for another one.
    pub id: String,
    pub subject: Subject,
    /// The reference that the object was made with, if the provider says it.
    pub reference: Option<String>,
    /// The provider's id of the payment that it is about.
    pub payment: Option<String>,
    pub asset: String,
    /// What it did to the balance, without the fee.
    pub amount: SignedAmount,
    /// What the provider keeps for it; below zero if it gives a fee back.
    pub fee: SignedAmount,
    pub at: Timestamp,
}

/// What moved a balance, or a clearing account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Deposit,
    Refund,
    Chargeback,
    Withdrawal,
    Fee,
    /// Between the provider and the house's own bank account.
    Settlement,
    Other,
}

impl Subject {
    pub const ALL: [Self; 7] = [
        Self::Deposit,
        Self::Refund,
        Self::Chargeback,
        Self::Withdrawal,
        Self::Fee,
        Self::Settlement,
        Self::Other,
    ];

    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Refund => "refund",
            Self::Chargeback => "chargeback",
            Self::Withdrawal => "withdrawal",
            Self::Fee => "fee",
            Self::Settlement => "settlement",
            Self::Other => "other",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.as_str() == name)
    }
}
