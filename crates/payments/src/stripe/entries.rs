//! Balance transactions (<https://docs.stripe.com/api/balance_transactions/object>): what moved
//! the balance at Stripe, and what Stripe kept for it.

use kernel::{SignedAmount, Timestamp};
use serde::Deserialize;

use super::Stripe;
use super::currencies::asset_of;
use super::objects::{List, REFERENCE, odd, signed};
use super::service::{Expand, PAGE};
use crate::provider::{BalanceEntry, EntriesPage, ProviderError, Subject};

const EXPAND_SOURCE: Expand = Expand("data.source");

#[derive(Deserialize)]
struct BalanceTransaction {
    id: String,
    amount: i64,
    fee: i64,
    currency: String,
    created: i64,
    #[serde(rename = "type")]
    kind: String,
    source: Option<Source>,
}

/// What it is about. Not everything can be expanded.
#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Object(SourceObject),
    #[expect(dead_code, reason = "it is there so that an id can be read, too")]
    Id(String),
}

#[derive(Deserialize)]
struct SourceObject {
    #[serde(default)]
    object: String,
    payment_intent: Option<String>,
    metadata: Option<std::collections::BTreeMap<String, String>>,
}

impl Stripe {
    /// Newest first, as Stripe lists them.
    pub(super) async fn balance_transactions(
        &self,
        since: Timestamp,
        cursor: Option<String>,
    ) -> Result<EntriesPage, ProviderError> {
        let since_s = since.as_millis().div_euclid(1000).max(0);
        let mut query = vec![
            ("limit", PAGE.to_owned()),
            ("created[gte]", since_s.to_string()),
            EXPAND_SOURCE.field(),
        ];
        query.extend(cursor.map(|cursor| ("starting_after", cursor)));
        let found: List<BalanceTransaction> =
            self.client.get("/v1/balance_transactions", &query).await?;
        let last = found.data.last().map(|last| last.id.clone());
        let next = last.filter(|_| found.has_more);
        let entries = found.data.into_iter().map(BalanceTransaction::read);
        Ok(EntriesPage { entries: entries.collect::<Result<_, _>>()?, next })
    }
}

impl BalanceTransaction {
    fn read(self) -> Result<BalanceEntry, ProviderError> {
        let source = match self.source {
            Some(Source::Object(object)) => Some(object),
            _ => None,
        };
        let is_dispute = source.as_ref().is_some_and(|source| source.object == "dispute");
        let subject = subject(&self.kind, is_dispute);
        let (amount, fee) =
            (signed(&self.currency, self.amount)?, signed(&self.currency, self.fee)?);
        // A fee that Stripe takes by itself is told as an amount below zero.
        let (amount, fee) = match subject {
            Subject::Fee => {
                let fee = fee.checked_sub(amount).ok_or_else(|| odd("a fee is too large"))?;
                (SignedAmount::ZERO, fee)
            }
            _ => (amount, fee),
        };
        let (reference, payment) = source.map_or((None, None), |source| {
            let metadata = source.metadata.unwrap_or_default();
            (metadata.get(REFERENCE).cloned(), source.payment_intent)
        });
        Ok(BalanceEntry {
            id: self.id,
            subject,
            reference,
            payment,
            asset: asset_of(&self.currency),
            amount,
            fee,
            at: Timestamp::from_micros(self.created.saturating_mul(1_000_000)),
        })
    }
}

/// <https://docs.stripe.com/reports/balance-transaction-types>
fn subject(kind: &str, is_dispute: bool) -> Subject {
    match kind {
        "charge" | "payment" => Subject::Deposit,
        "refund" | "payment_refund" | "refund_failure" | "payment_failure_refund" => {
            Subject::Refund
        }
        "adjustment" if is_dispute => Subject::Chargeback,
        "stripe_fee" | "stripe_fx_fee" | "tax_fee" => Subject::Fee,
        "payout" | "payout_failure" | "payout_cancel" | "topup" | "topup_reversal" => {
            Subject::Settlement
        }
        _ => Subject::Other,
    }
}
