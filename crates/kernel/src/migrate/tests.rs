use super::*;
use crate::DatabaseOptions;
use crate::db::tests::{Server, server};

const TREES: Migration =
    Migration { version: 1, name: "trees", sql: "CREATE TABLE orchard.trees (id int)" };
const APPLES: Migration =
    Migration { version: 2, name: "apples", sql: "CREATE TABLE orchard.apples (id int)" };
/// The second statement fails, so the first must leave nothing.
const BROKEN: Migration = Migration {
    version: 2,
    name: "broken",
    sql: "CREATE TABLE orchard.apples (id int); CREATE TABLE orchard.trees (id int)",
};

const fn of(list: &'static [Migration]) -> Migrations {
    Migrations { schema: "orchard", list }
}

/// A database of its own, because all tests use the same schema.
async fn database(server: &Server, name: &str) -> Database {
    let options = DatabaseOptions::default();
    let admin = Database::connect_private(&server.postgres, options.clone()).await.unwrap();
    let client = admin.client().await.unwrap();
    client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
    let mut config = server.postgres.connection_config();
    config.dbname(name);
    Database::connect(config, options).await.unwrap()
}

async fn ask(database: &Database, sql: &str) -> i64 {
    database.client().await.unwrap().query_one(sql, &[]).await.unwrap().get(0)
}

async fn tables(database: &Database) -> i64 {
    ask(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'orchard'").await
}

#[tokio::test]
async fn migrations_are_applied_once_and_continued() {
    let server = server();
    let database = database(&server, "continued").await;
    let done = of(&[TREES]).run(&database).await.unwrap();
    assert_eq!(done, Applied { applied: vec![1], unknown: vec![] });
    let done = of(&[TREES, APPLES]).run(&database).await.unwrap();
    assert_eq!(done.applied, [2]);
    assert_eq!(of(&[TREES, APPLES]).run(&database).await.unwrap(), Applied::default());
    assert_eq!(tables(&database).await, 3);
}

#[tokio::test]
async fn failing_migration_leaves_nothing_and_can_be_repeated() {
    let server = server();
    let database = database(&server, "failing").await;
    let error = of(&[TREES, BROKEN]).run(&database).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "migration 2 (broken) of `orchard` failed: database: relation \"trees\" already exists (42P07)"
    );
    assert_eq!(tables(&database).await, 2, "trees and migrations");
    assert_eq!(of(&[TREES, APPLES]).run(&database).await.unwrap().applied, [2]);
}

#[tokio::test]
async fn killed_run_is_completed_by_the_next_one() {
    const SLOW: Migration = Migration {
        version: 2,
        name: "slow",
        sql: "CREATE TABLE orchard.apples (id int); SELECT pg_sleep(60)",
    };
    let server = server();
    let database = database(&server, "killed").await;
    let run = tokio::spawn({
        let database = database.clone();
        async move { of(&[TREES, SLOW]).run(&database).await }
    });
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                WHERE datname = 'killed' AND query LIKE '%pg_sleep(60)' AND wait_event = 'PgSleep'";
    while ask(&database, kill).await == 0 {
        tokio::task::yield_now().await;
    }
    assert!(matches!(run.await.unwrap(), Err(MigrateError::Failed { version: 2, .. })));
    assert_eq!(tables(&database).await, 2, "trees and migrations");
    assert_eq!(of(&[TREES, APPLES]).run(&database).await.unwrap().applied, [2]);
}

#[tokio::test]
async fn concurrent_runs_apply_each_migration_once() {
    let server = server();
    let database = database(&server, "concurrent").await;
    let runs = (0..4).map(|_| async { of(&[TREES, APPLES]).run(&database).await.unwrap().applied });
    let applied: Vec<i32> =
        futures_util::future::join_all(runs).await.into_iter().flatten().collect();
    assert_eq!(applied, [1, 2]);
}

#[tokio::test]
async fn changed_migration_is_refused() {
    const OTHER: Migration = Migration { sql: "CREATE TABLE orchard.bushes (id int)", ..TREES };
    let server = server();
    let database = database(&server, "changed").await;
    of(&[TREES]).run(&database).await.unwrap();
    let error = of(&[OTHER, APPLES]).run(&database).await.unwrap_err();
    assert!(
        error.to_string().starts_with("migration 1 (trees) of `orchard` was changed"),
        "{error}"
    );
    assert_eq!(tables(&database).await, 2, "nothing was applied");
}

#[tokio::test]
async fn older_program_runs_beside_a_newer_one() {
    let server = server();
    let database = database(&server, "older").await;
    of(&[TREES, APPLES]).run(&database).await.unwrap();
    let done = of(&[TREES]).run(&database).await.unwrap();
    assert_eq!(done, Applied { applied: vec![], unknown: vec![2] });
}

#[tokio::test]
async fn older_program_is_refused_after_a_breaking_migration() {
    const BREAKING: Migration = Migration {
        version: 2,
        name: "felling",
        sql: "-- Trees are gone.\n-- breaks programs older than this migration\nDROP TABLE orchard.trees",
    };
    const AFTER: Migration = Migration { version: 3, ..APPLES };
    let server = server();
    let database = database(&server, "breaking").await;
    of(&[TREES, BREAKING, AFTER]).run(&database).await.unwrap();
    let error = of(&[TREES]).run(&database).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database is newer than this program: migration 2 (felling) of `orchard` breaks \
         programs that don't know it, and this one knows 1; run the newer program"
    );
    assert_eq!(of(&[TREES, BREAKING]).run(&database).await.unwrap().unknown, [3]);
}

#[tokio::test]
async fn gaps_in_the_numbers_are_refused() {
    const GAP: Migration = Migration { version: 3, ..APPLES };
    let server = server();
    let database = database(&server, "gaps").await;
    let error = of(&[TREES, GAP]).run(&database).await.unwrap_err();
    assert!(matches!(error, MigrateError::BadNumber { found: 3, .. }), "{error}");
}

#[test]
fn macro_reads_files_beside_the_code() {
    const MIGRATIONS: Migrations =
        crate::migrations! { "orchard"; 1 "trees" "tests/0001_trees.sql" };
    assert_eq!(MIGRATIONS.newest(), 1);
    assert!(MIGRATIONS.list[0].sql.starts_with("CREATE TABLE orchard.trees"));
    assert_eq!(MIGRATIONS.list[0].checksum().len(), 64);
}
