//! Asking, declining, taking back.

use std::time::Duration;

use identity::{Actor, UserId};
use kernel::bus;
use kernel::http::Ids;
use kernel::{Amount, Timestamp};

use super::jobs::{EXPIRE, job};
use super::store::{self, Stored};
use super::{PaymentRequest, RequestDirection, RequestStatus};
use crate::error::{Result, WalletError};
use crate::events::{self, RequestEvent, Worth};
use crate::fields::{Message, PartyRef, Positive, Wait};
use crate::ids::RequestId;
use crate::people::{Users, party};
use crate::quotas::Quota;
use crate::wallet::Wallet;

/// A request to make.
#[derive(Clone, Debug)]
pub(crate) struct NewRequest {
    pub(crate) from: PartyRef,
    pub(crate) asset: String,
    pub(crate) amount: Positive,
    pub(crate) message: Option<Message>,
    pub(crate) expires_in: Option<Wait>,
}

/// Which requests to list, newest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestQuery {
    pub(crate) direction: Option<RequestDirection>,
    pub(crate) status: Option<RequestStatus>,
    pub(crate) after: Option<(Timestamp, RequestId)>,
    pub(crate) limit: i64,
}

impl Wallet {
    /// Asks somebody for value.
    pub(crate) async fn request(
        &self,
        actor: &Actor,
        new: &NewRequest,
        ids: &Ids,
    ) -> Result<PaymentRequest> {
        let payee = actor.require_active()?;
        let asset = self.asset_of_wallets(&new.asset).await?;
        let payer = self.find_user(&new.from).await?.ok_or(WalletError::PayerNotFound)?;
        self.check_account_of(&new.from, &payer, &asset).map_err(|_| WalletError::PayerNotFound)?;
        if payer.id == payee {
            return Err(WalletError::OwnAccount);
        }
        let now = self.clock.now();
        let wait = new.expires_in.unwrap_or(Wait::DEFAULT).seconds();
        let stored = Stored {
            id: RequestId::from_u128(ids.get(0)),
            payee,
            payer: payer.id,
            asset: new.asset.clone(),
            amount: Amount::new(new.amount.get()),
            message: new.message.clone().map(String::from),
            state: RequestStatus::Open,
            attempt: 0,
            transfer: None,
            created_at: now,
            expires_at: now.saturating_add(Duration::from_secs(wait.into())),
        };
        self.write_request(&stored, asset.scale).await?;
        self.payment_request(payee, stored.id).await
    }

