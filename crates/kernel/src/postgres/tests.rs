use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio_postgres::NoTls;

use super::process::{self, Signal};
use crate::config::Setting;

use super::{Binaries, DataDir, Options, PostgresError, PrivatePostgres, scratch_folder};

fn quick() -> Options {
    Options { durable: false, shared_buffers_mib: Some(32), binaries: None }
}

fn start(data: &DataDir) -> PrivatePostgres {
    PrivatePostgres::start_with(data, quick()).unwrap()
}

/// Runs statements in a new session; the first column of the last row, if there is one.
fn ask(postgres: &PrivatePostgres, sql: &str) -> Result<String, tokio_postgres::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = postgres.connection_config().connect(NoTls).await?;
        let session = tokio::spawn(connection);
        let messages = client.simple_query(sql).await?;
        drop(client);
        let _ = session.await;
        let value = messages.iter().rev().find_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok(value.unwrap_or_default())
    })
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(20), "waited in vain for: {what}");
        process::pause(Duration::from_millis(5));
    }
}

#[test]
fn data_survives_a_stop_and_nothing_runs_after_it() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    let postgres = PrivatePostgres::start(&data).unwrap();
    ask(&postgres, "CREATE TABLE apples (n int); INSERT INTO apples VALUES (7)").unwrap();
    assert_eq!(ask(&postgres, "SHOW listen_addresses").unwrap(), "");
    assert_eq!(ask(&postgres, "SHOW data_checksums").unwrap(), "on");
    assert_eq!(ask(&postgres, "SHOW fsync").unwrap(), "on");
    assert_eq!(ask(&postgres, "SHOW server_encoding").unwrap(), "UTF8");
    let pid = postgres.pid().unwrap();
    postgres.stop();
    assert!(!process::is_alive(pid));

    let warm = Instant::now();
    let postgres = start(&data);
    let took = warm.elapsed();
    assert!(took < Duration::from_secs(2), "a warm start took {took:?}");
    assert_eq!(ask(&postgres, "SELECT n FROM apples").unwrap(), "7");
    let pid = postgres.pid().unwrap();
    drop(postgres);
    assert!(!process::is_alive(pid), "dropping the handle stops it");
}

#[test]
fn log_names_a_failure_but_not_the_row() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    let postgres = start(&data);
    ask(&postgres, "CREATE TABLE cards (pin text CHECK (pin = ''))").unwrap();
    ask(&postgres, "INSERT INTO cards VALUES ('hunter2')").unwrap_err();
    let log = || fs::read_to_string(data.postgres_log()).unwrap();
    wait_until("the log", || log().contains("violates check constraint"));
    postgres.stop();
    assert!(!log().contains("hunter2"), "{}", log());
}

#[test]
fn folders_are_closed_to_others() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    let postgres = start(&data);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(data.path()) & !0o010, 0o700, "others can't list it");
    assert_eq!(mode(postgres.socket_folder()), 0o700);
    assert_eq!(mode(&data.pgdata()), 0o700);
    // Taking the lock again must not shut Postgres out.
    drop(postgres);
    drop(data);
    start(&DataDir::lock(temp.path()).unwrap());
}

#[test]
fn data_folder_in_a_closed_parent_starts_and_finds_its_data_again() {
    if process::User::to_drop_to().unwrap().is_none() {
        eprintln!("skipped: only root runs Postgres as another user");
        return;
    }
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let (closed, shared) = (temp.path().join("closed"), temp.path().join("shared"));
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let start = |name: &str| {
        let data = DataDir::lock(&closed.join(name)).unwrap();
        let postgres = PrivatePostgres::start_or_beside(&data, quick(), &shared).unwrap();
        (data, postgres)
    };

    let (data, postgres) = start("data");
    ask(&postgres, "CREATE TABLE apples (n int); INSERT INTO apples VALUES (7)").unwrap();
    assert!(postgres.socket_folder().starts_with(&shared), "{:?}", postgres.socket_folder());
    assert!(!data.pgdata().exists() && !data.run().exists());
    assert!(data.path().join("lock").exists() && data.postgres_log().exists());
    process::send(postgres.pid().unwrap(), Signal::Kill);
    wait_until("a restart", || postgres.restarts() == 1);
    assert_eq!(ask(&postgres, "SELECT n FROM apples").unwrap(), "7");
    drop((postgres, data));

    let (data, postgres) = start("data");
    assert_eq!(ask(&postgres, "SELECT n FROM apples").unwrap(), "7");
    drop((postgres, data));

    fs::rename(closed.join("data"), closed.join("moved")).unwrap();
    let (data, postgres) = start("moved");
    assert_eq!(ask(&postgres, "SELECT n FROM apples").unwrap(), "7");
    assert_eq!(fs::read_dir(&shared).unwrap().count(), 1);
    drop((postgres, data));
}

#[test]
fn killed_postgres_is_started_again_with_its_data() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    let postgres = start(&data);
    ask(&postgres, "CREATE TABLE apples (n int); INSERT INTO apples VALUES (7)").unwrap();
    for round in 1..=2 {
        process::send(postgres.pid().unwrap(), Signal::Kill);
        wait_until("a restart", || postgres.restarts() == round);
        assert_eq!(ask(&postgres, "SELECT n FROM apples").unwrap(), "7");
    }
}

#[test]
fn leftover_of_a_crash_is_waited_for() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    let postgres = start(&data);
    let pid = postgres.pid().unwrap();
    // As after a crash of ours: the old server still runs, and nobody here knows it.
    postgres.forget();
    let next = start(&data);
    assert!(!process::is_alive(pid));
    assert_eq!(ask(&next, "SELECT 1").unwrap(), "1");
}

