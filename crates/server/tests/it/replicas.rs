//! A server with a replica that `scripts/replica.sh` has made.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use testkit::OwnPostgres;

use crate::bushel::{Running, folder, run, stderr};
use crate::people::{serve, until};

/// Stopped when it is dropped.
pub(crate) struct Replica {
    folder: TempDir,
    pub(crate) url: String,
}

impl Replica {
    pub(crate) fn of(primary: &str) -> Self {
        let folder = folder();
        // Postgres runs as another user if we are root.
        let passable = std::fs::Permissions::from_mode(0o711);
        std::fs::set_permissions(folder.path(), passable).unwrap();
        let mut replica = Self { folder, url: String::new() };
        replica.url = replica.script(&["start", "--of", primary]).trim().to_owned();
        replica
    }

    pub(crate) fn script(&self, arguments: &[&str]) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/replica.sh");
        let mut command = Command::new(script);
        command.args(arguments).arg("--data").arg(self.folder.path().join("data"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// As a crash ends it.
    pub(crate) fn kill(&self) {
        let pid = self.folder.path().join("data/pgdata/postmaster.pid");
        let text = std::fs::read_to_string(pid).unwrap();
        let pid = text.lines().next().unwrap();
        assert!(Command::new("kill").args(["-KILL", pid]).status().unwrap().success());
        // As long as the system has it in its table, it would be taken for one that runs.
        let process = Path::new("/proc").join(pid);
        until("the end of the replica", || (!process.exists()).then_some(()));
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.script(&["stop"]);
    }
}

#[test]
fn replica_that_a_script_made_is_read_from_and_may_come_and_go() {
    let primary = OwnPostgres::start();
    let socket = primary.postgres().socket_folder().display().to_string();
    let url = format!("postgresql:///bushel?user=bushel&host={socket}");
    let replica = Replica::of(&url);
    let data = folder();
    let printed = data.path().join("printed");
    let mut command = serve();
    command.env("DATABASE_URL", &url).args(["--replica", &replica.url]);
    command.args(["--replica", "postgres://amy:canary@127.0.0.1:1/bushel"]);
    let server = Running::start_into(data.path(), command, &printed);
    let operator = server.client(data.path());
    let name = format!("{}:5432", replica.folder.path().join("data/run").display());
    let said = |words: &str| {
        until(words, || {
            let text = std::fs::read_to_string(&printed).unwrap();
            text.lines().any(|line| line.contains(words) && line.contains(&name)).then_some(())
        });
    };
    let is_up = |up: &str| {
        let page = operator.get("/metrics").body;
        let lag = format!("database_replica_lag_seconds{{replica=\"{name}\"}} 0.");
        assert!(page.contains(&lag), "{page}");
        assert!(page.contains(&format!("database_replica_up{{replica=\"{name}\"}} {up}\n")));
        assert!(page.contains("database_replica_up{replica=\"127.0.0.1:1\"} 0\n"), "{page}");
    };
    said("reads go to a replica, too");
    is_up("1");
    replica.script(&["stop"]);
    said("a replica is lost");
    is_up("0");
    assert_eq!(operator.get("/readyz").status, 200);
    replica.script(&["start"]);
    said("a replica is back");
    is_up("1");
    let text = std::fs::read_to_string(&printed).unwrap();
    assert!(text.contains("a replica is lost") && !text.contains("canary"), "{text}");
}

#[test]
fn replica_with_a_malformed_address_is_refused_before_anything_starts() {
    let folder = folder();
    let data = folder.path().join("data");
    for url in ["db-2.example", "postgres://amy:canary@db-2.example:port/bushel"] {
        let output = run(&data, &["serve", "--listen", "127.0.0.1:0", "--replica", url]);
        let text = stderr(&output);
        assert!(!output.status.success() && text.contains("--replica: the URL of the"), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
    assert!(!data.exists());
}
