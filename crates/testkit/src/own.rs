//! A whole Postgres for one test, to be killed, stopped and started again.

use std::path::Path;

use kernel::postgres::{DataDir, Options, PrivatePostgres, scratch_folder};
use kernel::{Database, DatabaseOptions, Migrations};
use tempfile::TempDir;

use crate::server::quick;

/// A private Postgres in a data folder of its own; both end with this value.
pub struct OwnPostgres {
    // Dropped in this order: the server, the lock, the folder.
    postgres: Option<PrivatePostgres>,
    data: DataDir,
    options: Options,
    _folder: TempDir,
}

impl OwnPostgres {
    /// One that forgets at a power failure, but not when it is killed. Takes about a second.
    ///
    /// # Panics
    /// If there is no Postgres.
    pub fn start() -> Self {
        Self::start_in(&scratch_folder(), quick())
    }

    /// One with `fsync`, as in production.
    pub fn start_durable() -> Self {
        Self::start_in(&std::env::temp_dir(), Options { durable: true, ..quick() })
    }

    fn start_in(parent: &Path, options: Options) -> Self {
        let folder = tempfile::Builder::new().prefix("bushel-test-").tempdir_in(parent);
        let folder = folder.expect("a temporary folder can be made");
        let data = DataDir::lock(folder.path()).expect("a new folder can be locked");
        let mut own = Self { postgres: None, data, options, _folder: folder };
        own.start_again();
        own
    }

    /// Stops it in an orderly way.
    pub fn stop(&mut self) {
        if let Some(postgres) = self.postgres.take() {
            postgres.stop();
        }
    }

    /// Starts it again after [`stop`](Self::stop).
    pub fn start_again(&mut self) {
        let started = PrivatePostgres::start_with(&self.data, self.options.clone());
        let postgres = started.unwrap_or_else(|error| panic!("the tests need a Postgres: {error}"));
        self.postgres = Some(postgres);
    }

    /// # Panics
    /// If it is stopped.
    pub fn postgres(&self) -> &PrivatePostgres {
        self.postgres.as_ref().expect("it is running")
    }

    pub fn folder(&self) -> &Path {
        self.data.path()
    }

    /// Connects to its one database and migrates it.
    pub async fn database(&self, migrations: &[Migrations]) -> Database {
        let options = DatabaseOptions::default();
        let database = Database::connect_private(self.postgres(), options).await;
        let database = database.expect("Postgres was ready");
        for migrations in migrations {
            migrations.run(&database).await.expect("the migrations can be applied");
        }
        database
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_stops_and_starts_with_its_data() {
        let mut own = OwnPostgres::start_durable();
        let client = own.database(&[]).await.dedicated_client().await.unwrap();
        client.batch_execute("CREATE TABLE apples AS SELECT 7 AS n").await.unwrap();
        own.stop();
        own.start_again();
        let client = own.database(&[]).await.dedicated_client().await.unwrap();
        let row = client.query_one("SELECT n, current_setting('fsync') FROM apples", &[]);
        let row = row.await.unwrap();
        assert_eq!((row.get::<_, i32>(0), row.get::<_, &str>(1)), (7, "on"));
    }
}
