//! Batches of accounts and transfers as commands of the engine. This is the hot path: names are
//! looked up once for the whole batch, ids are read in place, and what most items don't carry
//! costs nothing.

use hashbrown::HashMap;
use kernel::id::IdSource;
use proto::ledger::v1 as api;
use tonic::Status;

use super::fields::Fields;
use crate::engine::{
    AMOUNT_MAX, AccountDetails, AccountFlags, Extra, Limits, NewAccount, NewTransfer, TransferFlags,
};
use crate::error::LedgerError;
use crate::ids::{AccountId, GroupId, TransferId};
use crate::leader::BATCH_MAX;
use crate::ledger::Ledger;
use crate::text::{Address, unknown_account};

/// Flags of accounts and transfers that the contract knows.
pub(super) const ACCOUNT_FLAGS: i32 = api::AccountFlag::Closed as i32;
pub(super) const TRANSFER_FLAGS: i32 = api::TransferFlag::ExpirePending as i32;
/// Number that no asset has: what an unknown code stands for, so that the engine refuses the item
/// in its place in the batch.
pub(super) const UNKNOWN_ASSET: u32 = i32::MAX.unsigned_abs();
/// Category of what names none.
const CODE_DEFAULT: u16 = 1;
const ACCOUNTS: &str = "accounts";
const TRANSFERS: &str = "transfers";

/// The numbers and ids that the codes and addresses of a batch stand for.
#[derive(Debug, Default)]
pub(super) struct Names {
    assets: HashMap<Box<str>, u32>,
    accounts: HashMap<Box<str>, u128>,
}

impl Names {
    /// The codes and addresses in a batch of transfers, not looked up yet.
    pub(super) fn of_transfers(transfers: &[api::NewTransfer], fields: &mut Fields) -> Self {
        let mut names = Self::default();
        let mut last = "";
        for (index, transfer) in transfers.iter().enumerate() {
            fields.of_item(TRANSFERS, index);
            if transfer.asset != last {
                last = &transfer.asset;
                names.note_asset(last, fields);
            }
            names.note_account("debit_account", &transfer.debit_account, fields);
            names.note_account("credit_account", &transfer.credit_account, fields);
        }
        names
    }

    /// The codes in a batch of accounts, not looked up yet.
    pub(super) fn of_accounts(accounts: &[api::NewAccount], fields: &mut Fields) -> Self {
        let mut names = Self::default();
        for (index, account) in accounts.iter().enumerate() {
            fields.of_item(ACCOUNTS, index);
            names.note_asset(&account.asset, fields);
        }
        names
    }

    fn note_asset(&mut self, code: &str, fields: &mut Fields) {
        if code.is_empty() || self.assets.contains_key(code) {
            return;
        }
        if fields.is_asset_code("asset", code) {
            self.assets.insert(code.into(), UNKNOWN_ASSET);
        }
    }

    #[inline]
    fn note_account(&mut self, field: &str, name: &str, fields: &mut Fields) {
        if name.is_empty() || is_id(name) || self.accounts.contains_key(name) {
            return;
        }
        if let Some(address) = fields.parsed::<Address>(field, name) {
            self.accounts.insert(address.into_inner(), unknown_account(name));
        }
    }

    /// Looks them all up. What isn't there keeps the stand-in that the engine refuses.
    pub(super) async fn look_up(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        let codes: Vec<&str> = self.assets.keys().map(|code| &**code).collect();
        let numbers = ledger.asset_numbers(&codes).await?;
        for (no, found) in self.assets.values_mut().zip(numbers) {
            *no = found.unwrap_or(*no);
        }
        if self.accounts.is_empty() {
            return Ok(());
        }
        let addresses: Vec<&str> = self.accounts.keys().map(|address| &**address).collect();
        let found = ledger.account_ids(&addresses).await?;
        for (id, found) in self.accounts.values_mut().zip(found) {
            *id = found.unwrap_or(*id);
        }
        Ok(())
    }

    fn asset(&self, code: &str) -> u32 {
        self.assets.get(code).copied().unwrap_or_default()
    }

    #[inline]
    fn account(&self, field: &str, name: &str, fields: &mut Fields) -> u128 {
        if is_id(name) {
            return fields.id(field, AccountId::PREFIX, name);
        }
        self.accounts.get(name).copied().unwrap_or_default()
    }
}

/// Whether the name of an account is its id; otherwise it is an address.
#[inline]
fn is_id(name: &str) -> bool {
    name.starts_with("acct_")
}

/// Refuses a batch that is empty or too large, before its items are looked at.
pub(super) fn check_length(items: usize, list: &'static str) -> Result<(), Status> {
    if items == 0 {
        let mut fields = Fields::default();
        fields.refuse(list, "it has at least one item");
        return fields.finish();
    }
    if items > BATCH_MAX {
        return Err(LedgerError::BatchTooLarge { max: BATCH_MAX }.into());
    }
    Ok(())
}

/// The transfers of a batch as the engine takes them.
pub(super) fn transfers(
    request: api::CreateTransfersRequest,
    names: &Names,
    ids: &dyn IdSource,
    fields: &mut Fields,
) -> Vec<NewTransfer> {
    let mut transfers = Vec::with_capacity(request.transfers.len());
    for (index, new) in request.transfers.into_iter().enumerate() {
        fields.of_item(TRANSFERS, index);
        transfers.push(transfer(new, names, ids, fields));
    }
    if request.atomic {
        link(&mut transfers, |transfer| transfer.flags.0 |= TransferFlags::LINKED);
    }
    transfers
}

