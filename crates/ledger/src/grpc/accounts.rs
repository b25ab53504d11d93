//! Calls about accounts: creating, changing and finding them, their entries and balances.

use std::sync::Arc;

use hashbrown::HashMap;
use kernel::Page;
use proto::ledger::v1 as api;
use proto::ledger::v1::get_balance_request::Moment as WireMoment;
use tonic::Status;

use super::fields::Fields;
use super::{Service, batch, convert, errors};
use crate::accounts::{AccountFilter, AccountKey, EntriesQuery, Entry, Moment, Order};
use crate::assets::Asset;
use crate::engine::{Account, AccountStatus, AccountUpdate, UpdateStatus};
use crate::error::LedgerError;
use crate::text::AccountRef;

impl Service {
    pub(super) async fn create_accounts(
        &self,
        request: api::CreateAccountsRequest,
    ) -> Result<api::CreateAccountsResponse, Status> {
        batch::check_length(request.accounts.len(), "accounts")?;
        let mut fields = Fields::default();
        let mut names = batch::Names::of_accounts(&request.accounts, &mut fields);
        names.look_up(&self.ledger).await?;
        let include = request.include_accounts;
        let accounts = batch::accounts(request, &names, &self.ids, &mut fields);
        fields.finish()?;
        let ids: Vec<u128> = accounts.iter().map(|account| account.id).collect();
        let statuses = self.ledger.create_accounts(accounts).await?;
        let mut response = account_results(&ids, &statuses);
        if include {
            self.include_accounts(&ids, &mut response.results).await?;
        }
        Ok(response)
    }

    async fn include_accounts(
        &self,
        ids: &[u128],
        results: &mut [api::AccountResult],
    ) -> Result<(), LedgerError> {
        let accounts = self.ledger.accounts_by_id(ids).await?;
        let accounts: HashMap<u128, Account> =
            accounts.into_iter().map(|account| (account.id, account)).collect();
        for (id, result) in ids.iter().zip(results) {
            let is_there = [AccountStatus::Created, AccountStatus::Exists]
                .map(convert::account_status)
                .contains(&result.status);
            if let Some(account) = accounts.get(id).filter(|_| is_there) {
                result.account = Some(Box::new(self.account_message(account).await?));
            }
        }
        Ok(())
    }

    pub(super) async fn get_account(
        &self,
        request: api::GetAccountRequest,
    ) -> Result<api::GetAccountResponse, Status> {
        let account = self.named_account(&request.account, Fields::default()).await?;
        Ok(api::GetAccountResponse { account: Some(self.account_message(&account).await?) })
    }

