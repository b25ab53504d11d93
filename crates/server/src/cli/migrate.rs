//! `bushel migrate`: bring a database to this program's version without serving it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use kernel::postgres::DataDir;
use serde::Serialize;

use super::output;
use crate::serve::Storage;

/// Bring the database to this program's version
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// Folder of the data
    #[arg(long, value_name = "DIR", default_value = crate::DATA_DEFAULT)]
    data: PathBuf,
    /// A Postgres to use instead of the private one
    #[arg(long, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Summary {
    schemas: Vec<Schema>,
}

#[derive(Serialize)]
struct Schema {
    schema: &'static str,
    version: i32,
    applied: Vec<i32>,
}

impl Migrate {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        // A server of this folder has migrated it already when it started.
        let data = DataDir::lock(&self.data)?;
        let (storage, done) = Storage::open(&data, self.database_url.as_deref()).await?;
        let schema = |(migrations, applied): (kernel::Migrations, kernel::migrate::Applied)| {
            let version = migrations.newest();
            Schema { schema: migrations.schema, version, applied: applied.applied }
        };
        let schemas: Vec<Schema> = done.into_iter().map(schema).collect();
        storage.close().await;
        for Schema { schema, version, applied } in &schemas {
            let what = match applied.len() {
                0 => "nothing to do".to_owned(),
                count => format!("{count} applied"),
            };
            output::line(output::GREEN, &format!("{schema}: at version {version}, {what}"))?;
        }
        if self.json {
            output::json(&Summary { schemas })?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
