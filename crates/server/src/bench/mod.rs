//! Benchmarks that anyone can run. Each starts what it measures on a folder of its own, drives
//! it as a client would, checks that the results are right, and reports only what it measured.
//!
//! Reading order: `load` (what is sent), `ledger` (batches), `copy` (the limit that they are
//! held against), `clients` (how they are run), `http` (single transfers), `people` (users who are
//! signed in), `wallet` (transfers between them), `sign_ins` (a flood of passwords), `dashboard` (a page of
//! somebody busy), `shop` (its operations), `latency` and `report` (the figures).

mod clients;
mod copy;
mod dashboard;
mod http;
mod latency;
mod ledger;
mod load;
mod people;
mod report;
mod shop;
mod sign_ins;
mod wallet;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use kernel::postgres::PrivatePostgres;

use crate::operator::token::file;
use crate::scratch::ScratchFolder;
use crate::serve::{Options, Server};

/// Measure this Bushel
#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Ledger(ledger::LedgerBench),
    Http(http::HttpBench),
    Wallet(wallet::WalletBench),
    SignIns(sign_ins::SignInsBench),
    Dashboard(dashboard::DashboardBench),
    Shop(shop::ShopBench),
}

/// What can be said to all of them.
#[derive(Debug, Args)]
struct Common {
    /// Folder of the data, instead of one that is removed at the end
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// End with one JSON object
    #[arg(long)]
    json: bool,
}

impl Bench {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Ledger(bench) => bench.run().await,
            Action::Http(bench) => bench.run().await,
            Action::Wallet(bench) => bench.run().await,
            Action::SignIns(bench) => bench.run().await,
            Action::Dashboard(bench) => bench.run().await,
            Action::Shop(bench) => bench.run().await,
        }
    }
}

/// A server on a folder that goes with it, unless the user named one.
struct Stage {
    server: Server,
    // After the server, which uses it.
    _scratch: Option<ScratchFolder>,
}

impl Stage {
    /// Sets a stage, measures on it, and strikes it whatever came of that.
    async fn with<R>(
        data: Option<PathBuf>,
        measure: impl AsyncFnOnce(&Self) -> anyhow::Result<R>,
    ) -> anyhow::Result<R> {
        let stage = Self::set(data).await?;
        let measured = measure(&stage).await;
        stage.server.stop().await;
        measured
    }

    async fn set(data: Option<PathBuf>) -> anyhow::Result<Self> {
        let (data, scratch) = match data {
            Some(data) => (data, None),
            None => {
                let scratch = ScratchFolder::on_disk("bench")?;
                (scratch.path().to_owned(), Some(scratch))
            }
        };
        let mut options = Options::local(data);
        // What is measured is work, not waiting.
        options.contexts.identity.limits = identity::Limits::none();
        let server = Server::start(options).await?;
        anyhow::ensure!(server.ready().await?, "the ledger stopped before it was ready");
        Ok(Self { server, _scratch: scratch })
    }

    /// Host and port of the server.
    fn address(&self) -> anyhow::Result<String> {
        let address = self.server.url().strip_prefix("http://");
        Ok(address.context("our own URL")?.to_owned())
    }

    /// The operator's.
    fn token(&self) -> anyhow::Result<String> {
        let token = file::read(&self.server.data().token())?.context("the server has a token")?;
        Ok(token.as_str().to_owned())
    }

    fn postgres(&self) -> Option<u32> {
        self.server.postgres().and_then(PrivatePostgres::pid)
    }
}