    pub(super) async fn list_accounts(
        &self,
        request: api::ListAccountsRequest,
    ) -> Result<api::ListAccountsResponse, Status> {
        let mut fields = Fields::default();
        let limit = fields.limit(request.limit);
        let after = fields.position(&request.cursor);
        let mut filter = AccountFilter {
            asset: None,
            code: fields.code("code", request.code),
            address_prefix: fields.address_prefix(request.address_prefix),
            closed: request.closed,
            created_from: fields.time("created_from", request.created_from),
            created_before: fields.time("created_before", request.created_before),
            metadata: fields.metadata_filter(request.metadata),
        };
        filter.asset = self.asset_filter(request.asset.as_deref(), &mut fields).await?;
        fields.finish()?;
        let accounts = self.ledger.accounts(&filter, after, limit.get() + 1).await?;
        let page = Page::cut(accounts, limit, |account| account.no, |account| account);
        let mut accounts = Vec::with_capacity(page.data.len());
        for account in &page.data {
            accounts.push(self.account_message(account).await?);
        }
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListAccountsResponse { accounts, next_cursor })
    }

    pub(super) async fn update_account(
        &self,
        request: api::UpdateAccountRequest,
    ) -> Result<api::UpdateAccountResponse, Status> {
        let mut fields = Fields::default();
        let mut update = account_update(&request, &mut fields);
        update.id = self.named_account_id(&request.account, fields).await?;
        let (status, account) = self.ledger.update_account(update).await?;
        match (status, account) {
            (UpdateStatus::Updated, Some(account)) => {
                let account = Some(self.account_message(&account).await?);
                Ok(api::UpdateAccountResponse { account })
            }
            (status, _) => Err(errors::update_failed(status)),
        }
    }

    pub(super) async fn list_entries(
        &self,
        request: api::ListEntriesRequest,
    ) -> Result<api::ListEntriesResponse, Status> {
        let mut fields = Fields::default();
        let limit = fields.limit(request.limit);
        let query = EntriesQuery {
            order: order(request.order, &mut fields),
            cursor: fields.position(&request.cursor),
            from: fields.time("from", request.from),
            before: fields.time("before", request.before),
            limit: limit.get() + 1,
        };
        let account = self.named_account(&request.account, fields).await?;
        let entries = self.ledger.entries(&account, &query).await?;
        let position = |entry: &Entry| entry.transfer.record.seq;
        let page = Page::cut(entries, limit, position, |entry| convert::entry(&entry));
        let next_cursor = page.next_cursor.unwrap_or_default();
        Ok(api::ListEntriesResponse { entries: page.data, next_cursor })
    }

    pub(super) async fn get_balance(
        &self,
        request: api::GetBalanceRequest,
    ) -> Result<api::GetBalanceResponse, Status> {
        let mut fields = Fields::default();
        let moment = match request.moment {
            None => Moment::Now,
            Some(WireMoment::At(at)) => Moment::At(fields.time("at", Some(at)).unwrap_or_default()),
            Some(WireMoment::EffectiveAt(at)) => {
                Moment::Effective(fields.time("effective_at", Some(at)).unwrap_or_default())
            }
        };
        let account = self.named_account(&request.account, fields).await?;
        let balances = self.ledger.balances_at(&account, moment).await?;
        Ok(api::GetBalanceResponse {
            account_id: convert::account_id(account.id),
            asset: self.asset_of(&account).await?.code.to_string(),
            balances: Some(convert::balances(&balances)),
        })
    }

    /// The account that a request is about, once the rest of its fields is fine.
    async fn named_account(&self, name: &str, fields: Fields) -> Result<Account, Status> {
        let account = match read_name(name, fields)? {
            AccountRef::Id(id) => self.ledger.account(AccountKey::Id(id.as_u128())).await?,
            AccountRef::Address(address) => {
                self.ledger.account(AccountKey::Address(address.as_str())).await?
            }
        };
        account.ok_or_else(no_account)
    }

    async fn named_account_id(&self, name: &str, fields: Fields) -> Result<u128, Status> {
        match read_name(name, fields)? {
            AccountRef::Id(id) => Ok(id.as_u128()),
            AccountRef::Address(address) => {
                let found = self.ledger.account_ids(&[address.as_str()]).await?;
                found.first().copied().flatten().ok_or_else(no_account)
            }
        }
    }

    /// The number of the asset that a list is limited to; one that no asset has if there is none
    /// with that code, so that the list is empty.
    pub(super) async fn asset_filter(
        &self,
        code: Option<&str>,
        fields: &mut Fields,
    ) -> Result<Option<u32>, LedgerError> {
        let Some(code) = code else { return Ok(None) };
        if !fields.is_asset_code("asset", code) {
            return Ok(None);
        }
        let asset = self.ledger.asset(code).await?;
        Ok(Some(asset.map_or(batch::UNKNOWN_ASSET, |asset| asset.no)))
    }

    async fn account_message(&self, account: &Account) -> Result<api::Account, LedgerError> {
        Ok(convert::account(account, &*self.asset_of(account).await?))
    }

    async fn asset_of(&self, account: &Account) -> Result<Arc<Asset>, LedgerError> {
        let asset = self.ledger.asset_by_no(account.asset).await?;
        Ok(asset.expect("an account's asset exists: the database holds the reference"))
    }
}

/// The name of an account, if all else was fine too.
fn read_name(name: &str, mut fields: Fields) -> Result<AccountRef, Status> {
    let account = fields.parsed::<AccountRef>("account", name);
    fields.finish()?;
    // A name that can't be read was refused by now.
    account.ok_or_else(no_account)
}

fn no_account() -> Status {
    errors::not_found("ledger.account.not_found", "There is no such account.")
}

fn account_results(ids: &[u128], statuses: &[AccountStatus]) -> api::CreateAccountsResponse {
    let mut response = api::CreateAccountsResponse::default();
    for (index, (id, status)) in (0..).zip(ids.iter().zip(statuses)) {
        match status {
            AccountStatus::Created => response.created_count += 1,
            AccountStatus::Exists => response.existing_count += 1,
            _ => response.failed_count += 1,
        }
        response.results.push(api::AccountResult {
            index,
            id: convert::account_id(*id),
            status: convert::account_status(*status),
            account: None,
        });
    }
    response
}

/// The change without the account that it is about.
pub(super) fn account_update(
    request: &api::UpdateAccountRequest,
    fields: &mut Fields,
) -> AccountUpdate {
    let mut limit = |field, text: &Option<String>| {
        let text = text.as_deref()?;
        Some((!text.is_empty()).then(|| fields.signed(field, text)))
    };
    let (floor, ceiling) = (limit("floor", &request.floor), limit("ceiling", &request.ceiling));
    let metadata = request.metadata.clone();
    AccountUpdate {
        id: 0,
        expected_version: request.expected_version,
        floor,
        ceiling,
        metadata: metadata.map(|metadata| fields.metadata("metadata.pairs", metadata.pairs)),
    }
}

/// In which order to list.
pub(super) fn order(order: i32, fields: &mut Fields) -> Order {
    match api::Order::try_from(order) {
        Ok(api::Order::Unspecified | api::Order::NewestFirst) => Order::NewestFirst,
        Ok(api::Order::OldestFirst) => Order::OldestFirst,
        Err(_) => {
            fields.refuse("order", format!("there is no order {order}"));
            Order::NewestFirst
        }
    }
}
