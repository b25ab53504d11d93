use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::*;
use crate::error::{DomainError, ErrorKind};
use crate::postgres::{DataDir, Options, scratch_folder};
use crate::{Amount, Metadata, SignedAmount, Timestamp};

crate::define_id! {
    /// An apple tree.
    struct TreeId = "tree";
}

pub(crate) struct Server {
    pub(crate) postgres: PrivatePostgres,
    _folder: tempfile::TempDir,
}

/// One for all tests that run at the same time; it stops with the last of them.
pub(crate) fn server() -> Arc<Server> {
    static SERVER: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut shared = SERVER.lock();
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(start());
        *shared = Arc::downgrade(&server);
        server
    })
}

fn start() -> Server {
    let folder = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(folder.path()).unwrap();
    let options = Options { durable: false, shared_buffers_mib: Some(32), binaries: None };
    let postgres = PrivatePostgres::start_with(&data, options).unwrap();
    Server { postgres, _folder: folder }
}

fn options() -> DatabaseOptions {
    DatabaseOptions { connect_max: Duration::from_millis(100), ..DatabaseOptions::default() }
}

#[test]
fn urls_are_read_without_repeating_them() {
    let config = parse_url("postgres://amy:secret@localhost:5433/shop").unwrap();
    assert_eq!((config.get_user(), config.get_dbname()), (Some("amy"), Some("shop")));
    assert!(parse_url("host=/run/postgresql user=amy sslmode=disable").is_ok());
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = parse_url(&format!("postgres://localhost/shop?sslmode={mode}")).unwrap_err();
        assert!(error.to_string().contains("not supported yet"), "{error}");
    }
    for url in ["postgres://amy:secret@localhost:port/shop", "amy:secret", "password=secret x"] {
        let message = parse_url(url).unwrap_err().to_string();
        assert!(message.starts_with("the URL of the database is not valid"), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
}

#[tokio::test]
async fn server_that_is_not_there_is_given_up_after_the_patience() {
    let started = Instant::now();
    let url = "host=/nonexistent user=amy";
    let error = Database::connect_url(url, options()).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(2));
    assert!(error.is_transient(), "{error}");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().starts_with("database: error connecting to server"), "{error}");
}

#[tokio::test]
async fn missing_database_is_not_waited_for() {
    let server = server();
    let mut config = server.postgres.connection_config();
    config.dbname("orchard");
    let patient = DatabaseOptions { connect_max: Duration::from_secs(60), ..options() };
    let error = Database::connect(config, patient).await.unwrap_err();
    assert_eq!(error.to_string(), "database: database \"orchard\" does not exist (3D000)");
}

#[tokio::test]
async fn sessions_have_their_settings_and_a_statement_timeout() {
    let server = server();
    let options = DatabaseOptions { statement_max: Duration::from_millis(50), ..options() };
    let database = Database::connect_private(&server.postgres, options).await.unwrap();
    let client = database.client().await.unwrap();
    let row = client
        .query_one("SELECT current_setting('application_name'), current_setting('timezone')", &[]);
    let row = row.await.unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1)), ("bushel", "UTC"));
    let error: DatabaseError =
        client.batch_execute("SELECT pg_sleep(30)").await.unwrap_err().into();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unavailable, "database.unavailable"));
}

