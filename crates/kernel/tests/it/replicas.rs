//! Reads from replicas that are killed, stopped, paused and promoted, while somebody writes and
//! somebody reads.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::db::{ReplicaOptions, parse_url};
use kernel::{Database, DatabaseError, DatabaseOptions};
use parking_lot::Mutex;
use testkit::OwnPostgres;
use tokio::task::JoinSet;

use crate::logs::Logs;

const LAG_MAX: Duration = Duration::from_secs(1);
const SOON: Duration = Duration::from_secs(20);
const LOST: &str = "a replica is lost";
const BACK: &str = "a replica is back";
const BEHIND: &str = "a replica is too far behind";
const CAUGHT_UP: &str = "a replica has caught up";

/// Ends when both do.
struct Pair {
    // Dropped in this order: who follows goes first.
    follower: Option<OwnPostgres>,
    _primary: OwnPostgres,
    database: Database,
}

impl Pair {
    /// With a table to write to and a pool that knows the replica.
    async fn start() -> Self {
        let primary = OwnPostgres::start();
        let database = primary.database(&[]).await;
        let sql = "create table apples (n bigint)";
        database.client().await.unwrap().batch_execute(sql).await.unwrap();
        let replica = primary.replica();
        let server = replica.postgres().connection_config();
        let database = database.with_replicas(options([server]));
        Self { follower: Some(replica), _primary: primary, database }
    }

    /// As soon as reads go to the replica.
    async fn ready() -> Self {
        let pair = Self::start().await;
        until("the replica is used", async || pair.reads_from_replica().await).await;
        pair
    }

    async fn reads_from_replica(&self) -> bool {
        let client = self.database.replica_client(LAG_MAX).await.unwrap();
        let row = client.query_one("select pg_is_in_recovery()", &[]).await;
        // A session can die between the two.
        row.is_ok_and(|row| row.get(0))
    }

    fn replica(&self) -> &OwnPostgres {
        self.follower.as_ref().unwrap()
    }

    /// Without holding up whoever reads and writes.
    async fn change(&mut self, change: fn(&mut OwnPostgres)) {
        let mut replica = self.follower.take().unwrap();
        let changed = tokio::task::spawn_blocking(move || {
            change(&mut replica);
            replica
        });
        self.follower = Some(changed.await.unwrap());
    }

    /// A session of the replica, whatever the pool thinks of it.
    async fn at_replica(&self, sql: &str) {
        let server = self.replica().postgres().connection_config();
        let database = Database::connect(server, DatabaseOptions::default()).await.unwrap();
        database.client().await.unwrap().batch_execute(sql).await.unwrap();
    }
}

