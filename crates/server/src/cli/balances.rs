//! `bushel ledger balances`: who has what.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::books::{self, Scales};
use super::connect::{LedgerClient, Target};
use super::output::{self, Align, Table};

/// Show the balances of accounts
#[derive(Debug, Args)]
pub(super) struct Balances {
    #[command(flatten)]
    target: Target,
    /// Only accounts of this asset
    #[arg(long, value_name = "CODE")]
    asset: Option<String>,
    /// Only accounts whose address starts with this
    #[arg(long, value_name = "PREFIX")]
    address: Option<String>,
    /// Accounts at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// End with one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Listing {
    accounts: Vec<Line>,
    /// Whether there are more than the limit.
    more: bool,
}

#[derive(Serialize)]
struct Line {
    id: String,
    address: Option<String>,
    name: Option<String>,
    asset: String,
    debits_pending: String,
    debits_posted: String,
    credits_pending: String,
    credits_posted: String,
    balance: String,
}

impl Balances {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let connection = self.target.connect().await?;
        let listing = async { self.read(&mut connection.ledger().await?).await }.await;
        connection.close().await;
        let listing = listing?;
        if self.json {
            output::json(&listing)?;
        } else {
            show(&listing)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn read(&self, client: &mut LedgerClient) -> anyhow::Result<Listing> {
        let scales = Scales::load(client).await?;
        let (asset, prefix) = (self.asset.as_deref(), self.address.as_deref());
        let (accounts, more) = books::accounts(client, asset, prefix, self.limit).await?;
        let line = |account: proto::ledger::v1::Account| {
            let balances = account.balances.unwrap_or_default();
            let amount = |minor: &str| scales.amount(&account.asset, minor);
            Line {
                debits_pending: amount(&balances.debits_pending),
                debits_posted: amount(&balances.debits_posted),
                credits_pending: amount(&balances.credits_pending),
                credits_posted: amount(&balances.credits_posted),
                balance: scales.balance(&account.asset, &balances.balance),
                name: account.metadata.get("name").cloned(),
                id: account.id,
                address: account.address,
                asset: account.asset,
            }
        };
        Ok(Listing { accounts: accounts.into_iter().map(line).collect(), more })
    }
}

fn show(listing: &Listing) -> std::io::Result<()> {
    if listing.accounts.is_empty() {
        return output::line(output::DIM, "no account matches");
    }
    let mut table = Table::new(&[
        ("account", Align::Left),
        ("asset", Align::Left),
        ("pending", Align::Right),
        ("debits", Align::Right),
        ("credits", Align::Right),
        ("balance", Align::Right),
    ]);
    for line in &listing.accounts {
        let name = line.name.as_ref().or(line.address.as_ref()).unwrap_or(&line.id);
        let pending = match (line.debits_pending.as_str(), line.credits_pending.as_str()) {
            (debits, credits) if is_zero(debits) && is_zero(credits) => String::new(),
            (debits, credits) => {
                format!("-{} +{}", output::grouped(debits), output::grouped(credits))
            }
        };
        table.row(vec![
            name.clone(),
            line.asset.clone(),
            pending,
            output::grouped(&line.debits_posted),
            output::grouped(&line.credits_posted),
            output::grouped(&line.balance),
        ]);
    }
    table.print()?;
    if listing.more {
        let text = format!("the first {}; --limit shows more", listing.accounts.len());
        output::line(output::DIM, &text)?;
    }
    Ok(())
}

fn is_zero(amount: &str) -> bool {
    amount.chars().all(|digit| digit == '0' || digit == '.')
}
