//! A Redis for one test, to be killed, stopped and started again.

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

const START_MAX: Duration = Duration::from_secs(10);

/// Below those that the system gives to clients: one that looks for a port that is gone must not
/// find itself there.
const PORTS: std::ops::Range<u16> = 21_000..31_000;

/// A Redis on this host that keeps nothing; ends with this value, and with the process.
pub struct OwnRedis {
    port: u16,
    running: Option<Running>,
}

struct Running {
    /// Ends the server when its input ends, which it does with our process.
    shell: Child,
    pid: u32,
}

impl OwnRedis {
    /// # Panics
    /// If there is no `redis-server`.
    pub fn start() -> Self {
        let mut own = Self { port: free_port(), running: None };
        own.start_again();
        own
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// As the system does when memory runs out.
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.running = None;
    }

    /// Starts it again after [`kill`](Self::kill), at the same address and without what it knew.
    pub fn start_again(&mut self) {
        self.running = Some(Running::start(self.port));
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < START_MAX, "redis-server doesn't listen; is it installed?");
            pause();
        }
    }

    /// Sends a signal by its name, such as `STOP`.
    ///
    /// # Panics
    /// If it doesn't run.
    pub fn signal(&self, name: &str) {
        let pid = self.running.as_ref().expect("it is running").pid.to_string();
        let status = Command::new("kill").args([&format!("-{name}"), &pid]).status();
        assert!(status.expect("kill can be run").success(), "Redis has ended by itself");
    }
}

impl Running {
    fn start(port: u16) -> Self {
        let script = r#"
            command -v redis-server >/dev/null || {
                echo "the tests need redis-server: scripts/setup.sh test installs it" >&2; exit 1; }
            cd /
            redis-server --port "$1" --bind 127.0.0.1 --save "" --appendonly no >/dev/null </dev/null &
            echo $!
            cat >/dev/null
            kill -9 $! 2>/dev/null"#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "redis", &port.to_string()]).process_group(0);
        let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sh");
        let mut line = String::new();
        let stdout = shell.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the shell answers");
        let pid = line.trim().parse().expect("it says the number of the process");
        Self { shell, pid }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        // It ends by itself; whatever it ends with is all the same.
        let _ = self.shell.wait();
    }
}

fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 997).expect("it is below 997") * 10;
    loop {
        let step = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + step % (PORTS.end - PORTS.start);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Between two looks at another process, which has no event that we could wait for.
#[expect(clippy::disallowed_methods, reason = "what another process does can only be looked at")]
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}
