//! What payments do in the ledger. Every call may be repeated: it has one effect.
//!
//! A clearing account stands for what is with a provider: its debits less its credits are what the
//! provider owes us. Each provider has its own: `payments/clearing/<asset>` is the sandbox's, which
//! was there first, `payments/clearing/<provider>/<asset>` that of another one. The house bears
//! `payments/disputes/<asset>` and `payments/fees/<asset>`, and `payments/bank/<asset>` is what
//! providers paid to its own bank account. All may go below zero.

use std::sync::Arc;

use hashbrown::HashMap;
use identity::UserId;
use kernel::{Amount, SignedAmount, Timestamp};
use ledger::engine::{
    AMOUNT_MAX, AccountDetails, Extra, NewAccount, NewTransfer, TransferFlags, TransferStatus,
};
use ledger::{AccountKey, Asset, EntriesQuery, Ledger, Order, Transfer, TransferId};
use parking_lot::Mutex;

use crate::error::PaymentsError;
use crate::ids::{Role, house_account_id, transfer_id};
use crate::provider::Subject;
use crate::sandbox;

const CLEARING: u16 = 101;
const DISPUTES: u16 = 104;
const FEES: u16 = 108;
const BANK: u16 = 109;

const ASSETS_PAGE: usize = 200;

/// Codes of transfers.
pub(crate) const DEPOSIT: u16 = 210;
pub(crate) const WITHDRAWAL: u16 = 211;
pub(crate) const REFUND: u16 = 212;
pub(crate) const DISPUTE: u16 = 213;
pub(crate) const RETURN: u16 = 214;
pub(crate) const FEE: u16 = 215;
pub(crate) const SETTLEMENT: u16 = 216;

/// The ledger, and the house accounts that were found in it.
pub(crate) struct Books {
    ledger: Ledger,
    /// By provider and asset.
    houses: Mutex<HashMap<(String, String), House>>,
}

/// The accounts of the house for an asset at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct House {
    pub(crate) asset: u32,
    pub(crate) clearing: u128,
    pub(crate) disputes: u128,
}

/// What providers take for themselves and pay to the house's bank, for an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Costs {
    pub(crate) fees: u128,
    pub(crate) bank: u128,
}

impl House {
    /// From the provider into somebody's account.
    pub(crate) const fn into_account(self, credit: u128, amount: Amount) -> Movement {
        Movement { asset: self.asset, debit: self.clearing, credit, amount }
    }
}

/// Which row a transfer is for, and what it does there.
#[derive(Clone, Copy)]
pub(crate) struct Purpose<'a> {
    pub(crate) row: u128,
    pub(crate) role: Role,
    pub(crate) code: u16,
    /// The row's id as text, for whoever reads the ledger.
    pub(crate) reference: &'a str,
}

/// Between which accounts how much goes.
#[derive(Clone, Copy)]
pub(crate) struct Movement {
    pub(crate) asset: u32,
    pub(crate) debit: u128,
    pub(crate) credit: u128,
    pub(crate) amount: Amount,
}

/// What a transfer did to a clearing account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClearingEntry {
    pub(crate) subject: Subject,
    /// Our id of what it was for; the transfer's own where nothing is said.
    pub(crate) reference: String,
    /// Zero of what only holds or releases.
    pub(crate) amount: SignedAmount,
    pub(crate) at: Timestamp,
}

impl ClearingEntry {
    /// `None` if the amount is out of the range of signed ones.
    fn of(transfer: &Transfer, account: u128) -> Option<Self> {
        let record = &transfer.record;
        let (posted, nothing) = (Amount::new(record.effect().posted), Amount::ZERO);
        let amount = match transfer.debit_account == account {
            true => SignedAmount::difference(posted, nothing)?,
            false => SignedAmount::difference(nothing, posted)?,
        };
        let subject = match record.code {
            DEPOSIT => Subject::Deposit,
            WITHDRAWAL | RETURN => Subject::Withdrawal,
            REFUND => Subject::Refund,
            DISPUTE => Subject::Chargeback,
            FEE => Subject::Fee,
            SETTLEMENT => Subject::Settlement,
            _ => Subject::Other,
        };
        let said = record.extra().reference.as_deref().map(str::to_owned);
        let reference = said.unwrap_or_else(|| TransferId::from_u128(record.id).to_string());
        Some(Self { subject, reference, amount, at: Timestamp::from_micros(record.at) })
    }
}

