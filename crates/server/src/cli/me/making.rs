//! What commands that make something have in common: how much of what, once.

use std::fmt;
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

/// How much of what
#[derive(Debug, Args)]
pub(super) struct Worth {
    /// How much, as people write it, such as 12.50
    amount: String,
    /// Of what, such as EUR or APPLE
    asset: String,
}

/// For whom, and how often
#[derive(Debug, Args)]
pub(super) struct Making {
    /// Makes a repeat of this command harmless; a fresh one unless given
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    #[command(flatten)]
    pub(super) person: Person,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Worth {
    /// The fields `asset` and `amount` of a body.
    pub(super) async fn body(&self, api: &Api) -> anyhow::Result<Value> {
        let amount = Amount::parse_scaled(&self.amount, scale(api, &self.asset).await?)
            .with_context(|| format!("{} is no amount of {}", self.amount, self.asset))?;
        Ok(json!({ "asset": self.asset, "amount": amount }))
    }
}

impl fmt::Display for Worth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.asset)
    }
}

impl Making {
    /// Makes it, once however often the command is repeated with its key.
    pub(super) async fn post(&self, api: &Api, path: &str, body: &Value) -> anyhow::Result<Value> {
        let fresh = || format!("cli-{:032x}", UuidV7.next_bits());
        let key = self.idempotency_key.clone().unwrap_or_else(fresh);
        let headers = [("idempotency-key", key.as_str())];
        let made = api.json(Method::POST, path, &headers, Some(body)).await;
        made.map_err(|error| unless_refused(error, &key))
    }

    /// Says what was made, and its id.
    pub(super) fn show(&self, what: &str, made: &Value) -> anyhow::Result<ExitCode> {
        output::line(output::GREEN, what)?;
        output::line(output::DIM, text(made, "id")?)?;
        if self.json {
            output::json(made)?;
        }
        Ok(ExitCode::SUCCESS)
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
pub(super) fn party(text: &str) -> Value {
    if let Some(handle) = text.strip_prefix('@') {
        json!({ "handle": handle })
    } else if text.starts_with("acct_") {
        json!({ "account": text })
    } else if text.contains('@') {
        json!({ "email": text })
    } else {
        json!({ "handle": text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parties_are_told_apart() {
        assert_eq!(party("@ann"), json!({ "handle": "ann" }));
        assert_eq!(party("ann"), json!({ "handle": "ann" }));
        assert_eq!(party("ann@example.org"), json!({ "email": "ann@example.org" }));
        assert_eq!(party("acct_1"), json!({ "account": "acct_1" }));
    }
}
