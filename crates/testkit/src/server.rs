//! The one Postgres of a test process.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use kernel::config::Setting;
use kernel::postgres::{DataDir, Options, PrivatePostgres, scratch_folder};
use tokio_postgres::Config;

use crate::admin::Admin;

/// A server that is shared by all test processes of a run.
const SHARED: Setting = Setting {
    name: "BUSHEL_TEST_PG",
    meaning: "URL of a Postgres for tests, instead of a private one per process.",
};

/// Where the databases of the tests live. Never dropped; see [`Janitor`].
pub(crate) struct Server {
    pub(crate) config: Config,
    pub(crate) admin: Admin,
    private: Option<(PrivatePostgres, Janitor)>,
}

impl Server {
    /// Whether it outlives this process.
    pub(crate) const fn is_shared(&self) -> bool {
        self.private.is_none()
    }
}

pub(crate) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match SHARED.text() {
        Some(url) => {
            let config = kernel::db::parse_url(&url).expect("BUSHEL_TEST_PG is a connection URL");
            Server { admin: Admin::start(config.clone()), config, private: None }
        }
        None => private(),
    })
}

fn private() -> Server {
    let folder = tempfile::Builder::new().prefix("bushel-test-").tempdir_in(scratch_folder());
    let folder = folder.expect("a temporary folder can be made").keep();
    let janitor = Janitor::hire(&folder);
    let data = DataDir::lock(&folder).expect("a new folder can be locked");
    let postgres = PrivatePostgres::start_with(&data, quick())
        .unwrap_or_else(|error| panic!("the tests need a Postgres: {error}"));
    let config = postgres.connection_config();
    Server { admin: Admin::start(config.clone()), config, private: Some((postgres, janitor)) }
}

/// Not safe against power failures, and small: many of them may run at once.
pub(crate) fn quick() -> Options {
    Options { durable: false, shared_buffers_mib: Some(64), binaries: None }
}

/// A process that removes the folder when this one ends, however it ends: statics are never
/// dropped. Postgres itself is ended by the kernel.
struct Janitor {
    _child: Child,
    /// Its end is the sign.
    _alive: Option<ChildStdin>,
}

impl Janitor {
    fn hire(folder: &Path) -> Self {
        // Postgres may write a last file while the folder is being removed.
        let script = r#"cat >/dev/null
            for attempt in 1 2 3 4 5 6 7 8 9 10; do
                sleep 0.1
                rm -rf "$1" 2>/dev/null && exit
            done"#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "janitor"]).arg(folder).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("a shell can be started");
        let alive = child.stdin.take();
        Self { _child: child, _alive: alive }
    }
}