/// All or none: every item but the last is linked with its next one.
fn link<T>(items: &mut [T], set: impl FnMut(&mut T)) {
    if let Some((_, linked)) = items.split_last_mut() {
        linked.iter_mut().for_each(set);
    }
}

fn transfer(
    new: api::NewTransfer,
    names: &Names,
    ids: &dyn IdSource,
    fields: &mut Fields,
) -> NewTransfer {
    let flags = TransferFlags(fields.flags("flags", &new.flags, TRANSFER_FLAGS));
    let refers = flags.any(TransferFlags::RESOLVING) || !new.reverses.is_empty();
    if !refers {
        fields.need("debit_account", &new.debit_account);
        fields.need("credit_account", &new.credit_account);
        fields.need("asset", &new.asset);
    }
    let code = fields.code("code", new.code);
    NewTransfer {
        id: id_or_new(fields.id("id", TransferId::PREFIX, &new.id), &new.id, ids),
        debit_account: names.account("debit_account", &new.debit_account, fields),
        credit_account: names.account("credit_account", &new.credit_account, fields),
        amount: amount(&new, flags, fields),
        asset: names.asset(&new.asset),
        code: code.unwrap_or(if refers { 0 } else { CODE_DEFAULT }),
        flags,
        timestamp: fields.time("timestamp", new.timestamp).unwrap_or_default(),
        extra: extra(new, fields),
    }
}

/// A fresh id in place of an empty text; a given id stays, even if it is one that is refused.
#[inline]
pub(super) fn id_or_new(id: u128, text: &str, ids: &dyn IdSource) -> u128 {
    if text.is_empty() { ids.next_bits() } else { id }
}

/// The amount, or "all of it" where an empty text can mean that.
fn amount(new: &api::NewTransfer, flags: TransferFlags, fields: &mut Fields) -> u128 {
    const ALL: u16 = TransferFlags::POST_PENDING
        | TransferFlags::BALANCING_DEBIT
        | TransferFlags::BALANCING_CREDIT;
    if !new.amount.is_empty() {
        fields.amount("amount", &new.amount)
    } else if flags.any(TransferFlags::VOID_PENDING | TransferFlags::EXTEND_PENDING) {
        0
    } else if flags.any(ALL) || !new.reverses.is_empty() {
        AMOUNT_MAX
    } else {
        fields.need("amount", "");
        0
    }
}

fn extra(new: api::NewTransfer, fields: &mut Fields) -> Option<Box<Extra>> {
    let has_none = new.pending_id.is_empty()
        && new.timeout_s == 0
        && new.user_data_128.is_empty()
        && new.user_data_64 == 0
        && new.user_data_32 == 0
        && new.group_id.is_empty()
        && new.reverses.is_empty()
        && new.effective_at.is_none()
        && new.reference.is_empty()
        && new.metadata.is_empty();
    if has_none {
        return None;
    }
    let extra = Extra {
        pending_id: fields.id("pending_id", TransferId::PREFIX, &new.pending_id),
        released: None,
        timeout_s: new.timeout_s,
        user_data_128: fields.number("user_data_128", &new.user_data_128),
        user_data_64: new.user_data_64,
        user_data_32: new.user_data_32,
        group: fields.id("group_id", GroupId::PREFIX, &new.group_id),
        reverses: fields.id("reverses", TransferId::PREFIX, &new.reverses),
        effective_at: fields.time("effective_at", new.effective_at),
        reference: fields.reference("reference", &new.reference),
        metadata: fields.metadata("metadata", new.metadata),
    };
    // An explicit zero means the same as nothing.
    (extra != Extra::default()).then(|| Box::new(extra))
}

/// The accounts of a batch as the engine takes them.
pub(super) fn accounts(
    request: api::CreateAccountsRequest,
    names: &Names,
    ids: &dyn IdSource,
    fields: &mut Fields,
) -> Vec<NewAccount> {
    let mut accounts = Vec::with_capacity(request.accounts.len());
    for (index, new) in request.accounts.into_iter().enumerate() {
        fields.of_item(ACCOUNTS, index);
        accounts.push(account(new, names, ids, fields));
    }
    if request.atomic {
        link(&mut accounts, |account| account.flags.0 |= AccountFlags::LINKED);
    }
    accounts
}

fn account(
    new: api::NewAccount,
    names: &Names,
    ids: &dyn IdSource,
    fields: &mut Fields,
) -> NewAccount {
    fields.need("asset", &new.asset);
    let address = new.address.and_then(|address| fields.parsed::<Address>("address", &address));
    NewAccount {
        id: id_or_new(fields.id("id", AccountId::PREFIX, &new.id), &new.id, ids),
        asset: names.asset(&new.asset),
        code: fields.code("code", new.code).unwrap_or(CODE_DEFAULT),
        flags: AccountFlags(fields.flags("flags", &new.flags, ACCOUNT_FLAGS)),
        limits: Limits {
            floor: new.floor.map(|floor| fields.signed("floor", &floor)),
            ceiling: new.ceiling.map(|ceiling| fields.signed("ceiling", &ceiling)),
        },
        details: AccountDetails {
            user_data_128: fields.number("user_data_128", &new.user_data_128),
            user_data_64: new.user_data_64,
            user_data_32: new.user_data_32,
            address: address.map(Address::into_inner),
            metadata: fields.metadata("metadata", new.metadata),
        },
        timestamp: fields.time("timestamp", new.timestamp).unwrap_or_default(),
    }
}