/// Runs in a process of its own for the test below; on its own it does nothing.
#[test]
fn holder_to_be_killed() {
    if let Some(folder) = HOLDER.value() {
        let data = DataDir::lock(Path::new(&folder)).unwrap();
        let postgres = start(&data);
        ask(&postgres, "CREATE TABLE apples (n int); INSERT INTO apples VALUES (7)").unwrap();
        fs::write(data.path().join("pid"), postgres.pid().unwrap().to_string()).unwrap();
        loop {
            std::thread::park();
        }
    }
}

const HOLDER: Setting =
    Setting { name: "BUSHEL_KERNEL_TEST_HOLDER", meaning: "The folder to hold." };

#[test]
#[cfg(target_os = "linux")]
fn postgres_dies_with_a_killed_process_and_the_next_one_recovers() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "postgres::tests::holder_to_be_killed"])
        .env(HOLDER.name, temp.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let pid_file = temp.path().join("pid");
    let pid = || fs::read_to_string(&pid_file).ok().and_then(|pid| pid.parse::<u32>().ok());
    wait_until("the holder to be ready", || pid().is_some());
    let message = DataDir::lock(temp.path()).unwrap_err().to_string();
    assert!(message.contains(&format!("(pid {})", holder.id())), "{message}");

    holder.kill().unwrap();
    holder.wait().unwrap();
    // The next start doesn't wait for the end of the old server: that is its own business.
    let data = DataDir::lock(temp.path()).unwrap();
    let postgres = start(&data);
    assert_eq!(ask(&postgres, "SELECT n FROM apples").unwrap(), "7");
    let link = fs::read_link(format!("/proc/{}/exe", pid().unwrap()));
    assert!(link.is_err(), "the old server still runs");
}

#[test]
fn lock_with_the_number_of_another_process_is_removed() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    start(&data).stop();
    lock_as(std::process::id(), &data);
    let postgres = start(&data);
    assert_eq!(ask(&postgres, "SELECT 1").unwrap(), "1");
}

#[test]
#[cfg(target_os = "linux")]
fn locks_of_a_dead_postgres_that_nobody_buried_are_removed() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    start(&data).stop();
    // Of the user of Postgres, who takes those of others for gone.
    let user = process::User::to_drop_to().unwrap();
    let mut dead = process::command(Path::new("/bin/true"), user.as_ref()).spawn().unwrap();
    wait_until("a process without a folder", || {
        fs::read_link(format!("/proc/{}/cwd", dead.id())).is_err()
    });
    lock_as(dead.id(), &data);
    let postgres = start(&data);
    assert!(process::is_alive(dead.id()), "it was buried too early");
    assert_eq!(ask(&postgres, "SELECT 1").unwrap(), "1");
    dead.wait().unwrap();
}

/// The locks that a Postgres with this number leaves when it is killed.
fn lock_as(pid: u32, data: &DataDir) {
    let text = format!("{pid}\n{}\n", data.pgdata().display());
    fs::write(data.pgdata().join("postmaster.pid"), &text).unwrap();
    let sockets = fs::read_to_string(data.path().join("socket_dir")).unwrap();
    fs::write(Path::new(&sockets).join(".s.PGSQL.5432.lock"), &text).unwrap();
}

#[test]
fn unfinished_database_is_made_anew() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    fs::create_dir(data.path().join("pgdata.tmp")).unwrap();
    fs::write(data.path().join("pgdata.tmp/PG_VERSION"), "15").unwrap();
    let postgres = start(&data);
    assert_eq!(ask(&postgres, "SELECT 1").unwrap(), "1");
    assert!(!data.path().join("pgdata.tmp").exists());
}

#[test]
fn data_of_another_version_is_refused_and_named() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    fs::create_dir(data.pgdata()).unwrap();
    fs::write(data.pgdata().join("PG_VERSION"), "11\n").unwrap();
    let error = PrivatePostgres::start_with(&data, quick()).unwrap_err();
    assert!(matches!(error, PostgresError::OtherVersion { data: 11, .. }), "{error}");
    assert!(error.to_string().contains("was made by Postgres 11"), "{error}");
}

#[test]
fn postgres_that_can_not_start_says_why_and_where_its_log_is() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    let data = DataDir::lock(temp.path()).unwrap();
    start(&data).stop();
    let file = data.pgdata().join("postgresql.conf");
    fs::write(&file, "no_such_setting = 1\n").unwrap();
    let message = PrivatePostgres::start_with(&data, quick()).unwrap_err().to_string();
    assert!(message.contains("no_such_setting"), "{message}");
    assert!(message.contains("postgres.log"), "{message}");
}

#[test]
fn failing_initdb_says_why_and_leaves_no_data() {
    let temp = tempfile::tempdir_in(scratch_folder()).unwrap();
    // As root the programs run as another user, who has to reach them.
    fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let bin = temp.path().join("bin");
    fs::create_dir(&bin).unwrap();
    for (name, script) in [
        ("initdb", "echo disk is full >&2; exit 1"),
        ("postgres", "echo 'postgres (PostgreSQL) 15.1'"),
    ] {
        fs::write(bin.join(name), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let data = DataDir::lock(&temp.path().join("data")).unwrap();
    let binaries = Some(Binaries::in_folder(&bin).unwrap());
    let error = PrivatePostgres::start_with(&data, Options { binaries, ..quick() }).unwrap_err();
    assert!(error.to_string().contains("disk is full"), "{error}");
    assert!(!data.pgdata().exists());
}
