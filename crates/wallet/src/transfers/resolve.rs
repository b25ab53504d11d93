//! What waits is accepted, declined or cancelled: once, whoever is first on the ledger.

use identity::{Actor, UserId, UserStatus};
use ledger::engine::{TransferFlags, TransferStatus};

use super::Transfer;
use crate::books;
use crate::error::{Result, WalletError};
use crate::ids::{Purpose, derived};
use crate::wallet::{Step, Wallet};

/// An id that failed because an account was closed at that moment never succeeds; the next one may.
const ATTEMPTS_MAX: u128 = 16;

/// What to do with a transfer that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolution {
    Accept,
    Decline,
    Cancel,
}

impl Wallet {
    /// Resolves a transfer for one of its parties. A repeat gets the same answer.
    pub(crate) async fn resolve(
        &self,
        actor: &Actor,
        id: u128,
        resolution: Resolution,
    ) -> Result<Transfer> {
        let user = actor.require_active()?;
        let sides = self.sides(id, user).await?;
        let is_allowed = match resolution {
            Resolution::Accept | Resolution::Decline => sides.recipient == Some(user),
            Resolution::Cancel => sides.sender == user,
        };
        if !is_allowed {
            return Err(WalletError::TransferNotFound);
        }
        if resolution == Resolution::Accept {
            self.check_acceptable(&sides).await?;
        }
        self.step(Step::AcceptBeforeLedger)?;
        let status = self.resolve_on_ledger(id, resolution).await?;
        self.step(Step::AcceptAfterLedger)?;
        if !status.is_success() {
            return Err(self.lost(id, user, status).await?);
        }
        if sides.is_invitation {
            self.record_cancelled_invitation(id).await?;
        }
        self.transfer(user, id).await
    }

    async fn resolve_on_ledger(&self, id: u128, resolution: Resolution) -> Result<TransferStatus> {
        let (purpose, flag) = match resolution {
            Resolution::Accept => (Purpose::Accept, TransferFlags::POST_PENDING),
            Resolution::Decline => (Purpose::Decline, TransferFlags::VOID_PENDING),
            Resolution::Cancel => (Purpose::Cancel, TransferFlags::VOID_PENDING),
        };
        let mut status = TransferStatus::IdAlreadyFailed;
        for attempt in 0..ATTEMPTS_MAX {
            let transfer = books::resolution(derived(purpose, id, attempt), id, flag);
            let results = self.ledger.create_transfers(vec![transfer]).await?;
            status =
                results.first().ok_or(WalletError::Corrupt("no answer for a transfer"))?.status;
            if status != TransferStatus::IdAlreadyFailed {
                break;
            }
        }
        Ok(status)
    }

    /// Somebody who may not send any more doesn't do so by what waits.
    async fn check_acceptable(&self, sides: &Sides) -> Result<()> {
        let sender = self.identity.user(sides.sender).await?;
        if sender.is_some_and(|sender| sender.status == UserStatus::Active) {
            return Ok(());
        }
        // Unless it happened before: then this is a repeat, or too late.
        let now = self.clock.now().as_micros();
        let is_open = sides.there.state.is_some_and(|state| state.is_open_at(now));
        if is_open { Err(WalletError::SenderUnavailable) } else { Ok(()) }
    }

    /// Why a resolution had no effect.
    async fn lost(&self, id: u128, user: UserId, status: TransferStatus) -> Result<WalletError> {
        use TransferStatus as S;
        Ok(match status {
            S::PendingTransferAlreadyPosted
            | S::PendingTransferAlreadyVoided
            | S::PendingTransferExpired
            | S::PendingTransferNotPending => {
                let became = self.transfer(user, id).await?.status.as_str();
                WalletError::NotWaiting { became }
            }
            S::CreditAccountAlreadyClosed | S::IdAlreadyFailed => WalletError::AccountClosed,
            S::DebitAccountAlreadyClosed => WalletError::SenderUnavailable,
            other => WalletError::Unexpected(other),
        })
    }

    /// The parties of a transfer, for one of them. Everybody else learns nothing.
    pub(super) async fn sides(&self, id: u128, user: UserId) -> Result<Sides> {
        let sides = self.sides_for_staff(id).await?;
        let is_party = sides.sender == user || sides.recipient == Some(user);
        if is_party { Ok(sides) } else { Err(WalletError::TransferNotFound) }
    }

    /// The parties of a transfer between people, whoever they are.
    pub(crate) async fn sides_for_staff(&self, id: u128) -> Result<Sides> {
        let found = self.ledger.transfer(id).await?.filter(super::is_between_people);
        let there = found.ok_or(WalletError::TransferNotFound)?;
        let sender =
            self.owner_of(there.debit_account).await?.ok_or(WalletError::TransferNotFound)?;
        let is_invitation = there.record.code == books::INVITATION;
        let recipient = if is_invitation {
            self.invited_user(id).await?
        } else {
            self.owner_of(there.credit_account).await?
        };
        Ok(Sides { there, sender, recipient, is_invitation })
    }
}

/// A transfer, with who sends and who receives.
#[derive(Clone, Debug)]
pub(crate) struct Sides {
    pub(super) there: ledger::Transfer,
    pub(crate) sender: UserId,
    /// For an invitation: who has claimed it.
    pub(crate) recipient: Option<UserId>,
    pub(super) is_invitation: bool,
}
