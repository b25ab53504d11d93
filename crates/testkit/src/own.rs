//! A whole Postgres for one test, to be killed, stopped and started again.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use kernel::postgres::{Binaries, DataDir, Options, PrivatePostgres, scratch_folder};
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
        let mut own = Self::new_in(parent, options);
        own.start_again();
        own
    }

    fn new_in(parent: &Path, options: Options) -> Self {
        let folder = temporary(parent);
        let data = DataDir::lock(folder.path()).expect("a new folder can be locked");
        Self { postgres: None, data, options, _folder: folder }
    }

    /// A replica, which follows it from this moment on. Takes about a second.
    pub fn replica(&self) -> Self {
        let parent = self.folder().parent().expect("a temporary folder has a parent");
        let mut replica = Self::new_in(parent, self.options.clone());
        self.copy_to(&replica.data);
        replica.start_again();
        replica
    }

    fn copy_to(&self, data: &DataDir) {
        let socket = self.postgres().socket_folder();
        let binaries = Binaries::find(Some(self.postgres().major())).expect("it runs already");
        let owner = std::fs::metadata(socket).expect("the server is there");
        // The copy has to be made by the user who runs Postgres, in a folder of theirs.
        let folder = temporary(data.path().parent().expect("a temporary folder has a parent"));
        chown(folder.path(), Some(owner.uid()), Some(owner.gid())).expect("it is ours");
        let copy = folder.path().join("pgdata");
        let mut command = Command::new(binaries.folder().join("pg_basebackup"));
        command.uid(owner.uid()).gid(owner.gid()).current_dir("/");
        command.args(["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast"]);
        command.args(["--no-sync", "--username=bushel", "--port=5432", "--host"]).arg(socket);
        let output = command.arg("--pgdata").arg(&copy).output().expect("it can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::rename(copy, data.pgdata()).expect("both are in one folder");
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

fn temporary(parent: &Path) -> TempDir {
    let folder = tempfile::Builder::new().prefix("bushel-test-").tempdir_in(parent);
    folder.expect("a temporary folder can be made")
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
