//! `bushel demo`: whether a database holds a demo world, and removing it.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use kernel::postgres::DataDir;
use serde::Serialize;
use serde_json::Value;

use super::connect::Target;
use super::rest::Api;
use super::{output, prompt};
use crate::demo;
use crate::serve::Storage;

/// Look at the demo world, or remove it
#[derive(Debug, Args)]
pub(crate) struct DemoCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Status(Status),
    Remove(Remove),
}

/// Say whether there is a demo world, and who one can be in it
#[derive(Debug, Args)]
struct Status {
    #[command(flatten)]
    target: Target,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Remove the demo world with everything that was made in it since; the server must not run
#[derive(Debug, Args)]
struct Remove {
    /// Folder of the data
    #[arg(long, value_name = "DIR", default_value = crate::DATA_DEFAULT)]
    data: PathBuf,
    /// A Postgres to use instead of the private one
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Don't ask
    #[arg(long)]
    yes: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Removed {
    removed: bool,
}

impl DemoCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Status(command) => command.run().await,
            Action::Remove(command) => command.run().await,
        }
    }
}

impl Status {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let connection = self.target.connect().await?;
        let found = match Api::of(&connection) {
            Ok(api) => api.get("/v1/demo").await,
            Err(error) => Err(error),
        };
        connection.close().await;
        let found = found?;
        if found["is_demo"] == true {
            output::line(output::GREEN, "this is a demo world; one can be:")?;
            for person in found["people"].as_array().into_iter().flatten() {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let (handle, what) = (text(&person["handle"]), text(&person["description"]["en"]));
                output::line(anstyle::Style::new(), &format!("  {handle:<10} {what}"))?;
            }
        } else {
            output::line(anstyle::Style::new(), "this is no demo world")?;
        }
        if self.json {
            output::json(&found)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Remove {
    async fn run(self) -> anyhow::Result<ExitCode> {
        let data = DataDir::lock(&self.data).context("the demo world can't be removed now")?;
        let (storage, _) = Storage::open(&data, self.database_url.as_deref()).await?;
        let removed = self.remove(&storage).await;
        storage.close().await;
        let removed = removed?;
        if removed {
            output::line(
                output::GREEN,
                "the demo world is gone; the next start begins an empty bank",
            )?;
            output::note("`bushel serve --demo` makes a new one, and so does `make run`");
        } else {
            output::line(anstyle::Style::new(), "nothing was removed")?;
        }
        if self.json {
            output::json(&Removed { removed })?;
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn remove(&self, storage: &Storage) -> anyhow::Result<bool> {
        let mark = demo::mark(storage.database()).await?;
        if mark.is_some() && !self.yes && !confirmed()? {
            return Ok(false);
        }
        demo::remove(storage).await?;
        Ok(true)
    }
}

fn confirmed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("it deletes everything in this database; say --yes where nobody can be asked");
    }
    let question = "Delete everything in this database, also what you made in it? Type yes";
    Ok(prompt::line(question)? == "yes")
}
