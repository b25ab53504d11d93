//! Inviting, claiming, and what ends an invitation.

use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashMap;
use identity::{UserId, UserKey, UserStatus};
use kernel::bus::{self, NewJob, Outcome};
use kernel::{Amount, Timestamp};
use ledger::engine::{Extra, NewTransfer, PendingStatus, TransferFlags, TransferStatus};
use ledger::{Asset, TransferId};
use serde_json::json;

use super::jobs::{CLAIM, EXPIRE, FINISH};
use super::{Invitation, Invited, State, store};
use crate::books;
use crate::error::{Result, WalletError};
use crate::events::{self, Worth};
use crate::fields::{Message, Reference, Wait};
use crate::ids::{Purpose, derived};
use crate::messages::{self, NewMessage};
use crate::quotas::Quota;
use crate::transfers::{NewTransfer as NewWalletTransfer, Payment, Receiver, Sent};
use crate::wallet::{Step, Wallet};

/// When the job looks after an invitation for the first time.
const FINISH_AFTER: Duration = Duration::from_secs(10);
/// How long after the time limit the job says so.
const EXPIRE_AFTER: Duration = Duration::from_secs(1);
/// How long a claim waits for a sender who is frozen.
const FROZEN_PAUSE: Duration = Duration::from_secs(900);
const CLAIM_ATTEMPTS_MAX: u128 = 16;
/// States in which the hold may still be there.
const OPEN: [State; 3] = [State::New, State::Waiting, State::Claiming];

pub(super) fn payload(id: u128) -> serde_json::Value {
    json!({ "invitation": TransferId::from_u128(id) })
}

pub(super) fn job(kind: &'static str, id: u128) -> NewJob {
    NewJob::new(kind, payload(id)).key(TransferId::from_u128(id).to_string())
}

impl Wallet {
    /// Holds value for an address, and sees to it that its owner is told.
    pub(crate) async fn invite(
        &self,
        sender: UserId,
        id: u128,
        fingerprint: u64,
        asset: &Arc<Asset>,
        email: String,
        new: &NewWalletTransfer,
    ) -> Result<Sent> {
        let own = self.identity.user(sender).await?;
        if own.is_some_and(|own| own.email.to_lowercase() == email) {
            return Err(WalletError::OwnAccount);
        }
        let (now, timeout_s) =
            (self.clock.now(), new.accept_within.unwrap_or(Wait::DEFAULT).seconds());
        let invitation = Invitation {
            id,
            sender,
            email,
            asset: asset.code.to_string(),
            amount: Amount::new(new.amount.get()),
            reference: new.reference.as_ref().map(|it| Reference::as_str(it).to_owned()),
            has_message: new.message.is_some(),
            fingerprint,
            state: State::New,
            claimed_by: None,
            created_at: now,
            expires_at: now.saturating_add(Duration::from_secs(timeout_s.into())),
            timeout_s,
        };
        self.write_invitation(&invitation, new.message.as_ref()).await?;
        self.step(Step::InvitationBeforeLedger)?;
        let replayed = self.finish_invitation(id, Some(fingerprint)).await?;
        let there = self.sent_before(sender, id, fingerprint).await?;
        let sent = there.ok_or(WalletError::Corrupt("an invitation without its hold"))?;
        Ok(Sent { replayed, ..sent })
    }

    async fn write_invitation(&self, new: &Invitation, message: Option<&Message>) -> Result<()> {
        let now = self.clock.now();
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        if store::insert_in_tx(&tx, new).await? {
            Quota::Invitations.check_in_tx(&tx, new.sender, now).await?;
        }
        if let Some(message) = message {
            let message = NewMessage {
                transfer: new.id,
                author: new.sender,
                other: None,
                text: message.as_str(),
            };
            messages::insert(&tx, &message, now).await?;
        }
        // One that runs at this moment may have looked before the row was there.
        bus::cancel_in_tx(&tx, FINISH, &TransferId::from_u128(new.id).to_string()).await?;
        let job = job(FINISH, new.id).at(now.saturating_add(FINISH_AFTER));
        bus::enqueue_in_tx(&tx, &*self.clock, &[job]).await?;
        Ok(tx.commit().await?)
    }

