//! Calls about accounts, their days, their history and statements, and about whom to send to.

use kernel::Cursor;
use kernel::http::invalid_field;
use proto::wallet::v1 as api;

use super::{Answer, Caller, Service, convert, read};
use crate::balances::Days;
use crate::history::{EntryKind, HistoryQuery};

impl Service {
    pub(super) async fn open_account(
        &self,
        caller: Caller,
        request: api::OpenAccountRequest,
    ) -> Answer<api::OpenAccountResponse> {
        let (account, is_new) = self.wallet.open_own(&caller.actor, &request.asset).await?;
        Ok(api::OpenAccountResponse { account: convert::account(account), is_new })
    }

    pub(super) async fn list_accounts(
        &self,
        caller: Caller,
        _: api::ListAccountsRequest,
    ) -> Answer<api::ListAccountsResponse> {
        let accounts = self.wallet.accounts_of(caller.user()?).await?;
        let accounts = accounts.into_iter().filter_map(convert::account).collect();
        Ok(api::ListAccountsResponse { accounts })
    }

    pub(super) async fn get_account(
        &self,
        caller: Caller,
        request: api::GetAccountRequest,
    ) -> Answer<api::GetAccountResponse> {
        let id = read::id("/id", &request.id)?;
        let account = self.wallet.account(caller.user()?, id).await?;
        Ok(api::GetAccountResponse { account: convert::account(account) })
    }

    pub(super) async fn close_account(
        &self,
        caller: Caller,
        request: api::CloseAccountRequest,
    ) -> Answer<api::CloseAccountResponse> {
        let account = self.wallet.close(&caller.actor, read::id("/id", &request.id)?).await?;
        Ok(api::CloseAccountResponse { account: convert::account(account) })
    }

    pub(super) async fn list_balances(
        &self,
        caller: Caller,
        request: api::ListBalancesRequest,
    ) -> Answer<api::ListBalancesResponse> {
        let account = read::id("/account_id", &request.account_id)?;
        let from = read::optional("/from", &request.from)?;
        let to = read::optional("/to", &request.to)?;
        let days = Days::try_new(from, to, self.wallet.today())
            .map_err(|error| invalid_field("/from", error.to_string()))?;
        let days = self.wallet.day_balances(caller.user()?, account, days).await?;
        Ok(api::ListBalancesResponse { days: days.into_iter().map(convert::day).collect() })
    }

    pub(super) async fn list_recipients(
        &self,
        caller: Caller,
        request: api::ListRecipientsRequest,
    ) -> Answer<api::ListRecipientsResponse> {
        let found = self.wallet.recipients(caller.user()?, &request.query).await?;
        Ok(convert::recipients(found))
    }

    pub(super) async fn list_history(
        &self,
        caller: Caller,
        request: api::ListHistoryRequest,
    ) -> Answer<api::ListHistoryResponse> {
        let account = read::id("/account_id", &request.account_id)?;
        let is_given = |text: &String| !text.is_empty();
        let kind = match request.kind.as_str() {
            "" => None,
            kind => Some(
                EntryKind::from_name(kind)
                    .ok_or_else(|| invalid_field("/kind", "there is no such kind"))?,
            ),
        };
        let query = HistoryQuery {
            from: read::moment("/from", request.from)?,
            before: read::moment("/before", request.before)?,
            direction: read::direction(request.direction)?,
            counterparty: Some(request.counterparty).filter(is_given),
            kind,
            amount_min: read::optional("/amount_min", &request.amount_min)?,
            amount_max: read::optional("/amount_max", &request.amount_max)?,
            text: Some(request.query).filter(is_given),
            cursor: read::cursor(&request.cursor)?,
            limit: read::limit(request.limit)?.get(),
        };
        let page = self.wallet.history(caller.user()?, account, &query).await?;
        Ok(api::ListHistoryResponse {
            entries: page.entries.into_iter().map(convert::entry).collect(),
            next_cursor: page.next.map_or_else(String::new, |next| Cursor(next).to_string()),
        })
    }

    pub(super) async fn list_statements(
        &self,
        caller: Caller,
        request: api::ListStatementsRequest,
    ) -> Answer<api::ListStatementsResponse> {
        let account = read::id("/account_id", &request.account_id)?;
        let months = self.wallet.statement_months(caller.user()?, account).await?;
        let month = |it: crate::statements::StatementMonth| api::StatementMonth {
            month: it.month,
            is_complete: it.is_complete,
        };
        Ok(api::ListStatementsResponse { months: months.into_iter().map(month).collect() })
    }
}