fn out_of_range() -> PaymentsError {
    PaymentsError::Contradiction("the clearing account is out of range".to_owned())
}

fn clearing_address(provider: &str, asset: &str) -> String {
    match provider {
        sandbox::NAME => format!("payments/clearing/{asset}"),
        _ => format!("payments/clearing/{provider}/{asset}"),
    }
}

impl Books {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger, houses: Mutex::default() }
    }

    /// The scale of an asset that can be paid in and out.
    pub(crate) async fn money(&self, code: &str) -> Result<u8, PaymentsError> {
        let is_code = ledger::is_asset_code(code);
        let asset = if is_code { self.ledger.asset(code).await? } else { None };
        let asset = asset.ok_or(PaymentsError::AssetUnknown)?;
        if &*asset.kind == "money" { Ok(asset.scale) } else { Err(PaymentsError::AssetNotMoney) }
    }

    /// Whether a user has an account that can take and give.
    pub(crate) async fn require_account(
        &self,
        user: UserId,
        asset: &str,
    ) -> Result<(), PaymentsError> {
        let id = user.account_id(asset);
        match self.ledger.account(AccountKey::Id(id)).await? {
            Some(account) if account.closed => Err(PaymentsError::AccountClosed),
            Some(_) => Ok(()),
            None => Err(PaymentsError::AccountNotFound),
        }
    }

    /// The house accounts of an asset at a provider; makes them the first time.
    pub(crate) async fn house(&self, provider: &str, asset: &str) -> Result<House, PaymentsError> {
        let key = (provider.to_owned(), asset.to_owned());
        if let Some(house) = self.houses.lock().get(&key) {
            return Ok(*house);
        }
        let no = self.ledger.asset(asset).await?.ok_or(PaymentsError::AssetUnknown)?.no;
        let clearing = clearing_address(provider, asset);
        let clearing = self.house_account(clearing, no, CLEARING).await?;
        let disputes = format!("payments/disputes/{asset}");
        let disputes = self.house_account(disputes, no, DISPUTES).await?;
        let house = House { asset: no, clearing, disputes };
        self.houses.lock().insert(key, house);
        Ok(house)
    }

    /// Where an asset's costs go; makes the accounts the first time.
    pub(crate) async fn costs(&self, house: House, asset: &str) -> Result<Costs, PaymentsError> {
        let fees = format!("payments/fees/{asset}");
        let bank = format!("payments/bank/{asset}");
        Ok(Costs {
            fees: self.house_account(fees, house.asset, FEES).await?,
            bank: self.house_account(bank, house.asset, BANK).await?,
        })
    }

    async fn house_account(
        &self,
        address: String,
        no: u32,
        code: u16,
    ) -> Result<u128, PaymentsError> {
        if let Some(id) = self.ledger.account_ids(&[&address]).await?[0] {
            return Ok(id);
        }
        let id = house_account_id(&address);
        let details =
            AccountDetails { address: Some(address.clone().into()), ..AccountDetails::default() };
        let new = NewAccount { id, asset: no, code, details, ..NewAccount::default() };
        let status = self.ledger.create_accounts(vec![new]).await?[0];
        if status.is_success() {
            return Ok(id);
        }
        // Somebody took the address since we looked.
        let taken = self.ledger.account_ids(&[&address]).await?[0];
        taken.ok_or_else(|| {
            PaymentsError::Contradiction(format!("the account {address} can't be made: {status}"))
        })
    }

    /// All assets that are money, by their codes.
    pub(crate) async fn monies(&self) -> Result<Vec<Arc<Asset>>, PaymentsError> {
        let mut monies = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.ledger.assets(after.as_deref(), ASSETS_PAGE).await?;
            let is_last = page.len() < ASSETS_PAGE;
            after = page.last().map(|last| last.code.to_string());
            monies.extend(page.into_iter().filter(|asset| &*asset.kind == "money"));
            if is_last {
                return Ok(monies);
            }
        }
    }

    /// What moved a clearing account for good after a sequence, oldest first, and the sequence up
    /// to which that is all; `None` if there is no such account.
    pub(crate) async fn clearing_entries(
        &self,
        provider: &str,
        asset: &str,
        after: i64,
        limit: usize,
    ) -> Result<Option<(Vec<ClearingEntry>, i64)>, PaymentsError> {
        let address = clearing_address(provider, asset);
        let Some(account) = self.ledger.account(AccountKey::Address(&address)).await? else {
            return Ok(None);
        };
        let query = EntriesQuery {
            order: Order::OldestFirst,
            cursor: Some(after),
            from: None,
            before: None,
            limit,
        };
        let found = self.ledger.entries(&account, &query).await?;
        let upto = found.last().map_or(after, |last| last.transfer.record.seq);
        let entries = found.iter().map(|entry| ClearingEntry::of(&entry.transfer, account.id));
        Ok(Some((entries.collect::<Option<Vec<_>>>().ok_or_else(out_of_range)?, upto)))
    }

    /// What the provider owes us, as the books say.
    pub(crate) async fn clearing(
        &self,
        provider: &str,
        asset: &str,
    ) -> Result<SignedAmount, PaymentsError> {
        let house = self.house(provider, asset).await?;
        let account = self.ledger.account(AccountKey::Id(house.clearing)).await?;
        let balances = account.map(|account| account.balances).unwrap_or_default();
        let (debits, credits) = (balances.debits_posted, balances.credits_posted);
        let owed = SignedAmount::difference(Amount::new(debits), Amount::new(credits));
        owed.ok_or_else(out_of_range)
    }

    /// Reserves an amount until it is captured or released.
    pub(crate) async fn hold(
        &self,
        purpose: Purpose<'_>,
        movement: Movement,
    ) -> Result<Result<(), TransferStatus>, PaymentsError> {
        self.make(transfer(purpose, movement, TransferFlags::PENDING, Extra::default())).await
    }

    /// Posts all that the row's hold reserves.
    pub(crate) async fn capture(&self, purpose: Purpose<'_>) -> Result<(), PaymentsError> {
        self.resolve(purpose, TransferFlags::POST_PENDING, Amount::new(AMOUNT_MAX)).await
    }

    /// Releases what the row's hold reserves.
    pub(crate) async fn release(&self, purpose: Purpose<'_>) -> Result<(), PaymentsError> {
        self.resolve(purpose, TransferFlags::VOID_PENDING, Amount::ZERO).await
    }

    async fn resolve(
        &self,
        purpose: Purpose<'_>,
        flag: u16,
        amount: Amount,
    ) -> Result<(), PaymentsError> {
        let nothing = Movement { asset: 0, debit: 0, credit: 0, amount };
        let pending_id = transfer_id(purpose.row, Role::Hold);
        let extra = Extra { pending_id, ..Extra::default() };
        let new = NewTransfer { code: 0, ..transfer(purpose, nothing, flag, extra) };
        self.make(new).await?.map_err(PaymentsError::LedgerRefused)
    }

    /// Takes a captured hold back, in part; never more than it brought.
    pub(crate) async fn reverse(
        &self,
        purpose: Purpose<'_>,
        captured_by: u128,
        movement: Movement,
    ) -> Result<Result<(), TransferStatus>, PaymentsError> {
        let extra = Extra { reverses: captured_by, ..Extra::default() };
        self.make(transfer(purpose, movement, 0, extra)).await
    }

    /// Moves an amount from a house account. Nothing is moved if it is zero.
    pub(crate) async fn pay(
        &self,
        purpose: Purpose<'_>,
        movement: Movement,
    ) -> Result<Result<(), TransferStatus>, PaymentsError> {
        if movement.amount.is_zero() {
            return Ok(Ok(()));
        }
        self.make(transfer(purpose, movement, 0, Extra::default())).await
    }

    /// Gives to a user's account, or to the house on the user's behalf if that was closed
    /// meanwhile: value never stays between the two.
    pub(crate) async fn give(
        &self,
        purpose: Purpose<'_>,
        movement: Movement,
        house: House,
    ) -> Result<(), PaymentsError> {
        match self.pay(purpose, movement).await? {
            Ok(()) => Ok(()),
            Err(TransferStatus::CreditAccountAlreadyClosed) => {
                self.keep(purpose, movement, house).await
            }
            Err(status) => Err(PaymentsError::LedgerRefused(status)),
        }
    }

    /// The house gets what was meant for an account that is closed.
    pub(crate) async fn keep(
        &self,
        purpose: Purpose<'_>,
        movement: Movement,
        house: House,
    ) -> Result<(), PaymentsError> {
        let reference = purpose.reference;
        tracing::warn!(reference, "a closed account was to get something; the house keeps it");
        let purpose = Purpose { role: Role::Unclaimed, ..purpose };
        let movement = Movement { credit: house.disputes, ..movement };
        self.pay(purpose, movement).await?.map_err(PaymentsError::LedgerRefused)
    }

    /// Takes what the debited account has, at most the amount, and says how much that was.
    pub(crate) async fn take(
        &self,
        purpose: Purpose<'_>,
        movement: Movement,
    ) -> Result<Amount, PaymentsError> {
        let flag = TransferFlags::BALANCING_DEBIT;
        match self.make(transfer(purpose, movement, flag, Extra::default())).await? {
            Ok(()) => {}
            Err(TransferStatus::DebitAccountAlreadyClosed) => return Ok(Amount::ZERO),
            Err(status) => return Err(PaymentsError::LedgerRefused(status)),
        }
        let id = transfer_id(purpose.row, purpose.role);
        let made = self.ledger.transfer(id).await?;
        let made = made.ok_or(ledger::LedgerError::Unavailable)?;
        Ok(Amount::new(made.record.amount))
    }

    /// What a repeat says is what the first attempt said.
    async fn make(&self, new: NewTransfer) -> Result<Result<(), TransferStatus>, PaymentsError> {
        let result = self.ledger.create_transfers(vec![new]).await?[0];
        if result.status.is_success() {
            return Ok(Ok(()));
        }
        Ok(Err(result.first_failure.unwrap_or(result.status)))
    }
}