    /// Makes the hold and records it, unless that is done. `true` if it was.
    pub(super) async fn finish_invitation(
        &self,
        id: u128,
        fingerprint: Option<u64>,
    ) -> Result<bool> {
        let client = self.database.client().await?;
        let Some(invitation) = store::one(&client, id).await? else {
            return Err(WalletError::TransferNotFound);
        };
        drop(client);
        if fingerprint.is_some_and(|it| it != invitation.fingerprint) {
            return Err(WalletError::KeyReused);
        }
        if invitation.state != State::New {
            self.claim_if_verified(&invitation).await?;
            return Ok(true);
        }
        let asset = self.asset_of_wallets(&invitation.asset).await?;
        let payment = invitation.payment(&asset);
        match self.submit(&payment).await {
            Ok(_) => {}
            Err(error) if error.is_outage() => return Err(error),
            Err(error) if self.burn(&payment).await? => {
                self.drop_invitation(id).await?;
                return Err(error);
            }
            // The hold was made, by a process that died or by the same request at this moment.
            Err(_) => {}
        }
        self.step(Step::InvitationAfterLedger)?;
        self.record_held(&invitation, &asset).await?;
        self.claim_if_verified(&invitation).await?;
        Ok(false)
    }

    async fn drop_invitation(&self, id: u128) -> Result<()> {
        let client = self.database.client().await?;
        store::delete(&client, id).await?;
        drop(client);
        self.drop_message(id).await;
        Ok(())
    }

