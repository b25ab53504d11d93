//! Benchmarks that anyone can run. Each starts what it measures on a folder of its own, drives
//! it as a client would, checks that the results are right, and reports only what it measured.
//!
//! Reading order: `load` (what is sent), `ledger` (batches), `copy` (the limit that they are
//! held against), `http` (single transfers), `people` (users who are signed in), `wallet` (transfers
//! between them), `sign_ins` (a flood of passwords), `latency` and `report` (the figures).

mod copy;
mod http;
mod latency;
mod ledger;
mod load;
mod people;
mod report;
mod sign_ins;
mod wallet;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

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
}

impl Bench {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Ledger(bench) => bench.run().await,
            Action::Http(bench) => bench.run().await,
            Action::Wallet(bench) => bench.run().await,
            Action::SignIns(bench) => bench.run().await,
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

    async fn strike(self) {
        self.server.stop().await;
    }
}
