//! Use cases. Everything is asked for by a user and finds only what is theirs: an id of somebody
//! else's is as unknown as one that was never given.

use std::time::Duration;

use deadpool_postgres::{Client, Transaction};
use identity::{Actor, UserId};
use kernel::audit::{self, NewEntry};
use kernel::db::lock_name_in_tx;
use kernel::http::IfMatch;
use kernel::text::is_line;
use kernel::{DatabaseError, Timestamp};
use uuid::Uuid;

use super::secret::Secret;
use super::store::queue::Wanted;
use super::store::{deliveries, endpoints};
use super::{
    Delivery, DeliveryId, DeliveryStatus, DisabledReason, ENDPOINTS_MAX, Endpoint, EndpointPatch,
    NewEndpoint, Replayed, WebhookError, WebhookId, Webhooks, kinds, message, queue,
};

const DESCRIPTION_CHARS_MAX: usize = 200;

/// The longest overlap of a rotation.
pub(crate) const OVERLAP_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Events that one call of a replay looks at.
const REPLAY_MAX: i64 = 1_000;

/// An endpoint with the secret in force, in the form that its owner gets.
pub(crate) struct WithSecret {
    pub(crate) endpoint: Endpoint,
    pub(crate) secret: String,
    /// Whether it was there already, made by the same request.
    pub(crate) is_replayed: bool,
}

/// Removes what a deleted user had.
pub(crate) async fn erase_in_tx(tx: &Transaction<'_>, users: &[Uuid]) -> Result<(), DatabaseError> {
    endpoints::erase_in_tx(tx, users).await
}

impl Webhooks {
    /// Adds an endpoint under this id. The same once more is answered as the first time.
    pub(crate) async fn create(
        &self,
        actor: &Actor,
        user: UserId,
        id: WebhookId,
        new: NewEndpoint,
    ) -> Result<WithSecret, WebhookError> {
        let new = self.checked(new)?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        // Creations of one user wait for each other, so that they can be counted.
        lock_name_in_tx(&tx, &format!("notifications webhooks {user}")).await?;
        if let Some(endpoint) = endpoints::get(&tx, user, id).await? {
            if (&endpoint.url, &endpoint.description, &endpoint.kinds)
                != (&new.url, &new.description, &new.kinds)
            {
                return Err(WebhookError::KeyReused);
            }
            let sealed = endpoints::sealed(&tx, id).await?;
            // The secret in force is another one. Who may see that asks for it, which is recorded.
            if sealed.rotation.is_some() {
                return Err(WebhookError::KeyReused);
            }
            let secret = Secret::open(&self.vault, id, &sealed.secret)?.text();
            return Ok(WithSecret { endpoint, secret, is_replayed: true });
        }
        if endpoints::count(&tx, user).await? >= ENDPOINTS_MAX {
            return Err(WebhookError::TooMany);
        }
        let secret = Secret::generate();
        let sealed = secret.seal(&self.vault, id);
        let endpoint = endpoints::insert(&tx, id, user, &new, &sealed, self.clock.now()).await?;
        self.audit_in_tx(&tx, actor, &endpoint, "notifications.webhook.created").await?;
        tx.commit().await?;
        Ok(WithSecret { endpoint, secret: secret.text(), is_replayed: false })
    }

    /// Endpoints in the order of their ids.
    pub(crate) async fn list(
        &self,
        user: UserId,
        after: Option<WebhookId>,
        limit: i64,
    ) -> Result<Vec<Endpoint>, WebhookError> {
        let client = self.database.client().await?;
        Ok(endpoints::list(&client, user, after, limit).await?)
    }

    pub(crate) async fn get(&self, user: UserId, id: WebhookId) -> Result<Endpoint, WebhookError> {
        let client = self.database.client().await?;
        endpoints::get(&client, user, id).await?.ok_or(WebhookError::NotFound)
    }

    /// Changes address, description or kinds. Messages that wait go to the new address.
    pub(crate) async fn update(
        &self,
        actor: &Actor,
        user: UserId,
        id: WebhookId,
        expected: &IfMatch,
        patch: EndpointPatch,
    ) -> Result<Endpoint, WebhookError> {
        let mut client = self.database.client().await?;
        let (tx, found) = locked(&mut client, user, id).await?;
        if !expected.allows(found.version) {
            return Err(WebhookError::VersionMismatch);
        }
        let to = self.checked(NewEndpoint {
            url: patch.url.unwrap_or(found.url),
            description: patch.description.unwrap_or(found.description),
            kinds: patch.kinds.unwrap_or(found.kinds),
        })?;
        let endpoint = endpoints::update_in_tx(&tx, id, &to, self.clock.now()).await?;
        self.audit_in_tx(&tx, actor, &endpoint, "notifications.webhook.updated").await?;
        tx.commit().await?;
        Ok(endpoint)
    }

