use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use axum::body::Body;
use axum::http::Method;
use clap::{Args, Subcommand};
use http_body_util::BodyExt as _;

use super::super::connect::Target;
use super::super::output;
use super::super::rest::Api;
use crate::operator::keys::http::RotatedKey;
use crate::operator::user_imports::http::{RejectedLine, UserImport};

/// Bytes that go to the server at once; the limit of a body is 16 MiB.
const PART_BYTES: usize = 4 << 20;

/// Take users in, exchange signing keys
#[derive(Debug, Args)]
pub(crate) struct IdentityCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Import users with their bcrypt or Argon2id hashes from a CSV file
    Import {
        /// CSV with the header email,name,password_hash[,handle,created_at,email_verified,locale]
        file: PathBuf,
        #[command(flatten)]
        target: Target,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Make a new key for access tokens; tokens of the old one stay valid until they expire
    RotateKeys {
        #[command(flatten)]
        target: Target,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

impl IdentityCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Import { file, target, json } => import(file, &target, json).await,
            Action::RotateKeys { target, json } => {
                let connection = target.connect().await?;
                let key = rotate(&connection).await;
                connection.close().await;
                let key = key?;
                output::line(
                    output::GREEN,
                    &format!("key {} signs from {}", key.kid, key.valid_from),
                )?;
                if json {
                    output::json(&key)?;
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

async fn rotate(connection: &super::super::connect::Connection) -> anyhow::Result<RotatedKey> {
    let api = Api::of(connection)?;
    let answer = api.json(Method::POST, "/v1/operator/keys/rotate", &[], None).await?;
    Ok(serde_json::from_value(answer)?)
}

async fn import(path: PathBuf, target: &Target, json: bool) -> anyhow::Result<ExitCode> {
    let file = File::open(&path).with_context(|| format!("could not read {}", path.display()))?;
    let connection = target.connect().await?;
    let done = match Api::of(&connection) {
        Ok(api) => send(&api, file).await,
        Err(error) => Err(error),
    };
    connection.close().await;
    let done = done?;
    for RejectedLine { line, reason } in &done.rejected {
        output::line(output::YELLOW, &format!("line {line}: {reason}"))?;
    }
    let count = |number: u64| output::grouped(&number.to_string());
    let (created, existing) = (count(done.created), count(done.existing));
    let rejected = count(done.rejected.len() as u64);
    output::line(
        output::BOLD,
        &format!("{created} created, {existing} there already, {rejected} rejected"),
    )?;
    if json {
        output::json(&done)?;
    }
    Ok(if done.rejected.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Sends a file part by part, each with the header. A field with a line break keeps its part
/// open: a part ends where the quotes are closed.
async fn send(api: &Api, file: File) -> anyhow::Result<UserImport> {
    let mut lines = BufReader::new(file).lines();
    let header = lines.next().context("the file is empty")?.context("the file can't be read")?;
    let (mut all, mut part, mut number, mut first) = (UserImport::default(), header.clone(), 1, 2);
    let mut quotes = 0_usize;
    for line in lines {
        let line = line.context("the file can't be read; it has to be UTF-8")?;
        number += 1;
        quotes += line.matches('"').count();
        part.push('\n');
        part.push_str(&line);
        if part.len() >= PART_BYTES && quotes.is_multiple_of(2) {
            add(
                &mut all,
                send_part(api, std::mem::replace(&mut part, header.clone())).await?,
                first,
            );
            output::note(&format!("{} lines", output::grouped(&number.to_string())));
            first = number + 1;
        }
    }
    ensure!(quotes.is_multiple_of(2), "a quote is opened and never closed");
    if part.len() > header.len() {
        add(&mut all, send_part(api, part).await?, first);
    }
    Ok(all)
}

async fn send_part(api: &Api, part: String) -> anyhow::Result<UserImport> {
    let headers = [("content-type", "text/csv")];
    let path = "/v1/operator/user-imports";
    let answer = api.send(Method::POST, path, &headers, Body::from(part)).await?;
    let bytes = answer.collect().await.context("the answer broke off")?.to_bytes();
    serde_json::from_slice(&bytes).context("the answer is not that of an import")
}

/// Adds a part's result; its line 2 is line `first` of the file.
fn add(all: &mut UserImport, part: UserImport, first: u64) {
    all.created += part.created;
    all.existing += part.existing;
    let moved =
        part.rejected.into_iter().map(|it| RejectedLine { line: it.line + first - 2, ..it });
    all.rejected.extend(moved);
}
