//! Receiving a webhook, and acting on it.

use ::http::HeaderMap;
use kernel::bus::{NewJob, enqueue_in_tx};

use super::{jobs, store};
use crate::deposits;
use crate::error::PaymentsError;
use crate::payments::Payments;
use crate::provider::{About, WebhookError};

impl Payments {
    /// Takes a webhook in. When this returns it is stored, once; a job acts on it.
    pub async fn receive_webhook(
        &self,
        provider: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), PaymentsError> {
        let provider = self.provider(provider)?;
        let now = self.clock.now();
        let event = provider.verify_webhook(headers, body, now).map_err(refusal)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::insert_in_tx(&tx, provider.name(), &event.id, &event.kept, now).await? {
            let job: NewJob = jobs::process(provider.name(), &event.id);
            enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
            tx.commit().await?;
            self.pass("webhook.stored").await;
        }
        Ok(())
    }

    /// Forgets webhooks that were acted on long ago. How many that were.
    pub async fn forget_webhooks(&self) -> Result<u64, PaymentsError> {
        let before = self.clock.now().saturating_sub(self.options.webhooks_kept);
        Ok(store::forget(&self.database, before).await?)
    }

    /// Acts on a webhook that was stored.
    pub(super) async fn process_webhook(
        &self,
        provider: &str,
        event_id: &str,
    ) -> Result<(), PaymentsError> {
        let Some(body) = store::unprocessed(&self.database, provider, event_id).await? else {
            return Ok(());
        };
        let event = self.provider(provider)?.read_webhook(&body).map_err(refusal)?;
        let is_ours = match event.about {
            About::Payment { reference, object } => match reference.parse() {
                Ok(id) => self.hear_of_payment(id, object).await?,
                Err(_) => false,
            },
            About::KnownPayment { payment } => {
                match deposits::store::of_payment(&self.database, provider, &payment).await? {
                    Some(id) => self.hear_of_payment(id, None).await?,
                    None => false,
                }
            }
            About::Refund { reference, object } => match reference.parse() {
                Ok(id) => self.hear_of_refund(id, object).await?,
                Err(_) => false,
            },
            About::Payout { reference, object } => match reference.parse() {
                Ok(id) => self.hear_of_payout(id, object).await?,
                Err(_) => false,
            },
            About::Other => false,
        };
        self.pass("webhook.applied").await;
        if !is_ours {
            // Another system may share the provider's account, so this is no failure.
            tracing::info!(provider, event_id, "a webhook is about nothing that we know");
        }
        let outcome = if is_ours { "applied" } else { "unknown_object" };
        let now = self.clock.now();
        Ok(store::set_processed(&self.database, provider, event_id, outcome, now).await?)
    }
}

fn refusal(error: WebhookError) -> PaymentsError {
    match error {
        WebhookError::Signature => PaymentsError::SignatureInvalid,
        WebhookError::TooOld => PaymentsError::WebhookTooOld,
        WebhookError::Malformed => PaymentsError::WebhookMalformed,
    }
}
