use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use axum::body::Body;
use axum::http::Method;
use clap::{Args, ValueEnum};
use http_body_util::BodyExt as _;

use super::super::output;
use super::super::rest::text;
use super::super::staff::escaped;
use super::name;
use super::session::Person;
use super::wallet::account;

/// Write the statement of a month to a file
#[derive(Debug, Args)]
pub(crate) struct Statement {
    /// Of what, such as EUR
    asset: String,
    /// The month, such as 2026-11
    month: String,
    /// What it is written as
    #[arg(long, value_enum, default_value = "pdf")]
    format: Format,
    /// The file; it must not be there yet
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    person: Person,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Pdf,
    Csv,
}

impl Statement {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let api = self.person.api().await?;
        let account = account(&api, &self.asset).await?;
        let path = format!(
            "/v1/wallet/accounts/{}/statements/{}?format={}",
            text(&account, "id")?,
            escaped(&self.month),
            name(self.format)
        );
        let answer = api.send(Method::GET, &path, &[], Body::empty()).await?;
        let bytes = answer.collect().await.context("the answer broke off")?.to_bytes();
        let shown = self.output.display();
        let file = std::fs::File::create_new(&self.output);
        let written = file.and_then(|mut file| std::io::Write::write_all(&mut file, &bytes));
        written.with_context(|| format!("could not write {shown}"))?;
        output::line(output::GREEN, &format!("wrote {shown}, {} bytes", bytes.len()))?;
        Ok(ExitCode::SUCCESS)
    }
}
