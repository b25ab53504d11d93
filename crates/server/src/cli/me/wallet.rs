use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::super::output::{self, Align};
use super::super::rest::{Api, text};
use super::super::staff::{escaped, plain};
use super::listing::Listing;
use super::name;
use super::session::Person;

/// Show what you hold
#[derive(Debug, Args)]
pub(crate) struct Accounts {
    #[command(flatten)]
    listing: Listing,
}

/// Show what came and went, the newest first
#[derive(Debug, Args)]
pub(crate) struct History {
    /// Of what, such as EUR
    asset: String,
    /// Only what has this text in its message, reference or name
    #[arg(long, short, value_name = "TEXT")]
    query: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
    #[command(flatten)]
    listing: Listing,
}

/// Open an account in an asset
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// In what, such as EUR or APPLE
    asset: String,
    #[command(flatten)]
    person: Person,
}

/// Close an account that is empty
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// In what, such as EUR
    asset: String,
    #[command(flatten)]
    person: Person,
}

/// Accept or decline what waits for you or is asked of you, or cancel what you sent or asked for
#[derive(Debug, Args)]
pub(crate) struct Resolve {
    #[arg(value_enum)]
    verb: Verb,
    /// The transfer, tr_…, or the request, req_…
    id: String,
    #[command(flatten)]
    person: Person,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Verb {
    Accept,
    Decline,
    Cancel,
}

impl Accounts {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let accounts = self.listing.api().await?.get("/v1/wallet/accounts").await?;
        let columns = [
            ("account", Align::Left),
            ("asset", Align::Left),
            ("available", Align::Right),
            ("pending in", Align::Right),
            ("pending out", Align::Right),
        ];
        self.listing.show(&accounts, &columns, |account| {
            let amount = |field: &str| scaled(&account[field], account);
            vec![
                plain(&account["id"]),
                plain(&account["asset"]),
                amount("available"),
                amount("pending_in"),
                amount("pending_out"),
            ]
        })
    }
}

impl History {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.listing.api().await?;
        let account = account(&api, &self.asset).await?;
        let mut path =
            format!("/v1/wallet/accounts/{}/history?limit={}", text(&account, "id")?, self.limit);
        if let Some(query) = &self.query {
            path += &format!("&q={}", escaped(query));
        }
        let page = api.get(&path).await?;
        let columns = [
            ("at", Align::Left),
            ("kind", Align::Left),
            ("with", Align::Left),
            ("amount", Align::Right),
            ("balance", Align::Right),
            ("message", Align::Left),
        ];
        self.listing.show(&page, &columns, |entry| {
            let sign = if entry["direction"] == "out" { "-" } else { "" };
            vec![
                plain(&entry["at"]),
                plain(&entry["kind"]),
                plain(&entry["counterparty"]["name"]),
                format!("{sign}{}", scaled(&entry["amount"], &account)),
                scaled(&entry["balance"], &account),
                plain(&entry["message"]),
            ]
        })
    }
}

impl Open {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.person.api().await?;
        let account = api.post("/v1/wallet/accounts", &json!({ "asset": self.asset })).await?;
        output::line(output::GREEN, &format!("{} is open", text(&account, "id")?))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Close {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.person.api().await?;
        let account = account(&api, &self.asset).await?;
        let path = format!("/v1/wallet/accounts/{}/close", text(&account, "id")?);
        let closed = api.post(&path, &json!({})).await?;
        output::line(output::GREEN, &format!("{} is closed", text(&closed, "id")?))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Resolve {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.person.api().await?;
        let path = match (self.id.starts_with("req_"), &*name(self.verb)) {
            (true, "accept") => format!("/v1/wallet/requests/{}/pay", escaped(&self.id)),
            (true, verb) => format!("/v1/wallet/requests/{}/{verb}", escaped(&self.id)),
            (false, verb) => format!("/v1/wallet/transfers/{}/{verb}", escaped(&self.id)),
        };
        let resolved = api.post(&path, &json!({})).await?;
        output::line(output::GREEN, &format!("{} is {}", self.id, text(&resolved, "status")?))?;
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) async fn account(api: &Api, asset: &str) -> anyhow::Result<Value> {
    let accounts = api.get("/v1/wallet/accounts").await?;
    let mut all = accounts["data"].as_array().into_iter().flatten();
    match all.find(|account| account["asset"] == asset) {
        Some(account) => Ok(account.clone()),
        None => bail!("you have no account in {asset}"),
    }
}

/// An amount as people write it.
pub(super) fn scaled(amount: &Value, account: &Value) -> String {
    let scale = account["scale"].as_u64().and_then(|scale| u8::try_from(scale).ok()).unwrap_or(0);
    let amount = amount.as_str().and_then(|text| text.parse::<kernel::SignedAmount>().ok());
    amount.map_or_else(|| "-".to_owned(), |amount| amount.format_scaled(scale))
}
