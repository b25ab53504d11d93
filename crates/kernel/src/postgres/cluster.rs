//! The files of the private Postgres: made whole or not at all, found again after a crash.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use super::place::Place;
use super::process::{self, Signal, User};
use super::{Binaries, Options, PostgresError, socket};

pub(super) const SUPERUSER: &str = "bushel";
pub(super) const DATABASE: &str = "bushel";
const LOCK: &str = "postmaster.pid";
/// How long a Postgres that a crash of ours left behind may take to end.
const LEFTOVER_MAX: Duration = Duration::from_secs(10);
/// After this time it is told to end; the kernel has told it already on Linux.
const LEFTOVER_PATIENCE: Duration = Duration::from_secs(1);
const POLL: Duration = Duration::from_millis(5);

/// Major version of the data; `None` if there is none yet.
pub(super) fn data_version(place: &Place) -> Option<u32> {
    fs::read_to_string(place.pgdata().join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Makes the data beside its place and moves it there when it is complete, so that a crash
/// leaves either nothing or all of it.
pub(super) fn create(
    place: &Place,
    binaries: &Binaries,
    user: Option<&User>,
    options: &Options,
) -> Result<(), PostgresError> {
    let unfinished = place.unfinished();
    if unfinished.exists() {
        tracing::info!(folder = %unfinished.display(), "removing an unfinished database");
        fs::remove_dir_all(&unfinished)
            .map_err(PostgresError::io(format!("remove {}", unfinished.display())))?;
    }
    make_folder(&unfinished, user)
        .map_err(PostgresError::io(format!("make {}", unfinished.display())))?;
    initdb(&unfinished, binaries, user, options)?;
    compress_fast(&unfinished, binaries, user)?;
    create_database(&unfinished, binaries, user, options)?;
    fs::rename(&unfinished, place.pgdata())
        .and_then(|()| File::open(place.folder())?.sync_all())
        .map_err(PostgresError::io(format!("make {}", place.pgdata().display())))
}

fn make_folder(folder: &Path, user: Option<&User>) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(folder)?;
    match user {
        Some(user) => chown(folder, Some(user.uid), Some(user.gid)),
        None => Ok(()),
    }
}

fn initdb(
    pgdata: &Path,
    binaries: &Binaries,
    user: Option<&User>,
    options: &Options,
) -> Result<(), PostgresError> {
    let mut command = process::command(&binaries.program("initdb"), user);
    command.arg("-D").arg(pgdata).args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8"]);
    command.args(["--locale=C", "-k", "--no-instructions"]);
    if !options.durable {
        command.arg("--no-sync");
    }
    let output = command.stdin(Stdio::null()).current_dir("/").output();
    check(pgdata, "initdb", output)
}

/// lz4 makes full-page images in the log and long values cheap, but not every build has it.
fn compress_fast(
    pgdata: &Path,
    binaries: &Binaries,
    user: Option<&User>,
) -> Result<(), PostgresError> {
    const SETTINGS: [&str; 2] = ["wal_compression=lz4", "default_toast_compression=lz4"];
    let mut command = process::command(&binaries.program("postgres"), user);
    command.arg("-D").arg(pgdata).args(["-C", "wal_compression"]);
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    // It goes back to where it started, and our folder may be closed to its user.
    command.current_dir("/");
    let supported = command.output().is_ok_and(|output| output.status.success());
    if !supported {
        return Ok(());
    }
    let file = pgdata.join("postgresql.conf");
    let lines = SETTINGS.map(|setting| format!("\n{setting}\n")).concat();
    File::options()
        .append(true)
        .open(&file)
        .and_then(|mut file| file.write_all(lines.as_bytes()))
        .map_err(PostgresError::io(format!("write {}", file.display())))
}

/// In single-user mode: no server has to start and stop for it.
fn create_database(
    pgdata: &Path,
    binaries: &Binaries,
    user: Option<&User>,
    options: &Options,
) -> Result<(), PostgresError> {
    let mut command = process::command(&binaries.program("postgres"), user);
    command.arg("--single").arg("-D").arg(pgdata).args(["-c", "exit_on_error=on"]);
    if !options.durable {
        command.args(["-c", "fsync=off"]);
    }
    command.arg("postgres").current_dir("/");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut run = || {
        let mut child = command.spawn()?;
        let mut stdin = child.stdin.take().expect("stdin is piped");
        // A child that failed before it read this says why on stderr.
        let _ = writeln!(stdin, "CREATE DATABASE {DATABASE}");
        drop(stdin);
        child.wait_with_output()
    };
    check(pgdata, "postgres --single", run())
}

fn check(folder: &Path, program: &str, output: io::Result<Output>) -> Result<(), PostgresError> {
    let failed = |output: String| Err(PostgresError::Initdb { folder: folder.to_owned(), output });
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            failed(format!("{program}: {}: {}", output.status, said.trim()))
        }
        Err(error) => failed(format!("{program}: {error}")),
    }
}

/// Waits for a Postgres that a crash of ours left behind, and clears its locks if the number in
/// there belongs to another process by now, or to a dead one that nobody has buried yet: Postgres
/// would take it for a rival.
pub(super) fn await_leftover(place: &Place, socket_folder: &Path) -> Result<(), PostgresError> {
    let started = Instant::now();
    while let Some(pid) = postmaster(place) {
        if !is_postmaster_of(pid, place) {
            remove_stale(&place.pgdata().join(LOCK))?;
            return remove_stale(&socket::lock(socket_folder));
        }
        if started.elapsed() > LEFTOVER_MAX {
            return Err(PostgresError::StillRunning { pid, folder: place.pgdata() });
        }
        if started.elapsed() > LEFTOVER_PATIENCE {
            process::send(pid, Signal::Quit);
        }
        process::pause(POLL);
    }
    Ok(())
}

/// The process in the lock, if it is alive.
fn postmaster(place: &Place) -> Option<u32> {
    let text = fs::read_to_string(place.pgdata().join(LOCK)).ok()?;
    let pid = text.lines().next()?.trim().parse().ok()?;
    process::is_alive(pid).then_some(pid)
}

/// Postgres works in its data folder. Without `/proc` the number has to be believed.
fn is_postmaster_of(pid: u32, place: &Place) -> bool {
    let process = Path::new("/proc").join(pid.to_string());
    match fs::read_link(process.join("cwd")) {
        Ok(folder) => place.pgdata().canonicalize().is_ok_and(|pgdata| pgdata == folder),
        Err(_) => !Path::new("/proc/self").exists(),
    }
}

fn remove_stale(lock: &Path) -> Result<(), PostgresError> {
    tracing::info!(lock = %lock.display(), "removing the lock of a Postgres that is gone");
    match fs::remove_file(lock) {
        // It removed its lock itself in the meantime.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(PostgresError::io(format!("remove {}", lock.display()))),
    }
}

/// Whether the Postgres with this pid says in its lock that it takes connections (line 8).
pub(super) fn is_ready(place: &Place, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(place.pgdata().join(LOCK)) else { return false };
    let mut lines = text.lines();
    let is_ours = lines.next().and_then(|line| line.trim().parse().ok()) == Some(pid);
    is_ours && lines.nth(6).is_some_and(|status| status.trim() == "ready")
}
