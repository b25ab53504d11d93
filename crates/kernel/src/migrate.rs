//! Migrations of a context's own schema: applied once, in order, each whole or not at all.
//!
//! Invariants: programs that start together apply a migration once (an advisory lock); a crash
//! at any point leaves a state from which the next run completes; what was applied never changes.

use std::collections::BTreeMap;

use thiserror::Error;
use tokio_postgres::Client;

use crate::db::{Database, DatabaseError};

/// In the first lines of a migration's SQL: programs that don't know this version or a newer
/// one can't work with the schema any more.
const BREAKS: &str = "-- breaks programs older than this migration";

/// One step, made by [`migrations!`](crate::migrations).
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// 1, 2, 3 without gaps.
    pub version: i32,
    pub name: &'static str,
    pub sql: &'static str,
}

/// All steps of one schema.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// The schema; it also holds the table `migrations`.
    pub schema: &'static str,
    pub list: &'static [Migration],
}

/// The migrations of a schema, read from files beside the code when it compiles.
///
/// ```text
/// pub const MIGRATIONS: kernel::Migrations = kernel::migrations! {
///     "ledger";
///     1 "accounts" "../migrations/0001_accounts.sql",
///     2 "transfers" "../migrations/0002_transfers.sql",
/// };
/// ```
///
/// Each file runs in a transaction, so it holds nothing that can't (`CREATE INDEX
/// CONCURRENTLY`). A program that is older than the newest applied migration still starts, so
/// that a new version can be rolled out beside it, unless that file says near its top
/// `-- breaks programs older than this migration`.
#[macro_export]
macro_rules! migrations {
    ($schema:literal; $($version:literal $name:literal $path:literal),* $(,)?) => {
        $crate::migrate::Migrations {
            schema: $schema,
            list: &[$($crate::migrate::Migration {
                version: $version,
                name: $name,
                sql: include_str!($path),
            }),*],
        }
    };
}

