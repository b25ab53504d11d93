use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kernel::SystemClock;
use kernel::postgres::{DataDir, PrivatePostgres};
use kernel::telemetry::Metrics;
use ledger::{Ledger, LedgerOptions, Stopping};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::edge::Edge;
use super::presence::{Announced, Presence};
use super::{Storage, listener, router};
use crate::operator::token::{First, Guard, Token};

/// How long requests may go on after the stop.
const DRAIN_MAX: Duration = Duration::from_secs(10);
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// What a server needs to know.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) data: PathBuf,
    pub(crate) listen: String,
    pub(crate) advertise: Option<String>,
    pub(crate) database_url: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) security_contact: Option<String>,
    pub(crate) metrics: Option<Metrics>,
}

/// A running server.
pub(crate) struct Server {
    url: String,
    first: First,
    ledger: Ledger,
    guard: Arc<Guard>,
    stop: CancellationToken,
    /// Ends the streams when it turns true.
    streams: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    // Dropped in this order: the announcement, the database, the lock.
    announced: std::sync::Mutex<Option<Announced>>,
    storage: Storage,
    data: DataDir,
}

impl Server {
    /// Starts everything; [`ready`](Self::ready) tells when requests can be served.
    pub(crate) async fn start(options: Options) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(&options.listen)
            .await
            .with_context(|| format!("could not listen on {}", options.listen))?;
        let address = listener.local_addr().context("the listener has no address")?;
        let data = DataDir::lock(&options.data)?;
        let (storage, _) = Storage::open(&data, options.database_url.as_deref()).await?;
        let given = options.token.as_deref().map(given_token).transpose()?;
        let (guard, first) = Guard::init(storage.database().clone(), data.token(), given).await?;
        let url = local_url(address);
        let advertised = options.advertise.unwrap_or_else(|| url.clone());
        let ledger = start_ledger(&storage, advertised);
        let stop = CancellationToken::new();
        tokio::spawn(Arc::clone(&guard).keep_fresh(stop.clone()));
        if let Some(metrics) = options.metrics.clone() {
            tokio::spawn(keep_up(metrics, stop.clone()));
        }
        let parts = router::Parts {
            ledger: ledger.clone(),
            guard: Arc::clone(&guard),
            metrics: options.metrics,
            security_contact: options.security_contact,
        };
        let router = router::build(parts, &stop);
        let (streams, stopping) = watch::channel(false);
        let stopping = Stopping(stopping);
        let edge = Arc::new(Edge::new(router, Arc::clone(&guard), ledger.clone(), stopping));
        let accepting = tokio::spawn(listener::accept(listener, edge, stop.clone(), DRAIN_MAX));
        let announced = std::sync::Mutex::new(None);
        Ok(Self { url, first, ledger, guard, stop, streams, accepting, announced, storage, data })
    }

    /// Waits until the ledger can be used, here or elsewhere, and tells the commands.
    pub(crate) async fn ready(&self) -> anyhow::Result<bool> {
        let is_ready = self.ledger.ready().await;
        if is_ready {
            let announced = Presence::announce(&self.data, &self.url)?;
            *self.announced.lock().expect("nothing panics while it holds this lock") =
                Some(announced);
        }
        Ok(is_ready)
    }

    /// Answers what has begun, within bounds, and stops everything in order.
    pub(crate) async fn stop(self) {
        drop(self.announced);
        self.stop.cancel();
        self.streams.send_replace(true);
        if let Err(error) = self.accepting.await {
            tracing::warn!(%error, "the listener did not stop in order");
        }
        self.ledger.stop().await;
        self.storage.close().await;
        drop(self.data);
    }

    /// Where this host reaches it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) const fn first(&self) -> &First {
        &self.first
    }

    pub(crate) const fn data(&self) -> &DataDir {
        &self.data
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    pub(crate) const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(crate) const fn database(&self) -> &kernel::Database {
        self.storage.database()
    }

    /// The private Postgres, for those who measure it.
    pub(crate) const fn postgres(&self) -> Option<&PrivatePostgres> {
        self.storage.postgres()
    }
}

fn start_ledger(storage: &Storage, address: String) -> Ledger {
    let node = format!("{address} (pid {})", std::process::id());
    let options = LedgerOptions { node, address, ..LedgerOptions::default() };
    Ledger::start(storage.database().clone(), Arc::new(SystemClock), options)
}

fn given_token(text: &str) -> anyhow::Result<Token> {
    Token::parse(text.trim()).context(
        "the given token is no operator token: they start with bshl_op_ and have 80 characters",
    )
}

/// An address that listens everywhere is reached over loopback from here.
fn local_url(address: SocketAddr) -> String {
    let port = address.port();
    match (address.ip().is_unspecified(), address.is_ipv6()) {
        (true, false) => format!("http://127.0.0.1:{port}"),
        (true, true) => format!("http://[::1]:{port}"),
        (false, _) => format!("http://{address}"),
    }
}

async fn keep_up(metrics: Metrics, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(METRICS_UPKEEP) => metrics.run_upkeep(),
        }
    }
}