#[tokio::test]
async fn busy_pool_is_an_outage_and_not_a_hang() {
    let server = server();
    let options =
        DatabaseOptions { connections_max: 1, wait_max: Duration::from_millis(20), ..options() };
    let database = Database::connect_private(&server.postgres, options).await.unwrap();
    let _only = database.client().await.unwrap();
    let error = database.client().await.unwrap_err();
    assert!(matches!(error, DatabaseError::PoolBusy), "{error}");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn pool_works_again_after_the_server_was_killed() {
    let server = server();
    let options = DatabaseOptions { application_name: "doomed".to_owned(), ..options() };
    let database = Database::connect_private(&server.postgres, options).await.unwrap();
    let client = database.client().await.unwrap();
    // Ends all its sessions as a crash does, this one included.
    let all =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'";
    let error = DatabaseError::from(client.batch_execute(all).await.unwrap_err());
    assert!(error.is_transient(), "{error}");
    while !client.is_closed() {
        tokio::task::yield_now().await;
    }
    drop(client);
    let client = database.client().await.unwrap();
    assert_eq!(client.query_one("SELECT 1", &[]).await.unwrap().get::<_, i32>(0), 1);
}

#[tokio::test]
async fn constraint_is_named_and_other_failures_are_internal() {
    let server = server();
    let database = Database::connect_private(&server.postgres, options()).await.unwrap();
    let client = database.client().await.unwrap();
    client.batch_execute("CREATE TABLE trees (id int CONSTRAINT trees_pk PRIMARY KEY); INSERT INTO trees VALUES (1)").await.unwrap();
    let error = client.batch_execute("INSERT INTO trees VALUES (1)").await.unwrap_err();
    assert_eq!(constraint(&error), Some("trees_pk"));
    let error = DatabaseError::from(error);
    assert_eq!((error.kind(), error.code()), (ErrorKind::Internal, "database.failed"));
    assert!(!error.client_message().contains("trees"));
}

#[tokio::test]
async fn deadlock_may_be_tried_again() {
    let server = server();
    let database = Database::connect_private(&server.postgres, options()).await.unwrap();
    let client = database.client().await.unwrap();
    let deadlock = "do $$ begin raise exception 'a deadlock' using errcode = '40P01'; end $$";
    let error = DatabaseError::from(client.batch_execute(deadlock).await.unwrap_err());
    assert_eq!((error.kind(), error.code()), (ErrorKind::Unavailable, "database.unavailable"));
}

#[tokio::test]
async fn kernel_types_are_what_postgres_thinks_they_are() {
    let server = server();
    let database = Database::connect_private(&server.postgres, options()).await.unwrap();
    let client = database.client().await.unwrap();
    let id = TreeId::generate();
    let amount = Amount::MAX;
    let floor = SignedAmount::MIN;
    let at: Timestamp = "2026-11-20T21:33:00.123456Z".parse().unwrap();
    let mut notes = Metadata::new();
    notes.insert("kind".to_owned(), "apple".to_owned()).unwrap();
    let sql = "SELECT $1::uuid, $2::numeric(39,0), $3::numeric(39,0), $4::timestamptz, $5::jsonb, \
               $1::text, $2::text, $3::text, extract(epoch FROM $4) * 1000000 = 1795210380123456, $5 ->> 'kind'";
    let statement = client.prepare_cached(sql).await.unwrap();
    let row = client.query_one(&statement, &[&id, &amount, &floor, &at, &notes]).await.unwrap();
    assert_eq!(row.get::<_, TreeId>(0), id);
    assert_eq!(row.get::<_, Amount>(1), amount);
    assert_eq!(row.get::<_, SignedAmount>(2), floor);
    assert_eq!(row.get::<_, Timestamp>(3), at);
    assert_eq!(row.get::<_, Metadata>(4), notes);
    assert_eq!(row.get::<_, &str>(5), id.as_uuid().to_string());
    assert_eq!(row.get::<_, &str>(6), amount.to_string());
    assert_eq!(row.get::<_, &str>(7), floor.to_string());
    assert!(row.get::<_, bool>(8));
    assert_eq!(row.get::<_, &str>(9), "apple");
}

#[tokio::test]
async fn dedicated_session_hears_notifications() {
    let server = server();
    let database = Database::connect_private(&server.postgres, options()).await.unwrap();
    let Dedicated { client, mut connection } = database.dedicated().await.unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        while let Some(Ok(message)) =
            std::future::poll_fn(|context| connection.poll_message(context)).await
        {
            if let AsyncMessage::Notification(notification) = message {
                let _ = sender.send(notification.payload().to_owned()).await;
            }
        }
    });
    client.batch_execute("LISTEN orchard; NOTIFY orchard, 'ripe'").await.unwrap();
    assert_eq!(receiver.recv().await.as_deref(), Some("ripe"));
}

/// How often this session planned a statement for the values of one call.
async fn custom_plans(client: &impl deadpool_postgres::GenericClient, statement: &str) -> i64 {
    let sql = "select custom_plans from pg_prepared_statements where statement = $1";
    client.query_one_prepared(sql, &[&statement]).await.unwrap().get(0)
}

#[tokio::test]
async fn looking_up_each_of_a_list_is_planned_once() {
    let server = server();
    let database = Database::connect(server.postgres.connection_config(), options()).await.unwrap();
    let client = database.client().await.unwrap();
    client
        .batch_execute("create temp table trees as select no from generate_series(1, 5000) no")
        .await
        .unwrap();
    client.batch_execute("create unique index on trees (no); analyze trees").await.unwrap();
    let each = concat!("select no from trees where no = any(", crate::each!(1, "int"), ")");
    let list = "select no from trees where no = any($1::int[])";
    for sql in [each, list] {
        for no in 1..=20_i32 {
            let found = client.query_prepared(sql, &[&vec![no, no + 1, 9_000]]).await.unwrap();
            assert_eq!(found.len(), 2);
        }
    }
    assert_eq!(custom_plans(&client, list).await, 20);
    assert_eq!(custom_plans(&client, each).await, 5, "after so many Postgres compares");
}

#[tokio::test]
async fn what_is_newer_than_the_statistics_is_planned_once() {
    let server = server();
    let database = Database::connect(server.postgres.connection_config(), options()).await.unwrap();
    let client = database.client().await.unwrap();
    let rows =
        "create temp table apples as select no / 1000 as tree from generate_series(0, 23999) no";
    client.batch_execute(rows).await.unwrap();
    client.batch_execute("create index on apples (tree); analyze apples").await.unwrap();
    client
        .batch_execute("insert into apples select 1001 from generate_series(1, 24)")
        .await
        .unwrap();
    let given = concat!("select from apples where tree = ", crate::given!(1, "int"));
    let plain = "select from apples where tree = $1::int";
    for sql in [given, plain] {
        for _ in 0..20 {
            assert_eq!(client.query_prepared(sql, &[&1_001_i32]).await.unwrap().len(), 24);
        }
    }
    assert_eq!(custom_plans(&client, plain).await, 20);
    assert_eq!(custom_plans(&client, given).await, 5, "after so many Postgres compares");
}
