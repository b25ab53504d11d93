use std::process::ExitCode;

use axum::http::Method;
use clap::{Args, Subcommand, ValueEnum};
use kernel::{Clock as _, SystemClock, Timestamp};
use serde_json::json;

use super::super::output::{self, Align};
use super::super::rest::text;
use super::super::staff::{escaped, plain};
use super::listing::Listing;
use super::making::{Making, Worth, party};
use super::name;
use super::session::Person;
use super::wallet::scaled;

/// Send something again and again
#[derive(Debug, Args)]
pub(crate) struct ScheduleCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Add(Add),
    List(List),
    Cancel(Cancel),
}

/// Make a schedule
#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    worth: Worth,
    /// To whom: @handle, an e-mail address, or an account (acct_…)
    to: String,
    #[arg(long, value_enum)]
    every: Every,
    /// When the first one is sent, such as 2026-12-01T08:00:00Z; now unless given
    #[arg(long, value_name = "TIME")]
    start: Option<Timestamp>,
    /// How many are sent; without it, until it is cancelled
    #[arg(long, value_name = "N")]
    count: Option<u32>,
    /// Words for the recipient
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,
    #[command(flatten)]
    making: Making,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Every {
    Once,
    Day,
    Week,
    Month,
}

/// Show your schedules, the newest first
#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    listing: Listing,
}

/// End a schedule; what was sent stays sent
#[derive(Debug, Args)]
struct Cancel {
    /// The schedule, sch_…
    id: String,
    #[command(flatten)]
    person: Person,
}

impl ScheduleCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Add(command) => command.run().await,
            Action::List(command) => command.run().await,
            Action::Cancel(command) => command.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.making.person.api().await?;
        let mut body = self.worth.body(&api).await?;
        body["to"] = party(&self.to);
        body["every"] = json!(name(self.every));
        body["start_at"] = json!(self.start.unwrap_or_else(|| SystemClock.now()));
        body["count"] = json!(self.count);
        body["message"] = json!(self.message);
        let made = self.making.post(&api, "/v1/wallet/schedules", &body).await?;
        let status = text(&made, "status")?;
        self.making.show(&format!("{} to {}: {status}", self.worth, self.to), &made)
    }
}

impl List {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let page = self.listing.api().await?.get("/v1/wallet/schedules?limit=50").await?;
        let columns = [
            ("schedule", Align::Left),
            ("status", Align::Left),
            ("to", Align::Left),
            ("amount", Align::Right),
            ("asset", Align::Left),
            ("every", Align::Left),
            ("next", Align::Left),
        ];
        self.listing.show(&page, &columns, |schedule| {
            vec![
                plain(&schedule["id"]),
                plain(&schedule["status"]),
                plain(&schedule["to"]["name"]),
                scaled(&schedule["amount"], schedule),
                plain(&schedule["asset"]),
                plain(&schedule["every"]),
                plain(&schedule["next_at"]),
            ]
        })
    }
}

impl Cancel {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.person.api().await?;
        let path = format!("/v1/wallet/schedules/{}", escaped(&self.id));
        api.json(Method::DELETE, &path, &[("if-match", "*")], None).await?;
        output::line(output::GREEN, &format!("{} is cancelled", self.id))?;
        Ok(ExitCode::SUCCESS)
    }
}
