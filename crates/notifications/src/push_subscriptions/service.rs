use identity::{Actor, UserId};
use kernel::{DatabaseError, Problem};

use super::vapid::VapidKey;
use super::{BrowserKeys, PUSH_SUBSCRIPTIONS_MAX, PushSubscription, store};
use crate::Notifications;
use crate::error::NotificationsError;
use crate::ids::PushSubscriptionId;

const KEY_PURPOSE: &str = "bushel notifications push key v1";

impl Notifications {
    /// The key by which push services know us. The first call makes it.
    pub(super) async fn push_key(&self) -> Result<&VapidKey, NotificationsError> {
        self.push.key.get_or_try_init(|| self.read_push_key()).await
    }

    async fn read_push_key(&self) -> Result<VapidKey, NotificationsError> {
        let unreadable = || NotificationsError::KeyUnreadable;
        let sealed = match store::push_key(&self.database, None).await? {
            Some(sealed) => sealed,
            None => {
                let (key, pkcs8) = VapidKey::generate().map_err(|_| unreadable())?;
                let sealed = self.vault.seal(KEY_PURPOSE, &pkcs8);
                let made = Some((key.public_key(), &sealed[..], self.clock.now()));
                // Another process may have been first.
                store::push_key(&self.database, made).await?.ok_or_else(unreadable)?
            }
        };
        let pkcs8 = self.vault.open(KEY_PURPOSE, &sealed).ok_or_else(unreadable)?;
        VapidKey::from_pkcs8(&pkcs8).ok_or_else(unreadable)
    }

    /// Where operators of push services find us (RFC 8292, 2.1).
    pub(super) fn push_contact(&self) -> String {
        match self.options.public_url.starts_with("https://") {
            true => self.options.public_url.clone(),
            false => format!("mailto:{}", self.sender.email),
        }
    }

    /// As browsers take it.
    pub(crate) async fn push_public_key(&self, actor: &Actor) -> Result<String, Problem> {
        actor.require_user()?;
        Ok(self.push_key().await?.public_text())
    }

    /// Subscribes a browser of the caller, also one that was another's. Answers whether it is new.
    pub(crate) async fn subscribe_push(
        &self,
        actor: &Actor,
        endpoint: &str,
        keys: &BrowserKeys,
        device: Option<String>,
    ) -> Result<(PushSubscription, bool), Problem> {
        let user = actor.require_user()?;
        self.push.check(endpoint).map_err(NotificationsError::PushEndpointRefused)?;
        let new = PushSubscription {
            id: PushSubscriptionId::generate(),
            user,
            endpoint: endpoint.to_owned(),
            device,
            created_at: self.clock.now(),
            last_sent_at: None,
        };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await.map_err(DatabaseError::from)?;
        let put = store::put_in_tx(&tx, &new, keys, &self.vault, PUSH_SUBSCRIPTIONS_MAX as i64);
        let (id, is_new) = put.await?.ok_or(NotificationsError::PushSubscriptionsTooMany)?;
        tx.commit().await.map_err(DatabaseError::from)?;
        drop(client);
        let own = self.push_subscriptions_of(user).await?.into_iter().find(|it| it.id == id);
        // Another request may have taken it away meanwhile.
        Ok((own.ok_or(NotificationsError::PushSubscriptionNotFound)?, is_new))
    }

    pub(crate) async fn push_subscriptions(
        &self,
        actor: &Actor,
    ) -> Result<Vec<PushSubscription>, Problem> {
        Ok(self.push_subscriptions_of(actor.require_user()?).await?)
    }

    pub(crate) async fn push_subscriptions_of(
        &self,
        user: UserId,
    ) -> Result<Vec<PushSubscription>, NotificationsError> {
        Ok(store::list(&self.database, user).await?)
    }

    pub(crate) async fn unsubscribe_push(
        &self,
        actor: &Actor,
        id: PushSubscriptionId,
    ) -> Result<(), Problem> {
        let user = actor.require_user()?;
        match store::delete(&self.database, user, id).await? {
            true => Ok(()),
            false => Err(NotificationsError::PushSubscriptionNotFound.into()),
        }
    }
}
