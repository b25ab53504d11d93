//! Accounts and balances in answers.

use std::sync::Arc;

use kernel::{Amount, SignedAmount, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::assets::Asset;
use crate::engine::{Account, AccountFlags, AccountStatus, Balances, Limits, NewAccount};
use crate::http::fields::{
    AccountStatusName, CodeOf, Net, StoredMetadata, UserData64, given, time,
};
use crate::ids::AccountId;
use crate::text::{Address, account_detail};

/// Who holds value. Fields that were not given are left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountJson {
    id: AccountId,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Address>)]
    address: Option<Box<str>>,
    asset: CodeOf,
    /// How many decimals the asset has.
    #[schema(minimum = 0, maximum = 18)]
    scale: u8,
    /// The caller's category.
    code: u16,
    /// Debits, holds counted, never exceed posted credits.
    debits_must_not_exceed_credits: bool,
    /// Credits, holds counted, never exceed posted debits.
    credits_must_not_exceed_debits: bool,
    /// `available` never falls below this by a debit.
    #[serde(skip_serializing_if = "Option::is_none")]
    floor: Option<SignedAmount>,
    /// All credits, holds counted, minus posted debits never rise above this by a credit.
    #[serde(skip_serializing_if = "Option::is_none")]
    ceiling: Option<SignedAmount>,
    /// Whether the account rejects new transfers.
    closed: bool,
    /// Starts at 1; every change of limits or metadata adds one. It is the ETag.
    #[schema(minimum = 1)]
    version: u32,
    balances: BalancesJson,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    imported: bool,
    created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<StoredMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data_128: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data_64: Option<UserData64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data_32: Option<u32>,
}

/// The balances of an account, in the asset's minor unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Balances)]
pub(crate) struct BalancesJson {
    /// Reserved by pending transfers that debit the account.
    debits_pending: Amount,
    /// Everything that left the account for good.
    debits_posted: Amount,
    /// Announced by pending transfers that credit the account.
    credits_pending: Amount,
    /// Everything that reached the account for good.
    credits_posted: Amount,
    /// `credits_posted` - `debits_posted`: what the account holds.
    posted: Net,
    /// `credits_pending` - `debits_pending`: what posting every hold would add.
    pending: Net,
    /// `credits_posted` - `debits_posted` - `debits_pending`: what the account can still give.
    available: Net,
}

impl From<Balances> for BalancesJson {
    fn from(balances: Balances) -> Self {
        Self {
            debits_pending: Amount::new(balances.debits_pending),
            debits_posted: Amount::new(balances.debits_posted),
            credits_pending: Amount::new(balances.credits_pending),
            credits_posted: Amount::new(balances.credits_posted),
            posted: Net::of(balances.credits_posted, balances.debits_posted),
            pending: Net::of(balances.credits_pending, balances.debits_pending),
            available: Net::of(balances.credits_posted, balances.debits()),
        }
    }
}

impl AccountJson {
    pub(crate) fn new(account: Account, asset: Arc<Asset>) -> Self {
        let Limits { floor, ceiling } = account.limits;
        let details = account.details.map(|details| *details).unwrap_or_default();
        Self {
            id: AccountId::from_u128(account.id),
            address: details.address,
            scale: asset.scale,
            asset: CodeOf(asset),
            code: account.code,
            debits_must_not_exceed_credits: account
                .flags
                .has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS),
            credits_must_not_exceed_debits: account
                .flags
                .has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS),
            floor: floor.map(SignedAmount::new),
            ceiling: ceiling.map(SignedAmount::new),
            closed: account.closed,
            version: account.version,
            balances: account.balances.into(),
            imported: account.flags.has(AccountFlags::IMPORTED),
            created_at: time(account.created_at),
            metadata: details.metadata.map(StoredMetadata),
            user_data_128: given(details.user_data_128).map(Amount::new),
            user_data_64: given(details.user_data_64).map(UserData64),
            user_data_32: given(details.user_data_32),
        }
    }
}

/// What became of one account of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountResult)]
pub(crate) struct AccountResultJson {
    /// `created`, `exists`, or why it failed.
    #[schema(value_type = AccountStatusName)]
    status: &'static str,
    /// Why it failed, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    detail: Option<&'static str>,
    /// The account, when it was created or exists. One that was just created is shown as it was
    /// created, one that existed as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountJson>,
}

impl AccountResultJson {
    pub(crate) fn new(status: AccountStatus, account: Option<AccountJson>) -> Self {
        let detail = (!status.is_success()).then(|| account_detail(status));
        Self { status: status.as_str(), detail, account }
    }
}

/// What became of the accounts of a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountResults)]
pub(crate) struct AccountResultsJson {
    /// One for each account of the request, in its order.
    results: Vec<AccountResultJson>,
    /// How many were created.
    created: usize,
    /// How many existed before.
    existing: usize,
    /// How many failed.
    failed: usize,
}

impl AccountResultsJson {
    pub(crate) fn new(statuses: &[AccountStatus], results: Vec<AccountResultJson>) -> Self {
        let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
        let (created, existing) = (count(AccountStatus::Created), count(AccountStatus::Exists));
        Self { results, created, existing, failed: statuses.len() - created - existing }
    }
}

/// An account as it was when it was created.
pub(crate) fn as_created(account: Account, new: &NewAccount) -> Account {
    Account {
        closed: new.flags.has(AccountFlags::CLOSED),
        version: 1,
        balances: Balances::default(),
        limits: new.limits,
        details: Some(Box::new(new.details.clone())),
        ..account
    }
}
