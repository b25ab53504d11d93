use std::process::ExitCode;

use clap::Args;

use super::super::output;
use super::super::staff::table;
use super::session::Person;

/// Show what you were told, the newest first
#[derive(Debug, Args)]
pub(crate) struct Inbox {
    /// Only what you have not read yet
    #[arg(long)]
    unread: bool,
    #[command(flatten)]
    person: Person,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Inbox {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let unread = if self.unread { "&unread=true" } else { "" };
        let path = format!("/v1/notifications/inbox?limit=50{unread}");
        let page = self.person.api().await?.get(&path).await?;
        table(&["at", "title", "text"], &page["data"])?;
        if self.json {
            output::json(&page)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
