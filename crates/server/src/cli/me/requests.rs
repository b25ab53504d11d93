use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::super::output::Align;
use super::super::rest::text;
use super::super::staff::plain;
use super::listing::Listing;
use super::making::{Making, Worth, party};
use super::wallet::scaled;

/// Ask somebody for something
#[derive(Debug, Args)]
pub(crate) struct Request {
    #[command(flatten)]
    worth: Worth,
    /// Who is to pay: @handle, an e-mail address, or an account (acct_…)
    from: String,
    /// Words for whoever pays
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,
    /// It stays open for so many seconds; two weeks unless given
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<u32>,
    #[command(flatten)]
    making: Making,
}

/// Show what you asked for and are asked for, the newest first
#[derive(Debug, Args)]
pub(crate) struct Requests {
    #[command(flatten)]
    listing: Listing,
}

impl Request {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.making.person.api().await?;
        let mut body = self.worth.body(&api).await?;
        body["from"] = party(&self.from);
        body["message"] = json!(self.message);
        body["expires_in_s"] = json!(self.expires_in);
        let made = self.making.post(&api, "/v1/wallet/requests", &body).await?;
        let status = text(&made, "status")?;
        self.making.show(&format!("{} from {}: {status}", self.worth, self.from), &made)
    }
}

impl Requests {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let page = self.listing.api().await?.get("/v1/wallet/requests?limit=50").await?;
        let columns = [
            ("request", Align::Left),
            ("status", Align::Left),
            ("who pays", Align::Left),
            ("who asks", Align::Left),
            ("amount", Align::Right),
            ("asset", Align::Left),
            ("message", Align::Left),
        ];
        self.listing.show(&page, &columns, |request| {
            vec![
                plain(&request["id"]),
                plain(&request["status"]),
                plain(&request["from"]["name"]),
                plain(&request["to"]["name"]),
                scaled(&request["amount"], request),
                plain(&request["asset"]),
                plain(&request["message"]),
            ]
        })
    }
}
