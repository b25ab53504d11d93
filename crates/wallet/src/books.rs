//! How the wallet uses the ledger: the categories of its accounts and transfers, and the accounts of
//! the house. These numbers are in the journal for ever.

use identity::UserId;
use ledger::engine::{
    AccountDetails, AccountFlags, Extra, Limits, NewAccount, NewTransfer, TransferFlags,
};

use crate::ids;

/// A user's account.
pub(crate) const USER_ACCOUNT: u16 = 100;
/// Holds for e-mail addresses that nobody has.
const INVITATIONS_ACCOUNT: u16 = 102;
/// Takes nothing: its ceiling is zero. See `accounts/close.rs`.
const CLOSING_ACCOUNT: u16 = 105;
/// Where value comes from that the house issues: what it is worth is up to the house.
const ISSUE_ACCOUNT: u16 = 108;
/// How much of a daily limit a user has used.
const ALLOWANCE_ACCOUNT: u16 = 106;
/// The other side of all allowances.
const CONTROL_ACCOUNT: u16 = 107;

pub(crate) const TRANSFER: u16 = 200;
/// A hold for an invitation, and the transfer that the invited person gets.
pub(crate) const INVITATION: u16 = 201;
pub(crate) const LIMIT_USE: u16 = 202;
pub(crate) const LIMIT_RESET: u16 = 203;
pub(crate) const REQUEST_PAYMENT: u16 = 204;
pub(crate) const SCHEDULED: u16 = 205;
pub(crate) const CLOSING: u16 = 206;
/// Value that came to be, such as a harvest.
pub(crate) const ISSUE: u16 = 207;
pub(crate) const DEPOSIT: u16 = 210;
pub(crate) const WITHDRAWAL: u16 = 211;
pub(crate) const REFUND: u16 = 212;
pub(crate) const DISPUTE: u16 = 213;
pub(crate) const RETURNED_PAYOUT: u16 = 214;
pub(crate) const ADJUSTMENT: u16 = 220;
pub(crate) const ADJUSTMENT_REVERSAL: u16 = 221;
/// What the shop takes for an order, and gives back of it.
pub(crate) const PURCHASE: u16 = 240;
pub(crate) const PURCHASE_REFUND: u16 = 244;

/// In `user_data_32`: there is a row in `wallet.messages`. Nobody asks the database in vain.
pub(crate) const HAS_MESSAGE: u32 = 1;

/// Whether a transfer between people has this code.
pub(crate) fn is_between_people(code: u16) -> bool {
    matches!(code, TRANSFER | INVITATION | REQUEST_PAYMENT | SCHEDULED)
}

/// The asset in which the use of an asset's daily limits is counted; `None` if its code would be
/// too long.
pub(crate) fn limit_asset(asset: &str) -> Option<String> {
    let code = format!("LIMIT:{asset}");
    ledger::is_asset_code(&code).then_some(code)
}

/// The account of a user, with a floor of zero.
pub(crate) fn user_account(user: UserId, asset: &str, asset_no: u32) -> NewAccount {
    NewAccount {
        id: user.account_id(asset),
        asset: asset_no,
        code: USER_ACCOUNT,
        limits: Limits { floor: Some(0), ceiling: None },
        details: details(user.account_address(asset)),
        ..NewAccount::default()
    }
}

pub(crate) fn invitations_account(asset: &str, asset_no: u32) -> NewAccount {
    house(format!("wallet/invites/{asset}"), asset_no, INVITATIONS_ACCOUNT, Limits::default())
}

pub(crate) fn closing_account(asset: &str, asset_no: u32) -> NewAccount {
    let limits = Limits { floor: None, ceiling: Some(0) };
    house(format!("wallet/closing/{asset}"), asset_no, CLOSING_ACCOUNT, limits)
}

pub(crate) fn issue_account(asset: &str, asset_no: u32) -> NewAccount {
    house(format!("wallet/issue/{asset}"), asset_no, ISSUE_ACCOUNT, Limits::default())
}

pub(crate) fn control_account(asset: &str, limit_no: u32) -> NewAccount {
    house(format!("wallet/limits/control/{asset}"), limit_no, CONTROL_ACCOUNT, Limits::default())
}

/// A day's limit is the account's floor below zero: what was used is its debit balance.
pub(crate) fn allowance_account(
    user: UserId,
    asset: &str,
    limit_no: u32,
    per_day: u128,
) -> NewAccount {
    let limits = Limits { floor: Some(floor_of(per_day)), ceiling: None };
    house(format!("wallet/limits/{user}/{asset}"), limit_no, ALLOWANCE_ACCOUNT, limits)
}

/// The floor that leaves room for a day's limit.
pub(crate) fn floor_of(per_day: u128) -> i128 {
    i128::try_from(per_day).map_or(i128::MIN, |limit| -limit)
}

fn house(address: String, asset: u32, code: u16, limits: Limits) -> NewAccount {
    NewAccount {
        id: ids::of_address(&address),
        asset,
        code,
        flags: AccountFlags::default(),
        limits,
        details: details(address),
        timestamp: 0,
    }
}

fn details(address: String) -> AccountDetails {
    AccountDetails { address: Some(address.into_boxed_str()), ..AccountDetails::default() }
}

/// Posts or voids the whole of a pending transfer.
pub(crate) fn resolution(id: u128, pending_id: u128, flag: u16) -> NewTransfer {
    let amount =
        if flag & TransferFlags::POST_PENDING != 0 { ledger::engine::AMOUNT_MAX } else { 0 };
    NewTransfer {
        id,
        amount,
        flags: TransferFlags(flag),
        extra: Some(Box::new(Extra { pending_id, ..Extra::default() })),
        ..NewTransfer::default()
    }
}
