use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use axum::http::Method;
use clap::Args;
use kernel::id::UuidV7;
use kernel::{Amount, IdSource as _};
use serde_json::{Value, json};

use super::super::output;
use super::super::rest::{Api, Refused, text};
use super::super::staff::escaped;
use super::session::Person;

/// Send something to somebody
#[derive(Debug, Args)]
pub(crate) struct Send {
    /// How much, as people write it, such as 12.50
    amount: String,
    /// Of what, such as EUR or APPLE
    asset: String,
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
    /// Makes a repeat of this command harmless; a fresh one unless given
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    #[command(flatten)]
    person: Person,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Send {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.person.api().await?;
        let body = self.body(scale(&api, &self.asset).await?)?;
        let fresh = || format!("cli-{:032x}", UuidV7.next_bits());
        let key = self.idempotency_key.clone().unwrap_or_else(fresh);
        let headers = [("idempotency-key", key.as_str())];
        let made = api.json(Method::POST, "/v1/wallet/transfers", &headers, Some(&body)).await;
        let made = made.map_err(|error| unless_refused(error, &key))?;
        let (id, status) = (text(&made, "id")?, text(&made, "status")?);
        output::line(
            output::GREEN,
            &format!("{} {} to {}: {status}", self.amount, self.asset, self.to),
        )?;
        output::line(output::DIM, id)?;
        if self.json {
            output::json(&made)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn body(&self, scale: u8) -> anyhow::Result<Value> {
        let amount = Amount::parse_scaled(&self.amount, scale)
            .with_context(|| format!("{} is no amount of {}", self.amount, self.asset))?;
        let mut body = json!({ "to": recipient(&self.to), "asset": self.asset, "amount": amount });
        if let Some(message) = &self.message {
            body["message"] = json!(message);
        }
        if let Some(reference) = &self.reference {
            body["reference"] = json!(reference);
        }
        if let Some(seconds) = self.accept_within {
            body["accept_within_s"] = json!(seconds);
        }
        Ok(body)
    }
}

/// Says how to go on where nobody knows whether it was done; a refusal says itself why it wasn't.
fn unless_refused(error: anyhow::Error, key: &str) -> anyhow::Error {
    let is_refusal = |refused: &Refused| refused.status.is_client_error();
    if error.downcast_ref::<Refused>().is_some_and(is_refusal) {
        return error;
    }
    anyhow!("{error:#}; repeat it safely with --idempotency-key {key}")
}

/// How many decimals an asset has.
async fn scale(api: &Api, asset: &str) -> anyhow::Result<u8> {
    let found = api.get(&format!("/v1/ledger/assets/{}", escaped(asset))).await?;
    match found["scale"].as_u64().and_then(|scale| u8::try_from(scale).ok()) {
        Some(scale) => Ok(scale),
        None => bail!("the server does not say what scale {asset} has"),
    }
}

/// Whom a text names.
fn recipient(to: &str) -> Value {
    if let Some(handle) = to.strip_prefix('@') {
        json!({ "handle": handle })
    } else if to.starts_with("acct_") {
        json!({ "account": to })
    } else if to.contains('@') {
        json!({ "email": to })
    } else {
        json!({ "handle": to })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_told_apart() {
        assert_eq!(recipient("@ann"), json!({ "handle": "ann" }));
        assert_eq!(recipient("ann"), json!({ "handle": "ann" }));
        assert_eq!(recipient("ann@example.org"), json!({ "email": "ann@example.org" }));
        assert_eq!(recipient("acct_1"), json!({ "account": "acct_1" }));
    }
}