    /// Removes an endpoint with its log.
    pub(crate) async fn delete(
        &self,
        actor: &Actor,
        user: UserId,
        id: WebhookId,
    ) -> Result<(), WebhookError> {
        let mut client = self.database.client().await?;
        let (tx, found) = locked(&mut client, user, id).await?;
        endpoints::delete_in_tx(&tx, id).await?;
        self.audit_in_tx(&tx, actor, &found, "notifications.webhook.deleted").await?;
        Ok(tx.commit().await?)
    }

    /// Events are posted from now on, or no more: then messages that wait are cancelled.
    pub(crate) async fn set_enabled(
        &self,
        actor: &Actor,
        user: UserId,
        id: WebhookId,
        is_enabled: bool,
    ) -> Result<Endpoint, WebhookError> {
        let mut client = self.database.client().await?;
        let (tx, found) = locked(&mut client, user, id).await?;
        if found.disabled.is_none() == is_enabled {
            return Ok(found);
        }
        let now = self.clock.now();
        let (endpoint, action) = if is_enabled {
            (endpoints::enable_in_tx(&tx, id, now).await?, "notifications.webhook.enabled")
        } else {
            let reason = DisabledReason::User;
            let endpoint = endpoints::disable_in_tx(&tx, id, reason, now).await?;
            (endpoint, "notifications.webhook.disabled")
        };
        self.audit_in_tx(&tx, actor, &endpoint, action).await?;
        tx.commit().await?;
        Ok(endpoint)
    }

    /// Replaces the secret. `rotation` names the request: the same once more rotates nothing.
    pub(crate) async fn rotate_secret(
        &self,
        actor: &Actor,
        user: UserId,
        id: WebhookId,
        rotation: u128,
        overlap: Duration,
    ) -> Result<WithSecret, WebhookError> {
        let mut client = self.database.client().await?;
        let (tx, found) = locked(&mut client, user, id).await?;
        let sealed = endpoints::sealed(&tx, id).await?;
        if sealed.rotation == Some(Uuid::from_u128(rotation)) {
            let secret = Secret::open(&self.vault, id, &sealed.secret)?.text();
            return Ok(WithSecret { endpoint: found, secret, is_replayed: true });
        }
        let now = self.clock.now();
        let overlap = overlap.min(OVERLAP_MAX);
        let overlap_until = (!overlap.is_zero()).then(|| now.saturating_add(overlap));
        let secret = Secret::generate();
        let sealed = secret.seal(&self.vault, id);
        let endpoint =
            endpoints::rotate_in_tx(&tx, id, rotation, &sealed, overlap_until, now).await?;
        self.audit_in_tx(&tx, actor, &endpoint, "notifications.webhook.secret_rotated").await?;
        tx.commit().await?;
        Ok(WithSecret { endpoint, secret: secret.text(), is_replayed: false })
    }

