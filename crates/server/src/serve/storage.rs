//! The database under a server: the private Postgres of its data folder, or the one at a URL.

use std::time::Duration;

use anyhow::Context as _;
use kernel::db::ReplicaOptions;
use kernel::migrate::Applied;
use kernel::postgres::{DataDir, PrivatePostgres};
use kernel::{Database, DatabaseOptions, Migrations};

/// A database that was brought to this program's version.
pub(crate) struct Storage {
    database: Database,
    /// Ends with this value.
    postgres: Option<PrivatePostgres>,
}

impl Storage {
    /// Connects to `url`, or starts the private Postgres, and migrates.
    pub(crate) async fn open(
        data: &DataDir,
        url: Option<&str>,
    ) -> anyhow::Result<(Self, Vec<(Migrations, Applied)>)> {
        let storage = Self::connect(data, url).await?;
        let done = storage.migrate().await?;
        Ok((storage, done))
    }

    /// The same with servers that follow it, for those who take the database from now on.
    pub(crate) fn with_replicas(mut self, options: Option<ReplicaOptions>) -> Self {
        if let Some(options) = options {
            self.database = self.database.with_replicas(options);
        }
        self
    }

    /// Brings every schema to this program's version.
    pub(crate) async fn migrate(&self) -> anyhow::Result<Vec<(Migrations, Applied)>> {
        let mut done = Vec::new();
        for migrations in schemas() {
            done.push((migrations, migrations.run(&self.database).await?));
        }
        Ok(done)
    }

    /// The names of all schemas.
    pub(crate) fn schemas() -> impl Iterator<Item = &'static str> {
        schemas().into_iter().map(|migrations| migrations.schema)
    }

    async fn connect(data: &DataDir, url: Option<&str>) -> anyhow::Result<Self> {
        let options = DatabaseOptions::default();
        if let Some(url) = url {
            let database = Database::connect_url(url, options).await;
            let database = database.context("could not use the database of DATABASE_URL")?;
            return Ok(Self { database, postgres: None });
        }
        let data = data.clone();
        let started = tokio::task::spawn_blocking(move || PrivatePostgres::start(&data)).await;
        let postgres = started.context("starting Postgres panicked")??;
        let database = Database::connect_private(&postgres, options).await?;
        Ok(Self { database, postgres: Some(postgres) })
    }

    pub(crate) const fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) const fn postgres(&self) -> Option<&PrivatePostgres> {
        self.postgres.as_ref()
    }

    /// Closes the sessions and stops the private Postgres.
    pub(crate) async fn close(self) {
        const WAIT_MAX: Duration = Duration::from_secs(40);
        self.database.close();
        let Some(postgres) = self.postgres else { return };
        let stopped = tokio::task::spawn_blocking(move || postgres.stop());
        if tokio::time::timeout(WAIT_MAX, stopped).await.is_err() {
            tracing::warn!("Postgres did not stop in time");
        }
    }
}

/// The schemas of everything that this program serves.
fn schemas() -> [Migrations; 12] {
    [
        crate::operator::MIGRATIONS,
        kernel::audit::MIGRATIONS,
        kernel::bus::MIGRATIONS,
        kernel::replay::MIGRATIONS,
        ledger::MIGRATIONS,
        identity::MIGRATIONS,
        wallet::MIGRATIONS,
        payments::MIGRATIONS,
        shop::MIGRATIONS,
        notifications::MIGRATIONS,
        oauth::MIGRATIONS,
        admin::MIGRATIONS,
    ]
}
