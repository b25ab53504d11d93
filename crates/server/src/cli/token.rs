//! `bushel token`: look at the operator's token, or replace it.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};

use super::connect::{Connection, Target};
use super::{output, rest};
use crate::operator::token::file;

/// Show or replace the operator token
#[derive(Debug, Args)]
pub(crate) struct TokenCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the token that is stored in the data folder
    Show {
        #[command(flatten)]
        target: Target,
    },
    /// Replace the token; the old one is refused within a second
    Rotate {
        #[command(flatten)]
        target: Target,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Serialize, Deserialize)]
struct Rotated {
    token: String,
}

impl TokenCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Show { target } => show(&target),
            Action::Rotate { target, json } => {
                let connection = target.connect().await?;
                let rotated = rotate(&connection).await;
                connection.close().await;
                let rotated = rotated?;
                if json {
                    output::json(&rotated)?;
                } else {
                    writeln!(std::io::stdout().lock(), "{}", rotated.token)?;
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn show(target: &Target) -> anyhow::Result<ExitCode> {
    let path = target.data.join("token");
    let token = file::read(&path)?.with_context(|| {
        format!(
            "there is no token in {}; the first `bushel serve` makes one, \
             `bushel token rotate` replaces a lost one",
            path.display()
        )
    })?;
    writeln!(std::io::stdout().lock(), "{}", token.as_str())?;
    Ok(ExitCode::SUCCESS)
}

/// Whoever may use the data folder while no server runs on it needs no token: a lost one has to
/// be replaced somehow.
async fn rotate(connection: &Connection) -> anyhow::Result<Rotated> {
    if let Some(guard) = connection.own_guard() {
        let token = guard.rotate(None).await?;
        let token = token.context("the token was rotated by somebody else at the same moment")?;
        return Ok(Rotated { token: token.as_str().to_owned() });
    }
    let body = rest::post(connection, "/v1/operator/token/rotate").await?;
    let bytes = body.collect().await.context("the answer broke off")?.to_bytes();
    serde_json::from_slice(&bytes).context("the answer has no token")
}
