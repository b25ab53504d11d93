use std::process::ExitCode;

use clap::Args;

use super::super::output::Align;
use super::super::staff::plain;
use super::listing::Listing;

/// Show what you were told, the newest first
#[derive(Debug, Args)]
pub(crate) struct Inbox {
    /// Only what you have not read yet
    #[arg(long)]
    unread: bool,
    #[command(flatten)]
    listing: Listing,
}

impl Inbox {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let unread = if self.unread { "&unread=true" } else { "" };
        let path = format!("/v1/notifications/inbox?limit=50{unread}");
        let page = self.listing.api().await?.get(&path).await?;
        let columns = ["at", "title", "text"];
        self.listing.show(&page, &columns.map(|name| (name, Align::Left)), |told| {
            columns.iter().map(|name| plain(&told[*name])).collect()
        })
    }
}