fn transfer(purpose: Purpose<'_>, movement: Movement, flags: u16, extra: Extra) -> NewTransfer {
    let extra = Extra { reference: Some(purpose.reference.into()), ..extra };
    NewTransfer {
        id: transfer_id(purpose.row, purpose.role),
        debit_account: movement.debit,
        credit_account: movement.credit,
        amount: movement.amount.get(),
        asset: movement.asset,
        code: purpose.code,
        flags: TransferFlags(flags),
        extra: Some(Box::new(extra)),
        ..NewTransfer::default()
    }
}

/// What a refusal of the ledger means for whoever asked.
pub(crate) fn refusal(status: TransferStatus) -> PaymentsError {
    use TransferStatus as S;
    match status {
        S::ExceedsFloor | S::ExceedsCredits => PaymentsError::InsufficientFunds,
        S::DebitAccountNotFound | S::CreditAccountNotFound => PaymentsError::AccountNotFound,
        S::DebitAccountAlreadyClosed | S::CreditAccountAlreadyClosed => {
            PaymentsError::AccountClosed
        }
        S::ExceedsReversibleAmount => PaymentsError::RefundTooLarge,
        other => PaymentsError::LedgerRefused(other),
    }
}

/// The refusal as a row keeps it, and back.
const FAILURES: [(&str, TransferStatus); 4] = [
    ("insufficient_funds", TransferStatus::ExceedsFloor),
    ("account_not_found", TransferStatus::DebitAccountNotFound),
    ("account_closed", TransferStatus::DebitAccountAlreadyClosed),
    ("too_large", TransferStatus::ExceedsReversibleAmount),
];

/// The code that a row keeps of a refusal; `None` if it is none that a caller can cause.
pub(crate) fn failure_code(status: TransferStatus) -> Option<&'static str> {
    use kernel::DomainError as _;
    let code = refusal(status).code();
    let known = FAILURES.iter().find(|(_, known)| refusal(*known).code() == code);
    known.map(|(failure, _)| *failure)
}

/// What a row that the ledger refused means for whoever asked again.
pub(crate) fn refused_before(failure: Option<&str>) -> PaymentsError {
    let known = FAILURES.iter().find(|(known, _)| Some(*known) == failure);
    known.map_or(PaymentsError::AccountClosed, |(_, status)| refusal(*status))
}
