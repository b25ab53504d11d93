//! Reading the ledger page by page, for the commands that show or export it.

use std::collections::HashMap;

use anyhow::Context as _;
use kernel::{Amount, SignedAmount, Timestamp};
use proto::ledger::v1::{
    Account, GetAccountRequest, ListAccountsRequest, ListAssetsRequest, ListTransfersRequest,
    Transfer,
};

use super::connect::{LedgerClient, explain};

pub(super) const PAGE: u32 = 200;

/// Decimals of each asset.
pub(super) struct Scales(HashMap<String, u8>);

impl Scales {
    pub(super) async fn load(client: &mut LedgerClient) -> anyhow::Result<Self> {
        let mut scales = HashMap::new();
        let mut cursor = String::new();
        loop {
            let request = ListAssetsRequest { limit: PAGE, cursor };
            let page = client.list_assets(request).await.map_err(|status| explain(&status))?;
            let page = page.into_inner();
            for asset in page.assets {
                let scale = u8::try_from(asset.scale).context("a scale is too large")?;
                scales.insert(asset.code, scale);
            }
            cursor = page.next_cursor;
            if cursor.is_empty() {
                return Ok(Self(scales));
            }
        }
    }

    /// An amount of minor units in major units.
    pub(super) fn amount(&self, asset: &str, minor: &str) -> String {
        let scaled =
            minor.parse::<Amount>().ok().map(|amount| amount.format_scaled(self.of(asset)));
        scaled.unwrap_or_else(|| minor.to_owned())
    }

    /// The same for what may be negative.
    pub(super) fn balance(&self, asset: &str, minor: &str) -> String {
        let scaled =
            minor.parse::<SignedAmount>().ok().map(|amount| amount.format_scaled(self.of(asset)));
        scaled.unwrap_or_else(|| minor.to_owned())
    }

    pub(super) fn of(&self, asset: &str) -> u8 {
        self.0.get(asset).copied().unwrap_or(0)
    }
}

/// Accounts that match, at most `limit`; and whether there are more.
pub(super) async fn accounts(
    client: &mut LedgerClient,
    asset: Option<&str>,
    address_prefix: Option<&str>,
    limit: usize,
) -> anyhow::Result<(Vec<Account>, bool)> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let request = ListAccountsRequest {
            limit: PAGE,
            cursor,
            asset: asset.map(str::to_owned),
            address_prefix: address_prefix.map(str::to_owned),
            ..ListAccountsRequest::default()
        };
        let page = client.list_accounts(request).await.map_err(|status| explain(&status))?;
        let page = page.into_inner();
        found.extend(page.accounts);
        cursor = page.next_cursor;
        if cursor.is_empty() || found.len() >= limit {
            let more = !cursor.is_empty() || found.len() > limit;
            found.truncate(limit);
            return Ok((found, more));
        }
    }
}

/// One page of transfers, oldest first; the cursor of the next one is empty after the last.
pub(super) async fn transfers(
    client: &mut LedgerClient,
    asset: Option<&str>,
    cursor: String,
) -> anyhow::Result<(Vec<Transfer>, String)> {
    let request = ListTransfersRequest {
        limit: PAGE,
        cursor,
        order: proto::ledger::v1::Order::OldestFirst.into(),
        asset: asset.map(str::to_owned),
        ..ListTransfersRequest::default()
    };
    let page = client.list_transfers(request).await.map_err(|status| explain(&status))?;
    let page = page.into_inner();
    Ok((page.transfers, page.next_cursor))
}

pub(super) async fn account(client: &mut LedgerClient, name: &str) -> anyhow::Result<Account> {
    let request = GetAccountRequest { account: name.to_owned() };
    let response = client.get_account(request).await.map_err(|status| explain(&status))?;
    response.into_inner().account.context("the server sent no account")
}

/// What people call an account: its original name, its address, or its id.
pub(super) fn name(account: &Account) -> &str {
    let name = account.metadata.get("name").map(String::as_str);
    name.or(account.address.as_deref()).unwrap_or(&account.id)
}

/// Its address, or its id.
pub(super) fn address(account: &Account) -> &str {
    account.address.as_deref().unwrap_or(&account.id)
}

pub(super) fn time(at: Option<&proto::Timestamp>) -> Option<Timestamp> {
    let at = at?;
    let micros = at.seconds.checked_mul(1_000_000)?.checked_add(i64::from(at.nanos) / 1_000)?;
    Some(Timestamp::from_micros(micros))
}

pub(super) fn wire_time(at: Timestamp) -> proto::Timestamp {
    let micros = at.as_micros();
    let nanos = micros.rem_euclid(1_000_000) * 1_000;
    proto::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(nanos).expect("less than a second"),
    }
}

/// The day, or the moment if it isn't the day's first.
pub(super) fn date(at: Timestamp) -> String {
    let text = at.to_string();
    match text.strip_suffix("T00:00:00.000000Z") {
        Some(day) => day.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_the_wire() {
        for text in ["1969-12-31T23:59:59.999999Z", "1985-01-01", "2026-11-20T21:33:00.123456Z"] {
            let at: Timestamp = text.parse().unwrap();
            assert_eq!(time(Some(&wire_time(at))), Some(at), "{text}");
        }
        assert_eq!(date("1985-01-01".parse().unwrap()), "1985-01-01");
    }
}