/// Why the schema can't be brought to this program's version.
#[derive(Debug, Error)]
pub enum MigrateError {
    #[error("migrations of `{schema}` must be numbered 1, 2, 3 without gaps; found {found}")]
    BadNumber { schema: &'static str, found: i32 },
    #[error(
        "migration {version} ({name}) of `{schema}` was changed after it was applied; restore the file and put the change into a new migration"
    )]
    Changed { schema: &'static str, version: i32, name: String },
    #[error(
        "the database is newer than this program: migration {version} ({name}) of `{schema}` breaks programs that don't know it, and this one knows {known}; run the newer program"
    )]
    DatabaseTooNew { schema: &'static str, version: i32, name: String, known: i32 },
    #[error("migration {version} ({name}) of `{schema}` failed: {source}")]
    Failed { schema: &'static str, version: i32, name: &'static str, source: DatabaseError },
    #[error("the migrations of `{schema}` could not be read: {source}")]
    Database { schema: &'static str, source: DatabaseError },
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Versions that this run applied.
    pub applied: Vec<i32>,
    /// Versions in the database that this program doesn't know.
    pub unknown: Vec<i32>,
}

struct Row {
    name: String,
    checksum: String,
    breaks: bool,
}

impl Migration {
    /// BLAKE3 of the SQL, in hexadecimal.
    pub fn checksum(&self) -> String {
        blake3::hash(self.sql.as_bytes()).to_hex().to_string()
    }

    fn breaks_older_programs(&self) -> bool {
        self.sql.lines().take(10).any(|line| line.trim() == BREAKS)
    }
}

impl Migrations {
    /// Brings the schema to this program's version. May be run by many at once, and again.
    pub async fn run(&self, database: &Database) -> Result<Applied, MigrateError> {
        self.check_numbers()?;
        // The lock belongs to this session, so it ends with it, however that happens.
        let mut client = self.locked_session(database).await.map_err(self.unreadable())?;
        let rows = self.rows(&client).await.map_err(self.unreadable())?;
        self.check_known(&rows)?;
        let unknown = self.check_unknown(&rows)?;
        let mut applied = Vec::new();
        for migration in self.list.iter().filter(|known| !rows.contains_key(&known.version)) {
            self.apply(&mut client, migration).await.map_err(|source| MigrateError::Failed {
                schema: self.schema,
                version: migration.version,
                name: migration.name,
                source,
            })?;
            tracing::info!(
                schema = self.schema,
                version = migration.version,
                name = migration.name,
                "applied a migration"
            );
            applied.push(migration.version);
        }
        Ok(Applied { applied, unknown })
    }

    /// The newest version that this program knows; 0 without any.
    pub fn newest(&self) -> i32 {
        self.list.last().map_or(0, |migration| migration.version)
    }

    async fn locked_session(&self, database: &Database) -> Result<Client, DatabaseError> {
        let client = database.dedicated_client().await?;
        let lock = format!("bushel migrations of {}", self.schema);
        client.batch_execute("SET statement_timeout = 0").await?;
        client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", &[&lock]).await?;
        let schema = self.schema;
        // One implicit transaction: the schema never exists without its table.
        client
            .batch_execute(&format!(
                "CREATE SCHEMA IF NOT EXISTS {schema};
                 CREATE TABLE IF NOT EXISTS {schema}.migrations (
                     version integer PRIMARY KEY,
                     name text NOT NULL,
                     checksum text NOT NULL,
                     breaks boolean NOT NULL,
                     applied_at timestamptz NOT NULL DEFAULT now()
                 );"
            ))
            .await?;
        Ok(client)
    }

    async fn rows(&self, client: &Client) -> Result<BTreeMap<i32, Row>, DatabaseError> {
        let sql = format!("SELECT version, name, checksum, breaks FROM {}.migrations", self.schema);
        let rows = client.query(&sql, &[]).await?;
        let row = |row: &tokio_postgres::Row| {
            (row.get(0), Row { name: row.get(1), checksum: row.get(2), breaks: row.get(3) })
        };
        Ok(rows.iter().map(row).collect())
    }

    async fn apply(&self, client: &mut Client, migration: &Migration) -> Result<(), DatabaseError> {
        let transaction = client.transaction().await?;
        transaction.batch_execute(migration.sql).await?;
        // A migration may have changed the search path or the role; the row is for us.
        let sql = format!(
            "INSERT INTO {}.migrations (version, name, checksum, breaks) VALUES ($1, $2, $3, $4)",
            self.schema
        );
        let (checksum, breaks) = (migration.checksum(), migration.breaks_older_programs());
        transaction
            .execute(&sql, &[&migration.version, &migration.name, &checksum, &breaks])
            .await?;
        Ok(transaction.commit().await?)
    }

    fn check_numbers(&self) -> Result<(), MigrateError> {
        match (1..).zip(self.list).find(|(expected, found)| *expected != found.version) {
            Some((_, found)) => {
                Err(MigrateError::BadNumber { schema: self.schema, found: found.version })
            }
            None => Ok(()),
        }
    }

    fn check_known(&self, rows: &BTreeMap<i32, Row>) -> Result<(), MigrateError> {
        let changed = self.list.iter().find(|migration| {
            rows.get(&migration.version).is_some_and(|row| row.checksum != migration.checksum())
        });
        match changed {
            Some(migration) => Err(MigrateError::Changed {
                schema: self.schema,
                version: migration.version,
                name: migration.name.to_owned(),
            }),
            None => Ok(()),
        }
    }

    fn check_unknown(&self, rows: &BTreeMap<i32, Row>) -> Result<Vec<i32>, MigrateError> {
        let known = self.newest();
        let unknown = rows.range(known + 1..);
        if let Some((version, row)) = unknown.clone().rev().find(|(_, row)| row.breaks) {
            return Err(MigrateError::DatabaseTooNew {
                schema: self.schema,
                version: *version,
                name: row.name.clone(),
                known,
            });
        }
        let unknown: Vec<i32> = unknown.map(|(version, _)| *version).collect();
        if !unknown.is_empty() {
            tracing::warn!(
                schema = self.schema,
                known,
                ?unknown,
                "the database has newer migrations than this program; a newer program is running or ran"
            );
        }
        Ok(unknown)
    }

    fn unreadable(&self) -> impl FnOnce(DatabaseError) -> MigrateError + use<> {
        let schema = self.schema;
        move |source| MigrateError::Database { schema, source }
    }
}

#[cfg(test)]
mod tests;
