//! Money from a card, and to a bank account.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::{Value, json};

use super::super::rest::{Api, text};
use super::super::{output, prompt};
use super::making::{Making, Worth};

/// A provider takes a moment; what takes longer is told by mail.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(300);

/// Take money from a card; number, expiry and code are asked for, each on a line
#[derive(Debug, Args)]
pub(crate) struct Deposit {
    #[command(flatten)]
    worth: Worth,
    /// The card of an earlier deposit, pm_…, instead of its number
    #[arg(long, value_name = "TOKEN")]
    card: Option<String>,
    #[command(flatten)]
    making: Making,
}

/// Pay money out to a bank account
#[derive(Debug, Args)]
pub(crate) struct Withdraw {
    #[command(flatten)]
    worth: Worth,
    /// The account's IBAN
    iban: String,
    /// Whose account it is
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    making: Making,
}

impl Deposit {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.making.person.api().await?;
        let mut body = self.worth.body(&api).await?;
        body["provider"] = card_taker(&api).await?;
        body["card"] = match &self.card {
            Some(token) => json!({ "token": token }),
            None => asked_card()?,
        };
        let path = "/v1/payments/deposits";
        let made = self.making.post(&api, path, &body).await?;
        let deposit = followed(&api, path, made, &["pending"]).await?;
        let what = format!("{} from the card: {}", self.worth, outcome(&deposit)?);
        self.making.show(&what, &deposit)?;
        if let Some(url) = deposit["next_action"]["url"].as_str() {
            output::line(output::BOLD, &format!("confirm it at {url}"))?;
        }
        Ok(code(&deposit))
    }
}

impl Withdraw {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.making.person.api().await?;
        let mut body = self.worth.body(&api).await?;
        body["destination"] = json!({ "iban": self.iban, "name": self.name });
        let path = "/v1/payments/withdrawals";
        let made = self.making.post(&api, path, &body).await?;
        let withdrawal = followed(&api, path, made, &["pending", "processing"]).await?;
        let what = format!("{} to {}: {}", self.worth, self.name, outcome(&withdrawal)?);
        self.making.show(&what, &withdrawal)?;
        Ok(code(&withdrawal))
    }
}

/// A provider that takes a card from us. Where there is none, no number must leave this machine.
async fn card_taker(api: &Api) -> anyhow::Result<Value> {
    let known = api.get("/v1/payments/providers").await?;
    let mut taking = known["data"].as_array().into_iter().flatten();
    let found = taking.find(|it| it["card_entry"] == "page");
    let found = found.context(
        "deposits go through the provider's own form here, which needs a browser: use the web page",
    )?;
    Ok(found["name"].clone())
}

/// A card's number on the command line would stay in the shell's history.
fn asked_card() -> anyhow::Result<Value> {
    let number = prompt::line("Card number")?;
    let (month, year) = expiry(&prompt::line("Expiry (MM/YY)")?)?;
    let cvc = prompt::line("Code on the back")?;
    Ok(json!({ "number": number, "exp_month": month, "exp_year": year, "cvc": cvc }))
}

/// Month and year of `04/30` or `04/2030`.
fn expiry(text: &str) -> anyhow::Result<(u32, u32)> {
    let parts = text.split_once('/').map(|(month, year)| (month.trim(), year.trim()));
    let (month, year) = parts.context("an expiry looks like 04/30")?;
    let parsed = month.parse::<u32>().ok().zip(year.parse::<u32>().ok());
    match parsed {
        Some((month @ 1..=12, year @ 0..=99)) => Ok((month, 2000 + year)),
        Some((month @ 1..=12, year @ 2000..=9999)) => Ok((month, year)),
        _ => bail!("an expiry looks like 04/30"),
    }
}

/// How it stands once it isn't `under_way` any more, or after a while.
async fn followed(api: &Api, path: &str, made: Value, under_way: &[&str]) -> anyhow::Result<Value> {
    let path = format!("{path}/{}", text(&made, "id")?);
    let (began, mut now) = (Instant::now(), made);
    while under_way.contains(&text(&now, "status")?) && began.elapsed() < PATIENCE {
        tokio::time::sleep(PAUSE).await;
        now = api.get(&path).await?;
    }
    Ok(now)
}

/// Its status, and why it failed if it did.
fn outcome(payment: &Value) -> anyhow::Result<String> {
    let status = text(payment, "status")?.replace('_', " ");
    Ok(match payment["failure"]["code"].as_str() {
        Some(why) => format!("{status} ({why})"),
        None => status,
    })
}

fn code(payment: &Value) -> ExitCode {
    if payment["status"] == "failed" { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_is_read_as_cards_say_it() {
        assert_eq!(expiry("04/30").unwrap(), (4, 2030));
        assert_eq!(expiry(" 12 / 2031 ").unwrap(), (12, 2031));
        for wrong in ["", "13/30", "0/30", "04-30", "04/300", "x/y"] {
            assert!(expiry(wrong).is_err(), "{wrong}");
        }
    }
}
