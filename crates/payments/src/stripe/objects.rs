//! Stripe's objects, of which we read a few fields, and what they mean to us.

use kernel::{Amount, SignedAmount};
use serde::Deserialize;
use std::collections::BTreeMap;

use super::currencies::{asset_of, from_stripe};
use crate::provider::{
    CardFace, Dispute, DisputeStatus, NextAction, Payment, PaymentStatus, ProviderError, Refund,
    RefundStatus,
};

/// Where our reference stands in an object's metadata.
pub(super) const REFERENCE: &str = "bushel_reference";

type Metadata = BTreeMap<String, String>;

/// A list as Stripe pages it.
#[derive(Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    pub(super) has_more: bool,
}

/// <https://docs.stripe.com/api/payment_intents/object>
#[derive(Deserialize)]
pub(super) struct PaymentIntent {
    pub(super) id: String,
    amount: i64,
    #[serde(default)]
    amount_received: i64,
    currency: String,
    status: String,
    client_secret: Option<String>,
    #[serde(default)]
    metadata: Metadata,
    latest_charge: Option<Expandable<Charge>>,
    last_payment_error: Option<PaymentFailure>,
}

/// An object, or only its id.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Expandable<T> {
    Object(Box<T>),
    #[expect(dead_code, reason = "it is there so that an id can be read, too")]
    Id(String),
}

#[derive(Deserialize)]
struct PaymentFailure {
    code: Option<String>,
    decline_code: Option<String>,
}

/// <https://docs.stripe.com/api/charges/object>
#[derive(Deserialize)]
pub(super) struct Charge {
    #[serde(default)]
    disputed: bool,
    payment_method_details: Option<MethodDetails>,
}

#[derive(Deserialize)]
struct MethodDetails {
    card: Option<CardDetails>,
}

#[derive(Deserialize)]
struct CardDetails {
    brand: Option<String>,
    last4: Option<String>,
}

/// <https://docs.stripe.com/api/disputes/object>
#[derive(Deserialize)]
pub(super) struct DisputeObject {
    id: String,
    amount: i64,
    currency: String,
    status: String,
}

/// <https://docs.stripe.com/api/refunds/object>
#[derive(Deserialize)]
pub(super) struct RefundObject {
    pub(super) id: String,
    amount: i64,
    currency: String,
    status: Option<String>,
    failure_reason: Option<String>,
    payment_intent: Option<String>,
    metadata: Option<Metadata>,
}

/// <https://docs.stripe.com/api/balance/balance_object>
#[derive(Deserialize)]
pub(super) struct Balance {
    pub(super) available: Vec<BalanceOf>,
    pub(super) pending: Vec<BalanceOf>,
}

#[derive(Deserialize)]
pub(super) struct BalanceOf {
    pub(super) amount: i64,
    pub(super) currency: String,
}

impl PaymentIntent {
    pub(super) fn is_disputed(&self) -> bool {
        matches!(&self.latest_charge, Some(Expandable::Object(charge)) if charge.disputed)
    }

    /// What it means, together with the disputes about it.
    pub(super) fn read(self, disputes: &[DisputeObject]) -> Result<Payment, ProviderError> {
        let is_succeeded = self.status == "succeeded";
        // What was taken counts, not what was to be.
        let units = if is_succeeded { self.amount_received } else { self.amount };
        let amount = amount(&self.currency, units)?;
        let card = match &self.latest_charge {
            Some(Expandable::Object(charge)) if is_succeeded => charge.card(),
            _ => None,
        };
        let disputes = disputes.iter().filter_map(|dispute| dispute.read().transpose());
        Ok(Payment {
            amount,
            status: self.status()?,
            disputes: disputes.collect::<Result<_, _>>()?,
            card,
            asset: asset_of(&self.currency),
            reference: self.metadata.get(REFERENCE).cloned().unwrap_or_default(),
            id: self.id,
        })
    }

    /// A card that was declined leaves the intent open: its holder may take another one.
    fn status(&self) -> Result<PaymentStatus, ProviderError> {
        match self.status.as_str() {
            "succeeded" => Ok(PaymentStatus::Succeeded),
            "processing" | "requires_capture" => Ok(PaymentStatus::Processing),
            "canceled" => {
                let failure = self.last_payment_error.as_ref();
                let code = failure.and_then(|it| it.decline_code.clone().or(it.code.clone()));
                let reason = code.unwrap_or_else(|| "authentication_expired".to_owned());
                Ok(PaymentStatus::Failed { reason })
            }
            "requires_payment_method" | "requires_confirmation" | "requires_action" => {
                let secret = self.client_secret.clone();
                let client_secret = secret.ok_or_else(|| odd("a payment has no client secret"))?;
                let action = NextAction::StripeForm { client_secret };
                Ok(PaymentStatus::RequiresAction { action })
            }
            other => Err(odd(&format!("a payment is {other}"))),
        }
    }
}

impl Charge {
    fn card(&self) -> Option<CardFace> {
        let card = self.payment_method_details.as_ref()?.card.as_ref()?;
        Some(CardFace { brand: card.brand.clone()?, last4: card.last4.clone()? })
    }
}

impl DisputeObject {
    /// Nothing for an inquiry (`warning_…`) and what was prevented: no money moved.
    fn read(&self) -> Result<Option<Dispute>, ProviderError> {
        let status = match self.status.as_str() {
            "needs_response" | "under_review" => DisputeStatus::Open,
            "won" => DisputeStatus::Won,
            "lost" => DisputeStatus::Lost,
            _ => return Ok(None),
        };
        let amount = amount(&self.currency, self.amount)?;
        Ok(Some(Dispute { id: self.id.clone(), status, amount }))
    }
}

impl RefundObject {
    pub(super) fn is_of(&self, reference: &str) -> bool {
        self.reference() == Some(reference)
    }

    fn reference(&self) -> Option<&str> {
        self.metadata.as_ref()?.get(REFERENCE).map(String::as_str)
    }

    pub(super) fn read(self) -> Result<Refund, ProviderError> {
        let status = match self.status.as_deref() {
            Some("succeeded") => RefundStatus::Succeeded,
            Some("failed" | "canceled") => {
                let reason = self.failure_reason.clone();
                RefundStatus::Failed { reason: reason.unwrap_or_else(|| "canceled".to_owned()) }
            }
            _ => RefundStatus::Processing,
        };
        Ok(Refund {
            status,
            amount: amount(&self.currency, self.amount)?,
            reference: self.reference().unwrap_or_default().to_owned(),
            payment: self.payment_intent.unwrap_or_default(),
            id: self.id,
        })
    }
}

/// A signed amount of ours from one of Stripe's.
pub(super) fn signed(currency: &str, units: i64) -> Result<SignedAmount, ProviderError> {
    let amount = from_stripe(&asset_of(currency), units);
    amount.ok_or_else(|| odd(&format!("{units} {currency} is no amount")))
}

fn amount(currency: &str, units: i64) -> Result<Amount, ProviderError> {
    let amount = u128::try_from(signed(currency, units)?.get());
    amount.map(Amount::new).map_err(|_| odd(&format!("{units} {currency} is below zero")))
}

/// An answer that we can't read helps nobody; it is asked for again.
pub(super) fn odd(what: &str) -> ProviderError {
    ProviderError::Unavailable(format!("Stripe's answer can't be read: {what}"))
}