    async fn record_held(&self, invitation: &Invitation, asset: &Asset) -> Result<()> {
        let sender = self.identity.user(invitation.sender).await?;
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let (id, now) = (invitation.id, self.clock.now());
        if store::change(&tx, id, &[State::New], State::Waiting, now).await? {
            let expire = job(EXPIRE, id).at(invitation.expires_at.saturating_add(EXPIRE_AFTER));
            bus::enqueue_in_tx(&tx, &*self.clock, &[expire]).await?;
            if let Some(sender) = sender {
                let worth = invitation.worth(asset);
                let event = events::invite_created(
                    TransferId::from_u128(id),
                    &sender,
                    &invitation.email,
                    &worth,
                    invitation.expires_at,
                );
                bus::publish_in_tx(&tx, &*self.clock, &[event]).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Somebody may have verified the address while the invitation was written.
    async fn claim_if_verified(&self, invitation: &Invitation) -> Result<()> {
        if invitation.email.is_empty() || !matches!(invitation.state, State::New | State::Waiting) {
            return Ok(());
        }
        let user = self.identity.find(UserKey::Email(&invitation.email)).await?;
        let user = user.filter(|it| it.is_email_verified && it.status != UserStatus::Deleted);
        let Some(user) = user else { return Ok(()) };
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        self.begin_claims_in_tx(&tx, &invitation.email, user.id).await?;
        Ok(tx.commit().await?)
    }

    /// Gives the invitations of an address to a user; the jobs do the rest.
    pub(super) async fn begin_claims_in_tx(
        &self,
        tx: &deadpool_postgres::Transaction<'_>,
        email: &str,
        user: UserId,
    ) -> Result<()> {
        let now = self.clock.now();
        let ids = store::begin_claims_in_tx(tx, &email.to_lowercase(), user, now).await?;
        let jobs: Vec<NewJob> = ids.iter().map(|id| job(CLAIM, *id)).collect();
        Ok(bus::enqueue_in_tx(tx, &*self.clock, &jobs).await?)
    }

    /// Moves what is held to whoever verified the address.
    pub(super) async fn claim_invitation(&self, id: u128) -> Result<Outcome> {
        let client = self.database.client().await?;
        let found = store::one(&client, id).await?;
        drop(client);
        let Some(invitation) = found.filter(|it| it.state == State::Claiming) else {
            return Ok(Outcome::Done);
        };
        let user = invitation.claimed_by.ok_or(WalletError::Corrupt("a claim by nobody"))?;
        // What is settled on the ledger is recorded whoever is frozen or gone.
        let hold = self.ledger.transfer(id).await?;
        let is_open =
            hold.and_then(|it| it.state).is_some_and(|it| it.status == PendingStatus::Pending);
        if is_open && let Some(outcome) = self.hindrance(&invitation, user).await? {
            return Ok(outcome);
        }
        let asset = self.asset_of_wallets(&invitation.asset).await?;
        self.reopen_if_closed(user, &asset).await?;
        self.step(Step::ClaimBeforeLedger)?;
        let status = self.claim_on_ledger(&invitation, user, &asset).await?;
        self.step(Step::ClaimAfterLedger)?;
        match status {
            TransferStatus::Created | TransferStatus::Exists => {
                self.record_claimed(&invitation, user, &asset).await?;
            }
            TransferStatus::PendingTransferAlreadyVoided => {
                self.record_cancelled_invitation(id).await?;
            }
            TransferStatus::PendingTransferExpired => {
                self.record_expired(&invitation, &asset).await?
            }
            other => return Err(WalletError::Unexpected(other)),
        }
        Ok(Outcome::Done)
    }

    /// Why nothing can be moved now: who verified the address has left, or the sender is frozen.
    async fn hindrance(&self, it: &Invitation, user: UserId) -> Result<Option<Outcome>> {
        let now = self.clock.now();
        let user = self.identity.user(user).await?;
        if user.is_none_or(|user| user.status == UserStatus::Deleted) {
            // It waits for whoever has the address next, or runs out.
            let client = self.database.client().await?;
            store::give_up_claim(&client, it.id, now).await?;
            return Ok(Some(Outcome::Done));
        }
        let sender = self.identity.user(it.sender).await?;
        let is_frozen = sender.is_some_and(|sender| sender.status == UserStatus::Frozen);
        Ok(is_frozen.then(|| Outcome::Later(now.saturating_add(FROZEN_PAUSE))))
    }

    /// Releases the hold and makes the transfer, both or neither.
    async fn claim_on_ledger(
        &self,
        invitation: &Invitation,
        user: UserId,
        asset: &Asset,
    ) -> Result<TransferStatus> {
        let release = derived(Purpose::ClaimRelease, invitation.id, 0);
        let flags = TransferFlags::VOID_PENDING | TransferFlags::LINKED;
        for attempt in 0..CLAIM_ATTEMPTS_MAX {
            let batch = vec![
                books::resolution(release, invitation.id, flags),
                invitation.claim(user, asset, attempt),
            ];
            let results = self.ledger.create_transfers(batch).await?;
            let [first, second] = results.as_slice() else {
                return Err(WalletError::Corrupt("no answer for a claim"));
            };
            match (first.status, second.status) {
                // The account was closed at that moment; the id is spent, the value is not.
                (TransferStatus::LinkedEventFailed, TransferStatus::IdAlreadyFailed) => {}
                (TransferStatus::LinkedEventFailed, status) => return Ok(status),
                (status, _) => return Ok(status),
            }
        }
        Ok(TransferStatus::IdAlreadyFailed)
    }

    async fn record_claimed(&self, it: &Invitation, user: UserId, asset: &Asset) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let now = self.clock.now();
        if store::change(&tx, it.id, &[State::Claiming], State::Claimed, now).await? {
            store::address_message_in_tx(&tx, it.id, user).await?;
            let id = TransferId::from_u128(it.id);
            let event = events::invite_claimed(id, it.sender, user, &it.worth(asset));
            bus::publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The sender took it back.
    pub(crate) async fn record_cancelled_invitation(&self, id: u128) -> Result<()> {
        let client = self.database.client().await?;
        store::change(&client, id, &OPEN, State::Cancelled, self.clock.now()).await?;
        Ok(())
    }

    async fn record_expired(&self, it: &Invitation, asset: &Asset) -> Result<()> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let now = self.clock.now();
        if store::change(&tx, it.id, &OPEN, State::Expired, now).await? {
            let id = TransferId::from_u128(it.id);
            let event = events::invite_expired(id, it.sender, &it.worth(asset));
            bus::publish_in_tx(&tx, &*self.clock, &[event]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Says what the time limit did.
    pub(super) async fn expire_invitation(&self, id: u128) -> Result<Outcome> {
        let client = self.database.client().await?;
        let found = store::one(&client, id).await?;
        drop(client);
        let Some(invitation) = found else { return Ok(Outcome::Done) };
        let hold = self.ledger.transfer(id).await?;
        let Some(state) = hold.and_then(|hold| hold.state) else { return Ok(Outcome::Done) };
        match (state.status, state.expires_at) {
            (PendingStatus::Expired, _) => {
                let asset = self.asset_of_wallets(&invitation.asset).await?;
                self.record_expired(&invitation, &asset).await?;
                Ok(Outcome::Done)
            }
            // The hold began a moment after the row.
            (PendingStatus::Pending, Some(at)) => {
                let at = Timestamp::from_micros(at).saturating_add(EXPIRE_AFTER);
                Ok(Outcome::Later(at.max(self.clock.now().saturating_add(EXPIRE_AFTER))))
            }
            _ => Ok(Outcome::Done),
        }
    }

    /// Who got an invitation.
    pub(crate) async fn invited_user(&self, id: u128) -> Result<Option<UserId>> {
        Ok(self.invited(&[id]).await?.get(&id).and_then(|invited| invited.claimed_by))
    }

    /// Invitations by id, for views.
    pub(crate) async fn invited(&self, ids: &[u128]) -> Result<HashMap<u128, Invited>> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let client = self.database.client().await?;
        store::invited(&client, ids).await
    }

    /// What a user sent to addresses.
    pub(crate) async fn invitations_of(&self, user: UserId) -> Result<Vec<Invitation>> {
        let client = self.database.client().await?;
        store::of_sender(&client, user).await
    }
}

impl Invitation {
    fn payment(&self, asset: &Arc<Asset>) -> Payment {
        Payment {
            id: self.id,
            code: books::INVITATION,
            sender: self.sender,
            receiver: Receiver::Invitations,
            asset: Arc::clone(asset),
            amount: self.amount.get(),
            timeout_s: self.timeout_s,
            reference: self.reference.as_deref().map(Into::into),
            has_message: self.has_message,
            fingerprint: self.fingerprint,
            about: 0,
        }
    }

    /// What the invited person gets. It names the hold, whose id people know.
    fn claim(&self, user: UserId, asset: &Asset, attempt: u128) -> NewTransfer {
        NewTransfer {
            id: derived(Purpose::Claim, self.id, attempt),
            debit_account: self.sender.account_id(&asset.code),
            credit_account: user.account_id(&asset.code),
            amount: self.amount.get(),
            asset: asset.no,
            code: books::INVITATION,
            extra: Some(Box::new(Extra {
                user_data_128: self.id,
                user_data_32: if self.has_message { books::HAS_MESSAGE } else { 0 },
                reference: self.reference.as_deref().map(Into::into),
                ..Extra::default()
            })),
            ..NewTransfer::default()
        }
    }

    pub(crate) fn worth<'a>(&self, asset: &'a Asset) -> Worth<'a> {
        Worth { asset: &asset.code, scale: asset.scale, amount: self.amount }
    }
}