fn options(servers: impl Into<Vec<tokio_postgres::Config>>) -> ReplicaOptions {
    let pool = DatabaseOptions::default();
    ReplicaOptions { servers: servers.into(), lag_max: Duration::from_secs(5), pool }
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !condition().await {
        assert!(began.elapsed() < SOON, "still not so: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Somebody who writes and some who read, until they are stopped.
struct Load {
    tasks: JoinSet<()>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// When each number was known to be committed; its place is the number less one.
    committed: Vec<Instant>,
    reads: usize,
    longest: Duration,
    failed: Vec<String>,
    too_old: Vec<String>,
}

impl Load {
    fn start(database: &Database) -> Self {
        let (mut tasks, seen) = (JoinSet::new(), Arc::<Mutex<Seen>>::default());
        tasks.spawn(write(database.clone(), Arc::clone(&seen)));
        for _ in 0..4 {
            tasks.spawn(read(database.clone(), Arc::clone(&seen)));
        }
        Self { tasks, seen }
    }

    async fn run_for(&self, duration: Duration) {
        let reads = self.seen.lock().reads;
        tokio::time::sleep(duration).await;
        until("somebody reads", async || self.seen.lock().reads > reads).await;
    }

    /// No read failed and none was too old; returns how long the longest took.
    async fn stop(mut self) -> Duration {
        self.tasks.shutdown().await;
        let seen = self.seen.lock();
        assert!(seen.reads > 100 && seen.committed.len() > 100, "{} reads", seen.reads);
        assert_eq!((&*seen.failed, &*seen.too_old), (&[][..], &[][..]));
        seen.longest
    }
}

async fn write(database: Database, seen: Arc<Mutex<Seen>>) {
    for number in 1_i64.. {
        let client = database.client().await.unwrap();
        client.execute("insert into apples values ($1)", &[&number]).await.unwrap();
        seen.lock().committed.push(Instant::now());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn read(database: Database, seen: Arc<Mutex<Seen>>) {
    loop {
        let began = Instant::now();
        let answer = database.read_within(LAG_MAX, |client| async move {
            // Long enough to be broken off now and then.
            let sql = "select coalesce(max(n), 0) from apples, pg_sleep(0.005)";
            let row = client.query_one(sql, &[]).await?;
            Ok(usize::try_from(row.get::<_, i64>(0)).unwrap())
        });
        let answer = answer.await;
        seen.lock().note(began, answer);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

impl Seen {
    fn note(&mut self, began: Instant, answer: Result<usize, DatabaseError>) {
        self.reads += 1;
        self.longest = self.longest.max(began.elapsed());
        // What was committed a whole lag before the question has to be in the answer.
        let due = self.committed.partition_point(|at| *at + LAG_MAX < began);
        match answer {
            Ok(found) if found < due => self.too_old.push(format!("{found} of {due}")),
            Ok(_) => {}
            Err(error) => self.failed.push(error.to_string()),
        }
    }
}

fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    assert!(status.unwrap().success());
}

/// A server and its sessions.
fn processes(server: &OwnPostgres) -> Vec<u32> {
    let master = server.postgres().pid().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{master}/task/{master}/children"));
    let children = children.unwrap();
    let children = children.split_whitespace().map(|pid| pid.parse().unwrap());
    std::iter::once(master).chain(children).collect()
}

#[tokio::test]
async fn reads_go_to_a_replica_and_to_the_primary_when_it_dies_in_a_statement() {
    let pair = Pair::ready().await;
    let client = pair.database.replica_client(Duration::MAX).await.unwrap();
    let error = client.execute("insert into apples values (1)", &[]).await.unwrap_err();
    assert_eq!(DatabaseError::from(error).sql_state().unwrap().code(), "25006", "read only");
    drop(client);
    // Nothing is as near as that.
    let client = pair.database.replica_client(Duration::ZERO).await.unwrap();
    client.execute("insert into apples values (1)", &[]).await.unwrap();

    let asked = Mutex::new(Vec::new());
    let answer = pair.database.read_within(LAG_MAX, |client| {
        let asked = &asked;
        async move {
            let is_replica: bool =
                client.query_one("select pg_is_in_recovery()", &[]).await?.get(0);
            asked.lock().push(is_replica);
            let own = "select pg_terminate_backend(pg_backend_pid()) where pg_is_in_recovery()";
            Ok(client.query_opt(own, &[]).await?.is_none())
        }
    });
    assert!(answer.await.unwrap());
    assert_eq!(*asked.lock(), [true, false], "first a replica, then the primary");

    let failed = pair.database.read_within(LAG_MAX, |client| async move {
        Ok(client.query_one("select 1 / 0", &[]).await?)
    });
    assert!(!failed.await.unwrap_err().is_transient(), "what is wrong isn't tried twice");
}

#[tokio::test]
async fn killed_replica_costs_no_read_and_is_back_soon() {
    let (logs, _guard) = Logs::listen("kernel::db=info");
    let mut pair = Pair::ready().await;
    let load = Load::start(&pair.database);
    load.run_for(Duration::from_millis(300)).await;
    processes(pair.replica()).iter().for_each(|pid| signal(*pid, "KILL"));
    until("it is lost", async || logs.count([LOST]) == [1]).await;
    until("it is back", async || logs.count([BACK]) == [1]).await;
    until("it is used again", async || pair.reads_from_replica().await).await;
    load.run_for(Duration::from_millis(300)).await;

    pair.change(OwnPostgres::stop).await;
    until("it is lost again", async || logs.count([LOST]) == [2]).await;
    load.run_for(Duration::from_millis(300)).await;
    pair.change(OwnPostgres::start_again).await;
    until("it is back again", async || logs.count([BACK]) == [2]).await;
    let longest = load.stop().await;
    assert!(longest < Duration::from_secs(2), "{longest:?}");
    assert_eq!(logs.count([LOST, BACK, BEHIND]), [2, 2, 0], "{}", logs.text());
}

#[tokio::test]
async fn replica_that_falls_behind_is_left_until_it_has_caught_up() {
    let (logs, _guard) = Logs::listen("kernel::db=info");
    let primary = OwnPostgres::start();
    let database = primary.database(&[]).await;
    let sql = "create table apples (n bigint)";
    database.client().await.unwrap().batch_execute(sql).await.unwrap();
    let replica = primary.replica();
    let server = replica.postgres().connection_config();
    let near = ReplicaOptions { lag_max: LAG_MAX, ..options([server]) };
    let database = database.with_replicas(near);
    let pair = Pair { follower: Some(replica), _primary: primary, database };
    until("the replica is used", async || pair.reads_from_replica().await).await;
    let load = Load::start(&pair.database);
    for round in 1..=2 {
        pair.at_replica("select pg_wal_replay_pause()").await;
        assert!(pair.reads_from_replica().await, "at first it is near enough");
        until("it is behind", async || logs.count([BEHIND]) == [round]).await;
        assert!(!pair.reads_from_replica().await);
        load.run_for(Duration::from_millis(300)).await;
        pair.at_replica("select pg_wal_replay_resume()").await;
        until("it has caught up", async || logs.count([CAUGHT_UP]) == [round]).await;
        assert!(pair.reads_from_replica().await);
    }
    load.stop().await;
    assert_eq!(logs.count([LOST, BACK, BEHIND, CAUGHT_UP]), [0, 0, 2, 2], "{}", logs.text());
}

#[tokio::test]
async fn silent_replica_holds_nobody_up_for_long_and_a_promoted_one_is_none() {
    let (logs, _guard) = Logs::listen("kernel::db=info");
    let pair = Pair::ready().await;
    let load = Load::start(&pair.database);
    load.run_for(Duration::from_millis(300)).await;
    let stopped = processes(pair.replica());
    stopped.iter().for_each(|pid| signal(*pid, "STOP"));
    until("it is lost", async || logs.count([LOST]) == [1]).await;
    load.run_for(Duration::from_millis(300)).await;
    stopped.iter().for_each(|pid| signal(*pid, "CONT"));
    until("it is back", async || logs.count([BACK]) == [1]).await;
    until("it is used again", async || pair.reads_from_replica().await).await;
    load.run_for(Duration::from_millis(300)).await;
    let longest = load.stop().await;
    assert!(longest < Duration::from_secs(3), "{longest:?}");

    pair.at_replica("select pg_promote()").await;
    until("it is lost", async || logs.count([LOST]) == [2]).await;
    assert!(!pair.reads_from_replica().await);
    assert_eq!(logs.count(["it takes writes, so it is no replica"]), [1], "{}", logs.text());
}

#[tokio::test]
async fn servers_that_are_not_there_or_are_no_replicas_are_not_read_from() {
    let (logs, _guard) = Logs::listen("kernel::db=info");
    let (primary, stranger) = (OwnPostgres::start(), OwnPostgres::start());
    let servers = [
        parse_url("host=127.0.0.1 port=1 user=amy password=secret").unwrap(),
        primary.postgres().connection_config(),
        stranger.postgres().connection_config(),
    ];
    let database = primary.database(&[]).await.with_replicas(options(servers));
    until("all are refused", async || logs.count([LOST]) == [3]).await;
    let said = [
        "Connection refused",
        "it takes writes, so it is no replica",
        "it is a copy of another database",
        "secret",
    ];
    assert_eq!(logs.count(said), [1, 1, 1, 0], "{}", logs.text());
    let client = database.replica_client(Duration::MAX).await.unwrap();
    client.batch_execute("create table apples (n int)").await.unwrap();
}

#[tokio::test]
async fn who_may_only_sign_in_may_watch_a_replica() {
    let (logs, _guard) = Logs::listen("kernel::db=info");
    let primary = OwnPostgres::start();
    let client = primary.database(&[]).await.dedicated_client().await.unwrap();
    client.batch_execute("create role amy login").await.unwrap();
    let replica = primary.replica();
    let as_amy = |server: &OwnPostgres| {
        let mut config = server.postgres().connection_config();
        config.user("amy");
        config
    };
    let database = Database::connect(as_amy(&primary), DatabaseOptions::default()).await.unwrap();
    let _database = database.with_replicas(options([as_amy(&replica)]));
    until("it is used", async || logs.count(["reads go to a replica"]) == [1]).await;
}
