//! The one way in which the wallet moves value: one ledger call for the money and, if there is a
//! daily limit, its use.

use std::sync::Arc;

use identity::UserId;
use ledger::engine::{
    AccountStatus, Extra, NewAccount, NewTransfer, TransferFlags, TransferResult, TransferStatus,
};
use ledger::{AccountKey, Asset};

use crate::books;
use crate::error::{Result, WalletError};
use crate::limits::Use;
use crate::wallet::Wallet;

/// Who gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    User(UserId),
    /// Held for an e-mail address.
    Invitations,
}

/// Value to move. Repeating it is harmless: the id says which it is.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) id: u128,
    pub(crate) code: u16,
    pub(crate) sender: UserId,
    pub(crate) receiver: Receiver,
    pub(crate) asset: Arc<Asset>,
    pub(crate) amount: u128,
    /// Held for so long; zero: moved at once.
    pub(crate) timeout_s: u32,
    pub(crate) reference: Option<Box<str>>,
    pub(crate) has_message: bool,
    /// Of everything that was asked for; tells a repeat from another request with the same id.
    pub(crate) fingerprint: u64,
    /// The request or schedule that it belongs to.
    pub(crate) about: u128,
}

/// It is on the ledger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Submitted {
    pub(crate) seq: i64,
    /// It was there before.
    pub(crate) replayed: bool,
}

/// A payment that only the ledger can refuse now.
pub(super) struct Prepared<'p> {
    payment: &'p Payment,
    credit_account: u128,
    limit_use: Option<Use>,
}

impl Wallet {
    /// Moves or holds value.
    pub(crate) async fn submit(&self, payment: &Payment) -> Result<Submitted> {
        self.book(self.prepare(payment).await?).await
    }

    /// Looks at everything for which a payment is refused without its id being spent.
    pub(super) async fn prepare<'p>(&self, payment: &'p Payment) -> Result<Prepared<'p>> {
        let credit_account = self.open_for(payment).await?;
        let limit_use = self.limit_use(payment).await?;
        Ok(Prepared { payment, credit_account, limit_use })
    }

    pub(super) async fn book(&self, prepared: Prepared<'_>) -> Result<Submitted> {
        let Prepared { payment, credit_account, limit_use } = prepared;
        let money = payment.money(credit_account, limit_use.is_some());
        let batch = match &limit_use {
            None => vec![money],
            Some(limit_use) => vec![money, limit_use.transfer(payment)],
        };
        let results = self.ledger.create_transfers(batch).await?;
        match judge(&results) {
            Judged::Done { seq, replayed } => Ok(Submitted { seq, replayed }),
            Judged::Differs => self.repeated(payment).await,
            Judged::LimitReached => match limit_use {
                Some(limit_use) => Err(self.limit_reached(&limit_use).await?),
                None => Err(WalletError::Unexpected(results[0].status)),
            },
            Judged::Refused(error) => Err(error),
        }
    }

    /// The account that value goes to; it is opened when it is missing. In the usual case this reads
    /// the leader's memory and nothing else.
    async fn open_for(&self, payment: &Payment) -> Result<u128> {
        let asset = &payment.asset;
        let user = match payment.receiver {
            Receiver::User(user) => user,
            Receiver::Invitations => {
                return self
                    .ensure_account(books::invitations_account(&asset.code, asset.no))
                    .await;
            }
        };
        let id = user.account_id(&asset.code);
        match self.ledger.account(AccountKey::Id(id)).await? {
            Some(account) if account.closed => Err(WalletError::RecipientUnavailable),
            Some(_) => Ok(id),
            // Nobody gets an account from somebody who has nothing to put into it.
            None if !self.is_covered(payment).await? && self.burn(payment).await? => {
                Err(WalletError::InsufficientFunds)
            }
            None => self.ensure_account(books::user_account(user, &asset.code, asset.no)).await,
        }
    }

    /// Whether the sender has enough at this moment. Only the ledger's answer counts.
    async fn is_covered(&self, payment: &Payment) -> Result<bool> {
        let id = payment.sender.account_id(&payment.asset.code);
        let account = self.ledger.account(AccountKey::Id(id)).await?;
        Ok(account.is_some_and(|it| it.debit_room().is_none_or(|room| room >= payment.amount)))
    }

    /// Creates an account unless it is there. Limits may have been changed since.
    pub(crate) async fn ensure_account(&self, new: NewAccount) -> Result<u128> {
        let id = new.id;
        if self.ledger.account(AccountKey::Id(id)).await?.is_some() {
            return Ok(id);
        }
        match self.ledger.create_accounts(vec![new]).await?.first() {
            Some(AccountStatus::Created | AccountStatus::Exists)
            | Some(AccountStatus::ExistsWithDifferentLimits) => Ok(id),
            Some(status) => {
                tracing::error!(%status, "an account of the wallet can't be made");
                Err(WalletError::Corrupt("an account of the wallet is not as it should be"))
            }
            None => Err(WalletError::Corrupt("no answer for an account")),
        }
    }

    /// The id is taken. A limit that came or went in between changes the form of the transfer, not
    /// what it is.
    async fn repeated(&self, payment: &Payment) -> Result<Submitted> {
        let there = self.ledger.transfer(payment.id).await?.ok_or(WalletError::KeyReused)?;
        let is_same = there.record.extra().user_data_64 == payment.fingerprint
            && there.debit_account == payment.sender.account_id(&payment.asset.code)
            && there.record.amount == payment.amount;
        if is_same {
            Ok(Submitted { seq: there.record.seq, replayed: true })
        } else {
            Err(WalletError::KeyReused)
        }
    }

    /// Makes sure that a payment which was refused never succeeds, whatever else is still under way
    /// with its id. `false`: it has succeeded after all.
    pub(crate) async fn burn(&self, payment: &Payment) -> Result<bool> {
        let nowhere = NewTransfer {
            id: payment.id,
            debit_account: crate::ids::of_address("wallet/nowhere"),
            credit_account: crate::ids::of_address("wallet/never"),
            amount: payment.amount,
            asset: payment.asset.no,
            code: payment.code,
            ..NewTransfer::default()
        };
        let results = self.ledger.create_transfers(vec![nowhere]).await?;
        let result = results.first().ok_or(WalletError::Corrupt("no answer for a transfer"))?;
        match result.status {
            TransferStatus::DebitAccountNotFound | TransferStatus::IdAlreadyFailed => Ok(true),
            status => match refused(status) {
                Judged::Differs => Ok(false),
                _ => Err(WalletError::Unexpected(status)),
            },
        }
    }

    async fn limit_reached(&self, limit_use: &Use) -> Result<WalletError> {
        let left = self.allowance_left(limit_use.allowance).await?;
        Ok(limit_use.exceeded(left))
    }
}

