//! Sending.

use std::sync::{Arc, LazyLock};

use identity::{Actor, User, UserId, UserStatus};
use kernel::Amount;
use kernel::http::Ids;
use ledger::Asset;

use super::{Payment, Receiver, Transfer};
use crate::error::{Result, WalletError};
use crate::fields::{Message, PartyRef, Positive, Reference, Wait};
use crate::messages::NewMessage;
use crate::people::invitable;
use crate::wallet::{Step, Wallet};
use crate::{books, people};

/// A transfer to make.
#[derive(Clone, Debug)]
pub(crate) struct NewTransfer {
    pub(crate) to: PartyRef,
    pub(crate) asset: String,
    pub(crate) amount: Positive,
    pub(crate) message: Option<Message>,
    pub(crate) reference: Option<Reference>,
    pub(crate) accept_within: Option<Wait>,
}

/// A transfer that was made, now or by the same request before.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) transfer: Transfer,
    pub(crate) replayed: bool,
}

impl Wallet {
    /// Sends value: at once, held until it is accepted, or held for an e-mail address.
    pub(crate) async fn send(&self, actor: &Actor, new: &NewTransfer, ids: &Ids) -> Result<Sent> {
        let sender = actor.require_active()?;
        // Without a key nothing can be repeated, so there is nothing to tell apart.
        let fingerprint = if ids.are_derived() { new.fingerprint() } else { 1 };
        let id = ids.get(0);
        match self.try_send(sender, id, fingerprint, new).await {
            // What refuses it now may not have been so when the first request came.
            Err(error) if ids.are_derived() && !error.is_outage() => {
                self.sent_before(sender, id, fingerprint).await?.ok_or(error)
            }
            sent => sent,
        }
    }

    async fn try_send(
        &self,
        sender: UserId,
        id: u128,
        fingerprint: u64,
        new: &NewTransfer,
    ) -> Result<Sent> {
        let asset = self.asset_of_wallets(&new.asset).await?;
        let recipient = match (self.find_user(&new.to).await?, &new.to) {
            (Some(user), to) => {
                self.check_account_of(to, &user, &asset)?;
                user
            }
            (None, PartyRef::Email(email)) => {
                let email = invitable(email).ok_or(WalletError::RecipientNotFound)?;
                return self.invite(sender, id, fingerprint, &asset, email, new).await;
            }
            (None, _) => return Err(WalletError::RecipientNotFound),
        };
        check_recipient(sender, &recipient)?;
        let payment = Payment {
            id,
            code: books::TRANSFER,
            sender,
            receiver: Receiver::User(recipient.id),
            asset,
            amount: new.amount.get(),
            timeout_s: new.accept_within.map_or(0, Wait::seconds),
            reference: new.reference.as_ref().map(|reference| reference.as_str().into()),
            has_message: new.message.is_some(),
            fingerprint,
            about: 0,
        };
        self.pay(&payment, recipient, new.message.as_ref()).await
    }

    async fn pay(
        &self,
        payment: &Payment,
        recipient: Arc<User>,
        message: Option<&Message>,
    ) -> Result<Sent> {
        // Before the message, because what is refused here may be the repeat of what was made.
        let prepared = self.prepare(payment).await?;
        if let Some(message) = message {
            let message = NewMessage {
                transfer: payment.id,
                author: payment.sender,
                other: Some(recipient.id),
                text: message.as_str(),
            };
            self.write_message(&message).await?;
        }
        self.step(Step::TransferBeforeLedger)?;
        let submitted = self.book(prepared).await;
        self.step(Step::TransferAfterLedger)?;
        match submitted {
            Ok(submitted) => {
                let text = message.map(|message| message.as_str().to_owned());
                let transfer =
                    self.first_view(payment.sender, Some(recipient), submitted.seq, text).await?;
                Ok(Sent { transfer, replayed: submitted.replayed })
            }
            Err(error) => {
                // With the key of another transfer the message is that one's.
                let is_its_own = error.is_refusal() && !matches!(error, WalletError::KeyReused);
                if message.is_some() && is_its_own {
                    self.drop_message(payment.id).await;
                }
                Err(error)
            }
        }
    }

    /// What the same request made before; another request with its key is told so.
    pub(crate) async fn sent_before(
        &self,
        sender: UserId,
        id: u128,
        fingerprint: u64,
    ) -> Result<Option<Sent>> {
        let Some(there) = self.ledger.transfer(id).await? else { return Ok(None) };
        let is_same = there.record.extra().user_data_64 == fingerprint
            && self.owner_of(there.debit_account).await? == Some(sender);
        if !is_same {
            return Err(WalletError::KeyReused);
        }
        let transfer = self.first_view(sender, None, there.record.seq, None).await?;
        Ok(Some(Sent { transfer, replayed: true }))
    }

    /// An asset that people can hold.
    pub(crate) async fn asset_of_wallets(&self, code: &str) -> Result<Arc<Asset>> {
        if !ledger::is_asset_code(code) {
            return Err(WalletError::AssetUnknown);
        }
        let asset = self.ledger.asset(code).await?.filter(|asset| is_for_people(asset));
        asset.ok_or(WalletError::AssetUnknown)
    }

    /// Somebody named by their account gets it on that account.
    pub(crate) fn check_account_of(&self, to: &PartyRef, user: &User, asset: &Asset) -> Result<()> {
        match to {
            PartyRef::Account(account) if account.as_u128() != user.id.account_id(&asset.code) => {
                Err(WalletError::RecipientNotFound)
            }
            _ => Ok(()),
        }
    }
}

pub(crate) fn is_for_people(asset: &Asset) -> bool {
    matches!(&*asset.kind, "money" | "goods" | "points")
}

/// Why somebody can't receive is not told.
pub(crate) fn check_recipient(sender: UserId, recipient: &User) -> Result<()> {
    if recipient.id == sender {
        return Err(WalletError::OwnAccount);
    }
    match recipient.status {
        UserStatus::Active => Ok(()),
        _ => Err(WalletError::RecipientUnavailable),
    }
}

impl NewTransfer {
    /// A hash of everything that is asked for, never zero.
    pub(crate) fn fingerprint(&self) -> u64 {
        let accept_within = self.accept_within.map_or(0, Wait::seconds);
        let parts: [&str; 4] = [
            &self.asset,
            self.message.as_ref().map_or("", Message::as_str),
            self.reference.as_ref().map_or("", Reference::as_str),
            &party_text(&self.to),
        ];
        static CONTEXT: LazyLock<blake3::Hasher> =
            LazyLock::new(|| blake3::Hasher::new_derive_key("bushel wallet request v1"));
        let mut hasher = CONTEXT.clone();
        for part in parts {
            hasher.update(&(part.len() as u64).to_be_bytes()).update(part.as_bytes());
        }
        hasher.update(&Amount::from(self.amount).get().to_be_bytes());
        hasher.update(&accept_within.to_be_bytes());
        let hash = hasher.finalize();
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hash.as_bytes()[..8]);
        u64::from_be_bytes(bytes).max(1)
    }
}

fn party_text(party: &PartyRef) -> String {
    match party {
        PartyRef::Handle(handle) => format!("handle {}", handle.to_lowercase()),
        PartyRef::Email(email) => {
            format!("email {}", people::invitable(email).unwrap_or_else(|| email.to_lowercase()))
        }
        PartyRef::Account(account) => format!("account {account}"),
    }
}
