//! Stripe's calls as those of a provider.

use ::http::HeaderMap;
use kernel::{Amount, SignedAmount, Timestamp};

use super::currencies::{asset_of, takes, to_stripe};
use super::objects::{Balance, DisputeObject, List, PaymentIntent, RefundObject, odd, signed};
use super::{NAME, Stripe, events, signature};
use crate::provider::{
    Abilities, Answer, CardDetails, CardToken, EntriesPage, Payment, PaymentOrder, Payout,
    PayoutOrder, Provider, ProviderError, ProviderEvent, Refund, RefundOrder, WebhookError,
};

const INTENTS: &str = "/v1/payment_intents";
const REFUNDS: &str = "/v1/refunds";
/// Longest page that Stripe gives.
pub(super) const PAGE: &str = "100";

impl Provider for Stripe {
    fn name(&self) -> &'static str {
        NAME
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            takes_cards_from_us: false,
            pays_out: false,
            publishable_key: Some(self.publishable_key.clone()),
        }
    }

    fn takes(&self, asset: &str, scale: u8, amount: Option<Amount>) -> bool {
        takes(asset, scale, amount)
    }

    fn create_card(&self, _: CardDetails) -> Answer<'_, CardToken> {
        Box::pin(std::future::ready(Err(not_offered())))
    }

    fn create_payment(&self, order: PaymentOrder) -> Answer<'_, Payment> {
        Box::pin(async move {
            let units = to_stripe(&order.asset, order.amount).ok_or_else(amount_refused)?;
            let form = [
                ("amount", units.to_string()),
                ("currency", order.asset.to_ascii_lowercase()),
                ("capture_method", "automatic".to_owned()),
                ("payment_method_types[]", "card".to_owned()),
                (METADATA, order.reference.clone()),
                ("description", format!("Deposit {}", order.reference)),
                EXPAND_CHARGE.field(),
            ];
            let intent = self.client.post(INTENTS, &order.reference, &form).await?;
            self.read_payment(intent).await
        })
    }

    fn payment(&self, id: String) -> Answer<'_, Payment> {
        Box::pin(async move { self.read_payment(self.intent(&id).await?).await })
    }

    fn cancel_payment(&self, id: String) -> Answer<'_, Payment> {
        Box::pin(async move {
            let path = format!("{INTENTS}/{id}/cancel");
            let form = [("cancellation_reason", "abandoned".to_owned()), EXPAND_CHARGE.field()];
            match self.client.post(&path, &id, &form).await {
                Ok(intent) => self.read_payment(intent).await,
                // It is past that: the object says where it is.
                Err(ProviderError::Refused(_)) => self.read_payment(self.intent(&id).await?).await,
                Err(error) => Err(error),
            }
        })
    }

    fn create_refund(&self, order: RefundOrder) -> Answer<'_, Refund> {
        Box::pin(async move {
            if let Some(known) = self.known_refund(&order).await? {
                return known.read();
            }
            let units = to_stripe(&order.asset, order.amount).ok_or_else(amount_refused)?;
            let form = [
                ("payment_intent", order.payment.clone()),
                ("amount", units.to_string()),
                (METADATA, order.reference.clone()),
            ];
            let made: RefundObject = self.client.post(REFUNDS, &order.reference, &form).await?;
            made.read()
        })
    }

    fn refund(&self, id: String) -> Answer<'_, Refund> {
        Box::pin(async move {
            let found: RefundObject = self.client.get(&format!("{REFUNDS}/{id}"), &[]).await?;
            found.read()
        })
    }

    fn create_payout(&self, _: PayoutOrder) -> Answer<'_, Payout> {
        Box::pin(std::future::ready(Err(not_offered())))
    }

    fn payout(&self, _: String) -> Answer<'_, Payout> {
        Box::pin(std::future::ready(Err(not_offered())))
    }

    fn balance(&self, asset: String) -> Answer<'_, SignedAmount> {
        Box::pin(async move {
            let Balance { available, pending } = self.client.get("/v1/balance", &[]).await?;
            let ours = available.into_iter().chain(pending);
            let ours = ours.filter(|part| asset_of(&part.currency) == asset);
            ours.map(|part| signed(&part.currency, part.amount))
                .try_fold(SignedAmount::ZERO, |sum, part| {
                    sum.checked_add(part?).ok_or_else(|| odd("the balance is too large"))
                })
        })
    }

    fn entries(&self, since: Timestamp, cursor: Option<String>) -> Answer<'_, EntriesPage> {
        Box::pin(self.balance_transactions(since, cursor))
    }

    fn verify_webhook(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Result<ProviderEvent, WebhookError> {
        signature::verify(&self.webhook_secrets, headers, body, now)?;
        self.read_webhook(body)
    }

    fn read_webhook(&self, body: &[u8]) -> Result<ProviderEvent, WebhookError> {
        events::read(body)
    }
}

/// See [`REFERENCE`](super::objects::REFERENCE).
const METADATA: &str = "metadata[bushel_reference]";

/// A part of an object that comes along.
pub(super) struct Expand(pub(super) &'static str);

impl Expand {
    pub(super) fn field(&self) -> (&'static str, String) {
        ("expand[]", self.0.to_owned())
    }
}

const EXPAND_CHARGE: Expand = Expand("latest_charge");

impl Stripe {
    async fn intent(&self, id: &str) -> Result<PaymentIntent, ProviderError> {
        self.client.get(&format!("{INTENTS}/{id}"), &[EXPAND_CHARGE.field()]).await
    }

    /// The intent with the disputes about it, if there are any.
    async fn read_payment(&self, intent: PaymentIntent) -> Result<Payment, ProviderError> {
        if !intent.is_disputed() {
            return intent.read(&[]);
        }
        let query = [("payment_intent", intent.id.clone()), ("limit", PAGE.to_owned())];
        let disputes: List<DisputeObject> = self.client.get("/v1/disputes", &query).await?;
        intent.read(&disputes.data)
    }

    /// The refund that the same order made before. An idempotency key is forgotten in the end, and
    /// a second refund would give the money back twice.
    async fn known_refund(
        &self,
        order: &RefundOrder,
    ) -> Result<Option<RefundObject>, ProviderError> {
        let mut query = vec![("payment_intent", order.payment.clone()), ("limit", PAGE.to_owned())];
        loop {
            let page: List<RefundObject> = self.client.get(REFUNDS, &query).await?;
            let last = page.data.last().map(|last| last.id.clone());
            let found = page.data.into_iter().find(|refund| refund.is_of(&order.reference));
            let Some(last) = last.filter(|_| page.has_more && found.is_none()) else {
                return Ok(found);
            };
            query.truncate(2);
            query.push(("starting_after", last));
        }
    }
}

/// Who calls looks at the abilities first.
fn not_offered() -> ProviderError {
    ProviderError::Refused("not_offered".to_owned())
}

fn amount_refused() -> ProviderError {
    ProviderError::Refused("amount_not_payable".to_owned())
}
