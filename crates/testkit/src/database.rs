//! A database for one test.

use kernel::{Database, DatabaseOptions, Migrations};
use tokio_postgres::Config;

use crate::server::server;

/// A migrated database of its own; dropped with this value.
pub struct TestDatabase {
    database: Database,
    name: String,
}

impl TestDatabase {
    /// Clones the template of these migrations; the first call makes it, and starts Postgres.
    ///
    /// # Panics
    /// If there is no Postgres, or a migration fails.
    pub async fn create(migrations: &[Migrations]) -> Self {
        Self::create_with(migrations, DatabaseOptions::default()).await
    }

    /// The same with other options of the pool.
    pub async fn create_with(migrations: &[Migrations], options: DatabaseOptions) -> Self {
        let name = server().admin.create(migrations).await;
        let database = Database::connect(config(&name), options).await;
        Self { database: database.expect("a new database answers"), name }
    }

    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// How to connect to it, for a second pool or another process.
    pub fn config(&self) -> Config {
        config(&self.name)
    }

    /// Its name on the server.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        self.database.close();
        let dropped = server().admin.drop_database(std::mem::take(&mut self.name));
        if server().is_shared() {
            // It outlives us, so the database must not. An error was printed by the other side.
            let _ = dropped.recv();
        }
    }
}

fn config(name: &str) -> Config {
    let mut config = server().config.clone();
    config.dbname(name);
    config
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use kernel::migrate::Migration;

    use super::*;

    const ORCHARD: Migrations = Migrations {
        schema: "orchard",
        list: &[Migration {
            version: 1,
            name: "trees",
            sql: "CREATE TABLE orchard.trees (id int)",
        }],
    };
    const CELLAR: Migrations = Migrations {
        schema: "cellar",
        list: &[Migration { version: 1, name: "jars", sql: "CREATE TABLE cellar.jars (id int)" }],
    };

    async fn count(test: &TestDatabase, sql: &str) -> i64 {
        test.database().client().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
    }

    #[tokio::test]
    async fn tests_do_not_see_each_others_rows() {
        let (first, second) =
            (TestDatabase::create(&[ORCHARD]).await, TestDatabase::create(&[ORCHARD]).await);
        let client = first.database().client().await.unwrap();
        client.batch_execute("INSERT INTO orchard.trees VALUES (1)").await.unwrap();
        assert_eq!(count(&first, "SELECT count(*) FROM orchard.trees").await, 1);
        assert_eq!(count(&second, "SELECT count(*) FROM orchard.trees").await, 0);
        assert_ne!(first.name(), second.name());
    }

    #[tokio::test]
    async fn each_set_of_migrations_has_its_template() {
        let both = TestDatabase::create(&[ORCHARD, CELLAR]).await;
        assert_eq!(count(&both, "SELECT count(*) FROM cellar.jars").await, 0);
        let empty = TestDatabase::create(&[]).await;
        let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname IN ('orchard', 'cellar')";
        assert_eq!(count(&both, schemas).await, 2);
        assert_eq!(count(&empty, schemas).await, 0);
    }

    #[tokio::test]
    async fn dropped_database_is_gone_even_with_sessions() {
        let keeper = TestDatabase::create(&[]).await;
        let test = TestDatabase::create(&[]).await;
        let name = test.name().to_owned();
        let _session = test.database().dedicated_client().await.unwrap();
        drop(test);
        let sql = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        let started = Instant::now();
        while count(&keeper, &sql).await > 0 {
            assert!(started.elapsed() < Duration::from_secs(10), "{name} is still there");
        }
    }
}
