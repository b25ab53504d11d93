//! The commands that work with data. They talk to the server of a data folder, whose address and
//! token they find there, or to `--server URL --token T`; where none runs on that folder they
//! run one for the length of the command.
//!
//! With `--json` the last line of the output is one JSON object, for scripts.

mod balances;
mod books;
pub(crate) mod connect;
mod demo;
mod export;
mod import;
mod me;
mod migrate;
pub(crate) mod output;
mod prompt;
mod rest;
mod shop;
mod staff;
mod statement;
mod token;
mod verify;

use std::process::ExitCode;

use clap::{Args, Subcommand};

pub(crate) use demo::DemoCommand;
pub(crate) use me::PersonCommand;
pub(crate) use migrate::Migrate;
pub(crate) use shop::ShopCommand;
pub(crate) use staff::{AdminCommand, IdentityCommand, UserCommand};
pub(crate) use token::TokenCommand;

/// Work with the ledger
#[derive(Debug, Args)]
pub(crate) struct LedgerCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Import(import::Import),
    Balances(balances::Balances),
    Statement(statement::Statement),
    Verify(verify::Verify),
    Export(export::Export),
}

impl LedgerCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Import(command) => command.run().await,
            Action::Balances(command) => command.run().await,
            Action::Statement(command) => command.run().await,
            Action::Verify(command) => command.run().await,
            Action::Export(command) => command.run().await,
        }
    }
}
