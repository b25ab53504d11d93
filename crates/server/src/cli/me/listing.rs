//! What commands that show a list have in common.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::super::output::{self, Align, Table};
use super::super::rest::Api;
use super::session::Person;

/// For whom, and in which form
#[derive(Debug, Args)]
pub(super) struct Listing {
    #[command(flatten)]
    person: Person,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Listing {
    pub(super) async fn api(&self) -> anyhow::Result<Api> {
        self.person.api().await
    }

    /// Prints the page's items as the rows of a table.
    pub(super) fn show(
        &self,
        page: &Value,
        columns: &[(&'static str, Align)],
        row: impl Fn(&Value) -> Vec<String>,
    ) -> anyhow::Result<ExitCode> {
        let mut table = Table::new(columns);
        page["data"].as_array().into_iter().flatten().for_each(|item| table.row(row(item)));
        table.print()?;
        if self.json {
            output::json(page)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
