//! Creating many accounts in one request.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hashbrown::HashMap;
use kernel::{Amount, Json, Metadata, Problem, SignedAmount, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use super::json::{AccountJson, AccountResultJson, AccountResultsJson, as_created};
use crate::engine::{Account, AccountDetails, AccountFlags, AccountStatus, Limits, NewAccount};
use crate::http::batch::Batch;
use crate::http::documents::WriteProblems;
use crate::http::fields::{AmountInput, SignedAmountInput, UserData64, stored};
use crate::http::idempotency::{Ids, mark_replayed, reused};
use crate::http::refusal::differs;
use crate::ids::AccountId;
use crate::ledger::Ledger;
use crate::text::{Address, AssetCode, account_detail};

/// A number that no asset has: an account of an unknown asset is refused in its place.
const UNKNOWN_ASSET: u32 = u32::MAX;
const CODE_DEFAULT: u16 = 1;

/// Accounts to create, in order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccounts)]
pub(crate) struct CreateAccounts {
    /// 1 to 8190 accounts.
    #[schema(value_type = Vec<AccountItem>, min_items = 1, max_items = 8190)]
    accounts: Batch<AccountItem>,
    /// All or nothing: if one fails, none is created.
    #[serde(default)]
    atomic: bool,
}

/// An account to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccount)]
pub(crate) struct AccountItem {
    /// The caller's id makes the request repeatable. Without it the id follows from the
    /// `Idempotency-Key`, or is made by the server.
    id: Option<AccountId>,
    address: Option<Address>,
    asset: AssetCode,
    /// The caller's category, 1 to 65535; 1 unless given.
    #[schema(minimum = 0, maximum = 65535)]
    code: Option<u16>,
    /// `available` never falls below this by a debit.
    #[schema(value_type = Option<SignedAmountInput>)]
    floor: Option<SignedAmount>,
    /// All credits, holds counted, minus posted debits never rise above this by a credit.
    #[schema(value_type = Option<SignedAmountInput>)]
    ceiling: Option<SignedAmount>,
    /// Debits, holds counted, never exceed posted credits.
    #[serde(default)]
    debits_must_not_exceed_credits: bool,
    /// Credits, holds counted, never exceed posted debits.
    #[serde(default)]
    credits_must_not_exceed_debits: bool,
    /// The account rejects transfers from the beginning.
    #[serde(default)]
    closed: bool,
    /// Succeeds or fails together with the next account of the list.
    #[serde(default)]
    linked: bool,
    /// The time is given in `created_at`; then it has to be given for every account of the list.
    #[serde(default)]
    imported: bool,
    /// The time of an imported account: in the past, and later than every account before it.
    created_at: Option<Timestamp>,
    metadata: Option<Metadata>,
    /// The caller's own 128 bits, such as an id of theirs. 0 means "not given".
    #[schema(value_type = Option<AmountInput>)]
    user_data_128: Option<Amount>,
    /// The caller's own 64 bits. 0 means "not given".
    user_data_64: Option<UserData64>,
    /// The caller's own 32 bits. 0 means "not given".
    #[schema(minimum = 0, maximum = 4294967295_u32)]
    user_data_32: Option<u32>,
}

impl AccountItem {
    fn into_command(self, id: u128, asset: u32, linked: bool) -> NewAccount {
        let flags = [
            (linked || self.linked, AccountFlags::LINKED),
            (self.debits_must_not_exceed_credits, AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS),
            (self.credits_must_not_exceed_debits, AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS),
            (self.imported, AccountFlags::IMPORTED),
            (self.closed, AccountFlags::CLOSED),
        ];
        let flags = flags.into_iter().filter(|(is_set, _)| *is_set);
        NewAccount {
            id,
            asset,
            code: self.code.unwrap_or(CODE_DEFAULT),
            flags: AccountFlags(flags.fold(0, |flags, (_, flag)| flags | flag)),
            limits: Limits {
                floor: self.floor.map(SignedAmount::get),
                ceiling: self.ceiling.map(SignedAmount::get),
            },
            details: AccountDetails {
                user_data_128: self.user_data_128.map_or(0, Amount::get),
                user_data_64: self.user_data_64.map_or(0, |value| value.0),
                user_data_32: self.user_data_32.unwrap_or(0),
                address: self.address.map(Address::into_inner),
                metadata: stored(self.metadata),
            },
            timestamp: self.created_at.map_or(0, Timestamp::as_micros),
        }
    }
}

/// Creates accounts: each succeeds or fails on its own, unless they are linked.
///
/// The id of an account makes it repeatable for ever: the same account again has the status
/// `exists`. Accounts without an id get one that follows from the `Idempotency-Key` and their
/// place in the list; without a key the server makes one.
#[utoipa::path(
    post,
    path = "/v1/ledger/accounts",
    operation_id = "ledger_accounts_create",
    tag = "ledger",
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Makes a repeat of the request harmless where accounts have no ids of their own. Never expires.",
        pattern = "^[\\x21-\\x7e]{1,255}$", min_length = 1, max_length = 255,
    )),
    request_body(
        content = CreateAccounts,
        example = json!({ "accounts": [
            { "asset": "EUR", "address": "users/7/EUR", "floor": "0", "metadata": { "name": "Ann" } }
        ] }),
    ),
    responses(
        (status = 200, description = "What became of each account.", body = AccountResultsJson,
         headers(("Idempotency-Replayed" = Option<String>,
                  description = "`true` if the key was used before: this is the first answer again."))),
        (status = 422, description = "The Idempotency-Key was used with another body before.",
         body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub(crate) async fn create(
    State(ledger): State<Ledger>,
    ids: Ids,
    Json(body): Json<CreateAccounts>,
) -> Result<Response, Problem> {
    let items = body.accounts.into_items("accounts")?;
    let is_own: Vec<bool> = items.iter().map(|item| item.id.is_some()).collect();
    let commands = commands(&ledger, items, body.atomic, &ids).await?;
    let mut statuses = ledger.create_accounts(commands.clone()).await?;
    let mut replayed = false;
    for (index, status) in statuses.iter_mut().enumerate() {
        if !ids.are_derived() || is_own[index] {
            continue;
        }
        if differs(status.as_str()) {
            let pointer = format!("/accounts/{index}");
            return Err(reused(Some(pointer), account_detail(*status)));
        }
        if *status == AccountStatus::Exists {
            (*status, replayed) = (AccountStatus::Created, true);
        }
    }
    let results = results(&ledger, &commands, &statuses).await?;
    let mut response = Json(AccountResultsJson::new(&statuses, results)).into_response();
    if replayed {
        mark_replayed(&mut response);
    }
    Ok(response)
}

async fn commands(
    ledger: &Ledger,
    items: Vec<AccountItem>,
    atomic: bool,
    ids: &Ids,
) -> Result<Vec<NewAccount>, Problem> {
    let last = items.len() - 1;
    let mut commands = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let asset = ledger.asset(item.asset.as_str()).await?;
        let asset = asset.map_or(UNKNOWN_ASSET, |asset| asset.no);
        let id = item.id.map_or_else(|| ids.get(index), AccountId::as_u128);
        commands.push(item.into_command(id, asset, atomic && index < last));
    }
    Ok(commands)
}

async fn results(
    ledger: &Ledger,
    commands: &[NewAccount],
    statuses: &[AccountStatus],
) -> Result<Vec<AccountResultJson>, Problem> {
    let outcomes = || commands.iter().zip(statuses);
    let there = outcomes().filter(|(_, status)| status.is_success());
    let ids: Vec<u128> = there.map(|(command, _)| command.id).collect();
    let found = if ids.is_empty() { Vec::new() } else { ledger.accounts_by_id(&ids).await? };
    let found: HashMap<u128, Account> =
        found.into_iter().map(|account| (account.id, account)).collect();
    let mut results = Vec::with_capacity(commands.len());
    for (command, status) in outcomes() {
        let account = found.get(&command.id).filter(|_| status.is_success());
        let account = match account.cloned() {
            Some(account) if *status == AccountStatus::Created => {
                Some(as_created(account, command))
            }
            other => other,
        };
        let json = match account {
            Some(account) => {
                let asset = ledger.known_asset(account.asset).await?;
                Some(AccountJson::new(account, asset))
            }
            None => None,
        };
        results.push(AccountResultJson::new(*status, json));
    }
    Ok(results)
}