impl Payment {
    fn money(&self, credit_account: u128, is_limited: bool) -> NewTransfer {
        let mut flags = 0;
        if self.timeout_s > 0 {
            flags |= TransferFlags::PENDING;
        }
        if is_limited {
            flags |= TransferFlags::LINKED;
        }
        NewTransfer {
            id: self.id,
            debit_account: self.sender.account_id(&self.asset.code),
            credit_account,
            amount: self.amount,
            asset: self.asset.no,
            code: self.code,
            flags: TransferFlags(flags),
            timestamp: 0,
            extra: Some(Box::new(Extra {
                timeout_s: self.timeout_s,
                user_data_128: self.about,
                user_data_64: self.fingerprint,
                user_data_32: if self.has_message { books::HAS_MESSAGE } else { 0 },
                reference: self.reference.clone(),
                ..Extra::default()
            })),
        }
    }
}

/// What the ledger's answer means.
pub(super) enum Judged {
    Done {
        seq: i64,
        replayed: bool,
    },
    /// The id is taken by something that isn't the same in every field.
    Differs,
    LimitReached,
    Refused(WalletError),
}

/// Reads the results of the money and, if there is one, of the use of a limit.
pub(super) fn judge(results: &[TransferResult]) -> Judged {
    let Some(money) = results.first() else {
        return Judged::Refused(WalletError::Corrupt("no answer for a transfer"));
    };
    let limit_use = results.get(1);
    match (money.status, money.seq) {
        (TransferStatus::Created, Some(seq)) => Judged::Done { seq, replayed: false },
        (TransferStatus::Exists, Some(seq)) => Judged::Done { seq, replayed: true },
        // The use of the limit broke the chain.
        (TransferStatus::LinkedEventFailed, _) => match limit_use.map(first_status) {
            Some(TransferStatus::ExceedsFloor) => Judged::LimitReached,
            status => Judged::Refused(WalletError::Unexpected(status.unwrap_or(money.status))),
        },
        _ => refused(first_status(money)),
    }
}

/// How an id failed first: a repeat gets the same answer.
fn first_status(result: &TransferResult) -> TransferStatus {
    result.first_failure.unwrap_or(result.status)
}

fn refused(status: TransferStatus) -> Judged {
    use TransferStatus as S;
    Judged::Refused(match status {
        S::ExistsWithDifferentFlags
        | S::ExistsWithDifferentPendingId
        | S::ExistsWithDifferentTimeout
        | S::ExistsWithDifferentDebitAccountId
        | S::ExistsWithDifferentCreditAccountId
        | S::ExistsWithDifferentAmount
        | S::ExistsWithDifferentUserData128
        | S::ExistsWithDifferentUserData64
        | S::ExistsWithDifferentUserData32
        | S::ExistsWithDifferentAsset
        | S::ExistsWithDifferentCode
        | S::ExistsWithDifferentReference => return Judged::Differs,
        // Somebody without an account has nothing; more than can be counted is more than there is.
        S::ExceedsFloor
        | S::ExceedsCredits
        | S::DebitAccountNotFound
        | S::OverflowsDebits
        | S::OverflowsCredits
        | S::OverflowsDebitsPosted
        | S::OverflowsCreditsPosted
        | S::OverflowsDebitsPending
        | S::OverflowsCreditsPending => WalletError::InsufficientFunds,
        S::DebitAccountAlreadyClosed => WalletError::AccountClosed,
        S::CreditAccountAlreadyClosed | S::CreditAccountNotFound | S::ExceedsCeiling => {
            WalletError::RecipientUnavailable
        }
        S::AccountsMustBeDifferent => WalletError::OwnAccount,
        other => WalletError::Unexpected(other),
    })
}