    /// The secret in force. That it was shown is recorded before it goes out.
    pub(crate) async fn show_secret(
        &self,
        actor: &Actor,
        user: UserId,
        id: WebhookId,
    ) -> Result<String, WebhookError> {
        let mut client = self.database.client().await?;
        let (tx, found) = locked(&mut client, user, id).await?;
        let sealed = endpoints::sealed(&tx, id).await?;
        let secret = Secret::open(&self.vault, id, &sealed.secret)?.text();
        self.audit_in_tx(&tx, actor, &found, "notifications.webhook.secret_shown").await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// Sends a test message under this id.
    pub(crate) async fn test(
        &self,
        user: UserId,
        id: WebhookId,
        delivery: DeliveryId,
    ) -> Result<Delivery, WebhookError> {
        let mut client = self.database.client().await?;
        let (tx, endpoint, wanted) = shared(&mut client, user, id).await?;
        let now = self.clock.now();
        deliveries::insert_test_in_tx(&tx, &endpoint, delivery, message::TEST_KIND, now).await?;
        self.queued(tx, wanted, delivery).await
    }

    /// Lets a message that waits be sent, and shows it.
    async fn queued(
        &self,
        tx: Transaction<'_>,
        wanted: Wanted,
        delivery: DeliveryId,
    ) -> Result<Delivery, WebhookError> {
        queue::enqueue_in_tx(&tx, &*self.clock, vec![wanted]).await?;
        let delivery = deliveries::get(&tx, wanted.0, delivery).await?;
        tx.commit().await?;
        delivery.ok_or(WebhookError::DeliveryNotFound)
    }

    /// The log of messages, newest first, `before` a place in it.
    pub(crate) async fn deliveries(
        &self,
        user: UserId,
        id: WebhookId,
        status: Option<DeliveryStatus>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Delivery>, WebhookError> {
        self.get(user, id).await?;
        let client = self.database.client().await?;
        Ok(deliveries::list(&client, id, status, before, limit).await?)
    }

    /// Sends a message again, from its first attempt.
    pub(crate) async fn resend(
        &self,
        user: UserId,
        id: WebhookId,
        delivery: DeliveryId,
    ) -> Result<Delivery, WebhookError> {
        let mut client = self.database.client().await?;
        let (tx, _, wanted) = shared(&mut client, user, id).await?;
        if !deliveries::resend_in_tx(&tx, id, delivery, self.clock.now()).await? {
            return Err(WebhookError::DeliveryNotFound);
        }
        self.queued(tx, wanted, delivery).await
    }

    /// Sends the events after a sequence again, up to a thousand.
    pub(crate) async fn replay(
        &self,
        actor: &Actor,
        user: UserId,
        id: WebhookId,
        after: i64,
    ) -> Result<Replayed, WebhookError> {
        let mut client = self.database.client().await?;
        let (tx, endpoint, wanted) = shared(&mut client, user, id).await?;
        let now = self.clock.now();
        let replayed = deliveries::replay_in_tx(&tx, &endpoint, after, REPLAY_MAX, now).await?;
        queue::enqueue_in_tx(&tx, &*self.clock, vec![wanted]).await?;
        self.audit_in_tx(&tx, actor, &endpoint, "notifications.webhook.replayed").await?;
        tx.commit().await?;
        Ok(replayed)
    }

    /// Checks what a user wrote, and writes it as it is stored.
    fn checked(&self, new: NewEndpoint) -> Result<NewEndpoint, WebhookError> {
        let (url, _) = self.sender.guard().check_url(&new.url).map_err(WebhookError::UrlRefused)?;
        let kinds = kinds::check(new.kinds)?;
        let description = new.description.filter(|text| !text.is_empty());
        if description.as_deref().is_some_and(|text| !is_description(text)) {
            return Err(WebhookError::DescriptionMalformed);
        }
        Ok(NewEndpoint { url: url.into(), description, kinds })
    }

    /// No address goes into the log: it may hold a token.
    async fn audit_in_tx(
        &self,
        tx: &Transaction<'_>,
        actor: &Actor,
        endpoint: &Endpoint,
        action: &'static str,
    ) -> Result<(), WebhookError> {
        let entry = NewEntry::new(actor.audit(), action)
            .subject(endpoint.user.as_u128())
            .object(endpoint.id);
        Ok(audit::record_in_tx(tx, &*self.clock, &[entry]).await?)
    }
}

/// A transaction with the endpoint, which nobody else changes until it ends.
async fn locked<'c>(
    client: &'c mut Client,
    user: UserId,
    id: WebhookId,
) -> Result<(Transaction<'c>, Endpoint), WebhookError> {
    let tx = client.transaction().await?;
    let found = endpoints::lock_in_tx(&tx, user, id).await?.ok_or(WebhookError::NotFound)?;
    Ok((tx, found))
}

/// A transaction that may add to the queue of the endpoint. What is disabled gets no message,
/// whoever asks for one.
async fn shared<'c>(
    client: &'c mut Client,
    user: UserId,
    id: WebhookId,
) -> Result<(Transaction<'c>, Endpoint, Wanted), WebhookError> {
    let tx = client.transaction().await?;
    let found = endpoints::share_in_tx(&tx, user, id).await?;
    let (endpoint, wanted) = found.ok_or(WebhookError::NotFound)?;
    if endpoint.disabled.is_some() {
        Err(WebhookError::Disabled)
    } else {
        Ok((tx, endpoint, wanted))
    }
}

fn is_description(text: &str) -> bool {
    is_line(text, 0..=DESCRIPTION_CHARS_MAX)
}

impl Endpoint {
    /// Until when two secrets sign; nothing once that is over.
    pub(crate) fn overlap_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.overlap_until.filter(|until| *until > now)
    }
}
