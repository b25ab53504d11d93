//! Signals, users and the bond between our process and its child. All `unsafe` of the crate.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::PostgresError;

/// The user as which Postgres runs when we are root, which it refuses itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Signal {
    /// Fast shutdown: sessions are ended, a checkpoint is written.
    Interrupt,
    /// Immediate shutdown: recovery at the next start.
    Quit,
    Kill,
}

impl User {
    /// `None` if we aren't root and Postgres can run as ourselves.
    pub(super) fn to_drop_to() -> Result<Option<Self>, PostgresError> {
        if !is_root() {
            return Ok(None);
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let named = |name: &str| users.lines().find_map(|line| Self::parse(line, name));
        named("postgres").or_else(|| named("nobody")).map(Some).ok_or(PostgresError::NoUser)
    }

    /// A line of `/etc/passwd`: `name:password:uid:gid:...`.
    fn parse(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next().filter(|found| *found == name)?.to_owned();
        let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        Some(Self { name, uid, gid })
    }

    /// Whether the user may pass through all folders above `path`.
    pub(super) fn can_pass_to(&self, path: &Path) -> bool {
        path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).all(|folder| {
            fs::metadata(folder).is_ok_and(|found| {
                let bit = match (found.uid() == self.uid, found.gid() == self.gid) {
                    (true, _) => 0o100,
                    (false, true) => 0o010,
                    (false, false) => 0o001,
                };
                found.mode() & bit != 0
            })
        })
    }
}

/// A command that runs as `user`, in a process group of its own (the terminal's Ctrl-C is for
/// us), and dies with the thread that spawns it.
pub(super) fn command(program: &Path, user: Option<&User>) -> Command {
    let mut command = Command::new(program);
    command.process_group(0).env("LC_ALL", "C").env("TZ", "UTC");
    for variable in ["PGDATA", "PGPORT", "PGHOST", "PGUSER", "PGDATABASE", "PGOPTIONS"] {
        command.env_remove(variable);
    }
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
    die_with_parent(&mut command);
    command
}

/// Has the kernel send SIGQUIT to the child when the spawning thread ends: after a `kill -9` of
/// ours nobody else would stop it. Elsewhere than on Linux the next start stops what is left.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "prctl has no safe form, and it must run between fork and exec")]
fn die_with_parent(command: &mut Command) {
    let parent = std::process::id();
    // SAFETY: the closure calls only prctl and getppid, which are async-signal-safe, and
    // allocates nothing. It runs after setuid, which would undo it.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGQUIT) != 0 {
                return Err(io::Error::last_os_error());
            }
            // The parent may have died before the line above.
            if libc::getppid().cast_unsigned() != parent {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(_: &mut Command) {}

#[expect(unsafe_code, reason = "geteuid has no safe form in std")]
fn is_root() -> bool {
    // SAFETY: it takes nothing and can't fail.
    unsafe { libc::geteuid() == 0 }
}

/// Sends a signal; a process that is gone already is fine.
#[expect(unsafe_code, reason = "kill has no safe form in std")]
pub(super) fn send(pid: u32, signal: Signal) {
    let number = match signal {
        Signal::Interrupt => libc::SIGINT,
        Signal::Quit => libc::SIGQUIT,
        Signal::Kill => libc::SIGKILL,
    };
    if let Some(pid) = single(pid) {
        // SAFETY: kill touches no memory.
        unsafe { libc::kill(pid, number) };
    }
}

#[expect(unsafe_code, reason = "kill has no safe form in std")]
pub(super) fn is_alive(pid: u32) -> bool {
    let Some(pid) = single(pid) else { return false };
    // SAFETY: signal 0 only asks.
    let answer = unsafe { libc::kill(pid, 0) };
    answer == 0 || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// Between two looks at another process, which can't wake us.
#[expect(clippy::disallowed_methods, reason = "the supervisor has a thread of its own")]
pub(super) fn pause(duration: Duration) {
    thread::sleep(duration);
}

/// 0 and negative numbers would mean whole groups of processes.
fn single(pid: u32) -> Option<libc::pid_t> {
    libc::pid_t::try_from(pid).ok().filter(|pid| *pid > 1)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn passwd_lines_are_read() {
        let line = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash";
        let user = User { name: "postgres".to_owned(), uid: 101, gid: 104 };
        assert_eq!(User::parse(line, "postgres"), Some(user));
        assert_eq!(User::parse(line, "post"), None);
        assert_eq!(User::parse("postgres:x:101", "postgres"), None);
    }

    #[test]
    fn we_are_alive_and_groups_are_never_meant() {
        assert!(is_alive(std::process::id()));
        assert!(!is_alive(0) && !is_alive(u32::MAX));
    }

    #[test]
    fn closed_parents_are_seen() {
        let temp = tempfile::tempdir().unwrap();
        let stranger = User { name: "stranger".to_owned(), uid: 4_000_000, gid: 4_000_000 };
        let path = temp.path().join("data");
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o711)).unwrap();
        assert!(stranger.can_pass_to(&path));
        fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!stranger.can_pass_to(&path));
    }
}