    async fn write_request(&self, new: &Stored, scale: u8) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if !store::insert_in_tx(&tx, new).await? {
            let there = store::lock_in_tx(&tx, new.id).await?;
            return match there {
                Some(there) if there.is_same(new) => Ok(()),
                _ => Err(WalletError::KeyReused),
            };
        }
        Quota::Requests.check_in_tx(&tx, new.payee, new.created_at).await?;
        let event = new.event(RequestEvent::Created, scale);
        bus::publish_in_tx(&tx, &*self.clock, &[event]).await?;
        let expire = job(EXPIRE, new.id).at(new.expires_at);
        bus::enqueue_in_tx(&tx, &*self.clock, &[expire]).await?;
        Ok(tx.commit().await?)
    }

    /// A request for one of its parties.
    pub(crate) async fn payment_request(
        &self,
        user: UserId,
        id: RequestId,
    ) -> Result<PaymentRequest> {
        let stored = self.stored_request(id).await?;
        if stored.payer != user && stored.payee != user {
            return Err(WalletError::RequestNotFound);
        }
        let shown = self.shown(user, vec![stored]).await?;
        shown.into_iter().next().ok_or(WalletError::RequestNotFound)
    }

    pub(super) async fn stored_request(&self, id: RequestId) -> Result<Stored> {
        let client = self.database.client().await?;
        store::one(&client, id).await?.ok_or(WalletError::RequestNotFound)
    }

    /// A page of a user's requests, with where each stands in the list.
    pub(crate) async fn payment_requests(
        &self,
        user: UserId,
        query: &RequestQuery,
    ) -> Result<Vec<PaymentRequest>> {
        let client = self.database.client().await?;
        let stored = store::list(&client, user, query).await?;
        drop(client);
        self.shown(user, stored).await
    }

    /// The other sides of a user's newest requests of one direction, and when they were made.
    pub(crate) async fn newest_requests(
        &self,
        user: UserId,
        direction: RequestDirection,
        limit: usize,
    ) -> Result<Vec<(UserId, Timestamp)>> {
        let query = RequestQuery {
            direction: Some(direction),
            status: None,
            after: None,
            limit: limit as i64,
        };
        let client = self.database.client().await?;
        let stored = store::list(&client, user, &query).await?;
        let other = |it: &Stored| if it.payer == user { it.payee } else { it.payer };
        Ok(stored.iter().map(|it| (other(it), it.created_at)).collect())
    }

    /// Everything that a user asked for or was asked for.
    pub(crate) async fn requests_of(&self, user: UserId) -> Result<Vec<PaymentRequest>> {
        let client = self.database.client().await?;
        let stored = store::all_of(&client, user).await?;
        drop(client);
        self.shown(user, stored).await
    }

    /// The payer says no.
    pub(crate) async fn decline_request(
        &self,
        actor: &Actor,
        id: RequestId,
    ) -> Result<PaymentRequest> {
        let user = actor.require_user()?;
        self.close_request(user, id, RequestStatus::Declined).await
    }

    /// Who asked takes it back.
    pub(crate) async fn cancel_request(
        &self,
        actor: &Actor,
        id: RequestId,
    ) -> Result<PaymentRequest> {
        let user = actor.require_user()?;
        self.close_request(user, id, RequestStatus::Cancelled).await
    }

    async fn close_request(
        &self,
        user: UserId,
        id: RequestId,
        state: RequestStatus,
    ) -> Result<PaymentRequest> {
        let stored = self.stored_request(id).await?;
        let (who, what) = match state {
            RequestStatus::Declined => (stored.payer, RequestEvent::Declined),
            _ => (stored.payee, RequestEvent::Cancelled),
        };
        if who != user {
            return Err(WalletError::RequestNotFound);
        }
        if stored.state == RequestStatus::Paying {
            // What is under way comes first; if it was refused the request is open again.
            drop(self.finish_request(id).await);
        }
        let scale = self.asset_of_wallets(&stored.asset).await?.scale;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::close_in_tx(&tx, id, state, self.clock.now()).await? {
            bus::publish_in_tx(&tx, &*self.clock, &[stored.event(what, scale)]).await?;
            bus::cancel_in_tx(&tx, EXPIRE, &id.to_string()).await?;
        }
        tx.commit().await?;
        drop(client);
        let now = self.payment_request(user, id).await?;
        if now.status == state {
            return Ok(now);
        }
        Err(WalletError::RequestNotOpen { state: now.status.as_str() })
    }

    async fn shown(&self, user: UserId, stored: Vec<Stored>) -> Result<Vec<PaymentRequest>> {
        let users = self.users(stored.iter().flat_map(|it| [it.payer, it.payee])).await?;
        let mut shown = Vec::with_capacity(stored.len());
        for it in stored {
            let asset = self.asset_of_wallets(&it.asset).await?;
            shown.push(it.shown(user, asset.scale, &users));
        }
        Ok(shown)
    }
}

impl Stored {
    fn is_same(&self, other: &Self) -> bool {
        (self.payee, self.payer, &self.asset, self.amount, &self.message)
            == (other.payee, other.payer, &other.asset, other.amount, &other.message)
    }

    pub(super) fn event(&self, what: RequestEvent, scale: u8) -> bus::NewEvent {
        let worth = Worth { asset: &self.asset, scale, amount: self.amount };
        events::request(what, self.id, (self.payer, self.payee), &worth, self.transfer)
    }

    fn shown(self, user: UserId, scale: u8, users: &Users) -> PaymentRequest {
        let is_payer = self.payer == user;
        PaymentRequest {
            id: self.id,
            status: self.state,
            direction: if is_payer {
                RequestDirection::Incoming
            } else {
                RequestDirection::Outgoing
            },
            from: party(users, self.payer),
            to: party(users, self.payee),
            asset: self.asset,
            scale,
            amount: self.amount,
            message: self.message,
            created_at: self.created_at,
            expires_at: self.expires_at,
            transfer_id: self.transfer,
        }
    }
}
