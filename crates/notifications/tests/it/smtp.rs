//! The real SMTP server that the tests of mail talk to (`smtp_server.py`).

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::OnceCell;

/// A server of its own for a test; it ends with this value.
pub(crate) struct SmtpServer {
    pub(crate) port: u16,
    folder: PathBuf,
    lines: Lines<BufReader<ChildStdout>>,
    stdin: ChildStdin,
    _child: Child,
}

/// A mail that the server took, and what happened before.
const PATIENCE: Duration = Duration::from_secs(20);

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate is in crates/")
}

/// The python with aiosmtpd; made once if it isn't there.
async fn python() -> &'static str {
    static PYTHON: OnceCell<String> = OnceCell::const_new();
    PYTHON
        .get_or_init(async || {
            let script = repository().join("scripts/python-tools.sh");
            let made = Command::new(&script).output().await.expect("the script can be started");
            let said = String::from_utf8_lossy(&made.stderr);
            assert!(
                made.status.success(),
                "the tests of mail need a real SMTP server, and {} could not make one:\n{said}",
                script.display()
            );
            String::from_utf8(made.stdout).unwrap().trim().to_owned()
        })
        .await
}

impl SmtpServer {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With arguments of `smtp_server.py`.
    pub(crate) async fn start_with(arguments: &[&str]) -> Self {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = folder.join(format!("smtp-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut child = Command::new(python().await)
            .arg(repository().join("crates/notifications/tests/it/smtp_server.py"))
            .arg("--folder")
            .arg(&folder)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("python can be started");
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self { port: 0, folder, lines, stdin, _child: child };
        let ready = server.next("ready").await;
        server.port = u16::try_from(ready["port"].as_u64().unwrap()).unwrap();
        server
    }

    /// The next event of this kind; others before it are passed over.
    pub(crate) async fn next(&mut self, event: &str) -> Value {
        let find = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the server lives");
                let said: Value = serde_json::from_str(&line).unwrap();
                if said["event"] == event {
                    return said;
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, find).await;
        found.unwrap_or_else(|_| panic!("the server said nothing of {event:?}"))
    }

    /// All that it took and that wasn't asked for before. Ends the server.
    pub(crate) async fn accepted(mut self) -> Vec<Value> {
        drop(self.stdin);
        let mut accepted = Vec::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            let said: Value = serde_json::from_str(&line).unwrap();
            if said["event"] == "accepted" {
                accepted.push(said);
            }
        }
        let _ = std::fs::remove_dir_all(&self.folder);
        accepted
    }

    /// Lets the server go on where it holds.
    pub(crate) async fn release(&mut self) {
        self.stdin.write_all(b"release\n").await.unwrap();
    }

    pub(crate) fn ca(&self) -> String {
        self.folder.join("ca.pem").to_str().unwrap().to_owned()
    }
}
