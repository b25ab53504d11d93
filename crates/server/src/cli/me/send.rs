use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::super::rest::text;
use super::making::{Making, Worth, party};

/// Send something to somebody
#[derive(Debug, Args)]
pub(crate) struct Send {
    #[command(flatten)]
    worth: Worth,
    /// To whom: @handle, an e-mail address, or an account (acct_…)
    to: String,
    /// Words for the recipient
    #[arg(long, short, value_name = "TEXT")]
    message: Option<String>,
    /// Your own reference
    #[arg(long, value_name = "TEXT")]
    reference: Option<String>,
    /// The recipient has to accept within so many seconds
    #[arg(long, value_name = "SECONDS")]
    accept_within: Option<u32>,
    #[command(flatten)]
    making: Making,
}

impl Send {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.making.person.api().await?;
        let mut body = self.worth.body(&api).await?;
        body["to"] = party(&self.to);
        body["message"] = json!(self.message);
        body["reference"] = json!(self.reference);
        body["accept_within_s"] = json!(self.accept_within);
        let made = self.making.post(&api, "/v1/wallet/transfers", &body).await?;
        let status = text(&made, "status")?;
        self.making.show(&format!("{} to {}: {status}", self.worth, self.to), &made)
    }
}
