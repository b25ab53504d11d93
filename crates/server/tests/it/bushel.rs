//! The binary as a process.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::http::Client;

/// A data folder where it is fast; Postgres has to be able to pass to it.
pub(crate) fn folder() -> TempDir {
    let parent = kernel::postgres::scratch_folder();
    tempfile::Builder::new().prefix("bushel-it-").tempdir_in(parent).unwrap()
}

/// What would change the program.
const FORGOTTEN: [&str; 21] = [
    "DATABASE_URL",
    "BUSHEL_TOKEN",
    "BUSHEL_LOG",
    "BUSHEL_LOG_FORMAT",
    "BUSHEL_SERVER",
    "BUSHEL_API_KEY",
    "BUSHEL_PUBLIC_URL",
    "BUSHEL_SMTP_URL",
    "BUSHEL_MAIL_FROM",
    "BUSHEL_SMS_URL",
    "BUSHEL_SMS_PREFIXES",
    "BUSHEL_SMS_CODES_PER_DAY",
    "BUSHEL_NOTIFICATIONS_DAYS",
    "BUSHEL_RATE_LIMIT",
    "BUSHEL_WEBHOOK_ALLOW",
    "BUSHEL_SECRET_KEY",
    "BUSHEL_SIGN_IN_PROVIDERS",
    "BUSHEL_REPLICAS",
    "BUSHEL_REPLICA_LAG_MAX",
    "REDIS_URL",
    "BUSHEL_KAFKA",
];

/// The program with nothing of the environment that would change what it does.
pub(crate) fn bushel(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bushel"));
    command.args(arguments);
    for name in FORGOTTEN {
        command.env_remove(name);
    }
    command
}

/// Runs a command on a data folder to its end.
pub(crate) fn run(data: &Path, arguments: &[&str]) -> Output {
    bushel(arguments).arg("--data").arg(data).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The JSON object in the last line of a command's output.
pub(crate) fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}{}", stdout(output), stderr(output));
    serde_json::from_str(stdout(output).lines().last().unwrap()).unwrap()
}

/// A server that runs; killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    /// What it printed up to the ready line.
    pub(crate) printed: Vec<String>,
    pub(crate) url: String,
}

impl Running {
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, bushel(&["serve", "--listen", "127.0.0.1:0"]))
    }

    pub(crate) fn start_with(data: &Path, mut command: Command) -> Self {
        command.arg("--data").arg(data).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let child = command.spawn().unwrap();
        let mut running = Self { child, printed: Vec::new(), url: String::new() };
        let mut lines = BufReader::new(running.child.stdout.take().unwrap()).lines();
        while running.url.is_empty() {
            let line = lines.next().expect("it prints a ready line").unwrap();
            running.url = line.strip_prefix("ready ").unwrap_or_default().to_owned();
            running.printed.push(line);
        }
        running
    }

    /// Starts it with all that it prints in a file.
    pub(crate) fn start_into(data: &Path, mut command: Command, printed: &Path) -> Self {
        let file = std::fs::File::create(printed).unwrap();
        command.arg("--data").arg(data).stdout(file.try_clone().unwrap()).stderr(file);
        let mut running =
            Self { child: command.spawn().unwrap(), printed: Vec::new(), url: String::new() };
        while running.url.is_empty() {
            pause(Duration::from_millis(20));
            let text = std::fs::read_to_string(printed).unwrap();
            assert!(running.child.try_wait().unwrap().is_none(), "it ended: {text}");
            let url = text.lines().find_map(|line| line.strip_prefix("ready "));
            running.url = url.unwrap_or_default().to_owned();
        }
        running
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn client(&self, data: &Path) -> Client {
        let token = std::fs::read_to_string(data.join("token")).unwrap();
        Client::new(&self.url, token.trim())
    }

    /// Sends a signal by its name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap();
        assert!(status.success());
    }

    /// As the system does when memory runs out.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn wait(mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many lines of what a server printed into a file have these words.
pub(crate) fn lines_with(printed: &Path, words: &str) -> usize {
    let text = std::fs::read_to_string(printed).unwrap();
    text.lines().filter(|line| line.contains(words)).count()
}

/// Between two looks at another process, which has no event that we could wait for.
#[expect(clippy::disallowed_methods, reason = "what another process does can only be looked at")]
pub(crate) fn pause(duration: Duration) {
    std::thread::sleep(duration);
}

/// A file with this text, in a folder that has to be kept.
pub(crate) fn file(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
    path.display().to_string()
}
