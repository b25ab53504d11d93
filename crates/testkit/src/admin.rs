//! A thread that makes and drops databases. It has its own runtime, because each test has one
//! that ends with it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use kernel::{Database, DatabaseOptions, Migrations};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, Config};

/// Any number that nothing else locks.
const TEMPLATE_LOCK: i64 = 0x6275_7368_656c;

/// The door to the thread.
pub(crate) struct Admin {
    creates: mpsc::UnboundedSender<Create>,
    drops: mpsc::UnboundedSender<Drop>,
}

struct Create {
    migrations: Vec<Migrations>,
    made: oneshot::Sender<String>,
}

struct Drop {
    name: String,
    dropped: SyncSender<()>,
}

impl Admin {
    pub(crate) fn start(config: Config) -> Self {
        let (creates, create_inbox) = mpsc::unbounded_channel();
        let (drops, drop_inbox) = mpsc::unbounded_channel();
        let serve = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be built").block_on(async {
                // Two sessions: a drop waits for sessions to end, a create must not.
                tokio::join!(serve_creates(&config, create_inbox), serve_drops(&config, drop_inbox))
            });
        };
        let thread = thread::Builder::new().name("test-databases".to_owned()).spawn(serve);
        thread.expect("a thread can be started");
        Self { creates, drops }
    }

    /// Makes a database from the template of these migrations and returns its name.
    pub(crate) async fn create(&self, migrations: &[Migrations]) -> String {
        let (made, answer) = oneshot::channel();
        let create = Create { migrations: migrations.to_vec(), made };
        self.creates.send(create).expect("the thread for test databases runs");
        answer.await.expect("the thread for test databases says above why it failed")
    }

    /// Ends the sessions of a database and removes it; the receiver hears when that is done.
    pub(crate) fn drop_database(&self, name: String) -> Receiver<()> {
        let (dropped, done) = sync_channel(1);
        // If the thread has failed it has said so, and the receiver hears of it.
        let _ = self.drops.send(Drop { name, dropped });
        done
    }
}

async fn serve_creates(config: &Config, mut inbox: mpsc::UnboundedReceiver<Create>) {
    let client = connect(config).await;
    let mut templates = HashMap::new();
    while let Some(Create { migrations, made }) = inbox.recv().await {
        let key = key(&migrations);
        if !templates.contains_key(&key) {
            let template = template(&client, config, &migrations, &key).await;
            templates.insert(key.clone(), template);
        }
        // Whoever asked may have given up.
        let _ = made.send(clone(&client, &templates[&key]).await);
    }
}

async fn serve_drops(config: &Config, mut inbox: mpsc::UnboundedReceiver<Drop>) {
    let client = connect(config).await;
    while let Some(Drop { name, dropped }) = inbox.recv().await {
        execute(&client, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        // Nobody waits on a private server.
        let _ = dropped.send(());
    }
}

async fn connect(config: &Config) -> Client {
    let database = Database::connect(config.clone(), options()).await;
    let client = database.expect("the test server answers").dedicated_client().await;
    client.expect("the test server answers")
}

fn options() -> DatabaseOptions {
    DatabaseOptions { connections_max: 1, ..DatabaseOptions::default() }
}

/// Other SQL is another template, so a shared server never serves a stale one.
fn key(migrations: &[Migrations]) -> String {
    let steps = migrations.iter().flat_map(|migrations| migrations.list);
    let all: String = steps.map(|step| format!("{} {}\n", step.version, step.checksum())).collect();
    blake3::hash(all.as_bytes()).to_hex()[..32].to_owned()
}

/// Several processes may want it at once on a shared server: one makes it, under another name
/// until it is complete.
async fn template(
    client: &Client,
    config: &Config,
    migrations: &[Migrations],
    key: &str,
) -> String {
    let name = format!("template_{key}");
    execute(client, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let known = client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await;
    if known.expect("the test server answers").is_none() {
        let unfinished = format!("unfinished_{key}");
        execute(client, &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await;
        execute(client, &format!("CREATE DATABASE {unfinished}")).await;
        migrate(config, &unfinished, migrations).await;
        execute(client, &format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await;
    }
    execute(client, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})")).await;
    name
}

async fn migrate(config: &Config, name: &str, migrations: &[Migrations]) {
    let mut config = config.clone();
    config.dbname(name);
    let database = Database::connect(config, options()).await.expect("a new database answers");
    for migrations in migrations {
        migrations.run(&database).await.expect("the migrations can be applied");
    }
    database.close();
}

/// The name tells the process, so that leftovers on a shared server can be told apart.
async fn clone(client: &Client, template: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    execute(client, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    // Without fsync, copying files is several times faster than writing them to the log.
    let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");
    execute(client, &create).await;
    name
}

async fn execute(client: &Client, sql: &str) {
    if let Err(error) = client.batch_execute(sql).await {
        panic!("{sql}: {}", kernel::DatabaseError::from(error));
    }
}
