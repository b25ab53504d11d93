//! Programs of others that a test talks to, each in a small Python script: it tells what happens in
//! lines of JSON, and takes commands as such.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::OnceCell;

const PATIENCE: Duration = Duration::from_secs(20);

/// A program of its own for a test; it ends with this value.
pub(crate) struct Outside {
    pub(crate) port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    stdin: ChildStdin,
    _child: Child,
}

pub(crate) fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(name)
}

/// The python with the libraries of others; made once if it isn't there.
pub(crate) async fn python() -> &'static str {
    static PYTHON: OnceCell<String> = OnceCell::const_new();
    PYTHON
        .get_or_init(async || {
            let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
            let script = repository.expect("it is in crates/").join("scripts/python-tools.sh");
            let made = Command::new(&script).output().await.expect("the script can be started");
            let said = String::from_utf8_lossy(&made.stderr);
            assert!(
                made.status.success(),
                "these tests need programs of others, and {} could not make them:\n{said}",
                script.display()
            );
            String::from_utf8(made.stdout).unwrap().trim().to_owned()
        })
        .await
}

impl Outside {
    pub(crate) async fn start(name: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(python().await)
            .arg(script(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("python can be started");
        let stdin = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut outside = Self { port: 0, lines, stdin, _child: child };
        let ready = outside.next("ready").await;
        outside.port = u16::try_from(ready["port"].as_u64().unwrap()).unwrap();
        outside
    }

    /// The next event of this kind; others before it are passed over.
    pub(crate) async fn next(&mut self, event: &str) -> Value {
        let find = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("the program lives");
                let said: Value = serde_json::from_str(&line).unwrap();
                if said["event"] == event {
                    return said;
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, find).await;
        found.unwrap_or_else(|_| panic!("the program said nothing of {event:?}"))
    }

    pub(crate) async fn say(&mut self, command: &str) {
        self.stdin.write_all(format!("{command}\n").as_bytes()).await.unwrap();
    }

    /// Gives a command, and answers with what comes of it.
    pub(crate) async fn ask(&mut self, command: &Value, event: &str) -> Value {
        self.say(&command.to_string()).await;
        self.next(event).await
    }

    /// What it told of this kind and that wasn't asked for before. Ends the program.
    pub(crate) async fn rest(mut self, event: &str) -> Vec<Value> {
        drop(self.stdin);
        let mut told = Vec::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            let said: Value = serde_json::from_str(&line).unwrap();
            if said["event"] == event {
                told.push(said);
            }
        }
        told
    }
}
