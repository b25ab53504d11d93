//! The commands that work with a shop.

mod import_invoices;

use std::process::ExitCode;

use clap::{Args, Subcommand};

/// Work with the shop
#[derive(Debug, Args)]
pub(crate) struct ShopCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    ImportInvoices(import_invoices::ImportInvoices),
}

impl ShopCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::ImportInvoices(command) => command.run().await,
        }
    }
}
