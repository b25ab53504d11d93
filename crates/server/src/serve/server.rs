use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use kernel::SystemClock;
use kernel::postgres::{DataDir, PrivatePostgres};
use kernel::redis::Redis;
use kernel::telemetry::Metrics;
use ledger::{Ledger, LedgerOptions, Role, Stopping};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::access::{Gate, Rates};
use super::contexts::{ContextOptions, Contexts, Running};
use super::edge::Edge;
use super::forward::Forwarder;
use super::ports::Ports;
use super::presence::{Announced, Presence};
use super::public_url::PublicUrl;
use super::tls::TlsOptions;
use super::{GrowthOptions, Storage, router};
use crate::demo::{self, Demo};
use crate::operator;
use crate::operator::token::{self, First, Guard, Token};

const DEMO_IS_LOCAL: &str = "in a demo world anybody can be anybody, so it is for this host alone: \
     say --empty, or listen on 127.0.0.1 and leave --public-url out";
const DEMO_IS_ALONE: &str = "the people of a demo world are invented, so their mail and money go \
     nowhere: say --empty, or leave the mail server and Stripe out";
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// What a server needs to know.
pub(crate) struct Options {
    pub(crate) data: PathBuf,
    pub(crate) listen: String,
    pub(crate) advertise: Option<String>,
    /// A second address, for those who come from elsewhere.
    pub(crate) tls: Option<TlsOptions>,
    /// Where people reach it; its own address unless given.
    pub(crate) public_url: Option<String>,
    pub(crate) database_url: Option<String>,
    pub(crate) token: Option<String>,
    /// The key that seals secrets, if it is not in the data folder.
    pub(crate) secret_key: Option<String>,
    pub(crate) security_contact: Option<String>,
    /// Requests per second of each user; zero for no limits.
    pub(crate) rate_limit: u32,
    pub(crate) contexts: ContextOptions,
    pub(crate) growth: GrowthOptions,
    pub(crate) metrics: Option<Metrics>,
    /// Whether an empty database gets a demo world.
    pub(crate) demo: bool,
}

impl Options {
    /// A server for a command, on a free port of this host.
    pub(crate) fn local(data: PathBuf) -> Self {
        Self {
            data,
            listen: "127.0.0.1:0".to_owned(),
            advertise: None,
            tls: None,
            public_url: None,
            database_url: None,
            token: None,
            secret_key: None,
            security_contact: None,
            rate_limit: 0,
            contexts: ContextOptions::default(),
            growth: GrowthOptions::default(),
            metrics: None,
            demo: false,
        }
    }
}

/// A running server.
pub(crate) struct Server {
    url: String,
    tls_url: Option<String>,
    public_url: String,
    first: First,
    contexts: Contexts,
    guard: Arc<Guard>,
    stop: CancellationToken,
    /// Ends the streams when it turns true.
    streams: watch::Sender<bool>,
    accepting: JoinSet<()>,
    running: Running,
    // Dropped in this order: the announcement, the database, the lock.
    announced: std::sync::Mutex<Option<Announced>>,
    storage: Storage,
    data: DataDir,
    demo: Demo,
    wants_demo: bool,
}

impl Server {
    /// Starts everything; [`ready`](Self::ready) tells when requests can be served.
    pub(crate) async fn start(options: Options) -> anyhow::Result<Self> {
        let ports = Ports::bind(&options.listen, options.tls.as_ref()).await?;
        let is_local = ports.are_local() && !is_public(&options);
        ensure!(!options.demo || is_local, DEMO_IS_LOCAL);
        ensure!(!options.demo || !reaches_outside(&options.contexts), DEMO_IS_ALONE);
        let data = DataDir::lock(&options.data)?;
        let (storage, _) = Storage::open(&data, options.database_url.as_deref()).await?;
        let storage = storage.with_replicas(options.growth.replicas);
        demo::begin_again(&storage).await?;
        let given = options.token.as_deref().map(given_token).transpose()?;
        let database = storage.database();
        let (guard, first) = Guard::init(database.clone(), data.token(), given).await?;
        let vault =
            operator::vault::open(database, &data.secret(), options.secret_key.as_deref()).await?;
        let (url, tls_url) = (ports.url(), ports.tls_url());
        let public = PublicUrl::new(options.public_url, tls_url.as_ref().unwrap_or(&url));
        let ledger = start_ledger(&storage, options.advertise.unwrap_or_else(|| url.clone()));
        let redis = options.growth.redis.map(Redis::start);
        let mut settings = options.contexts.at(&public.url, &url).with_redis(redis.as_ref());
        settings.shop.search_folder = Some(data.path().join("search"));
        let contexts = Contexts::start(database, &vault, ledger.clone(), settings).await?;
        let stop = CancellationToken::new();
        tokio::spawn(Arc::clone(&guard).keep_fresh(stop.clone()));
        if let Some(metrics) = options.metrics.clone() {
            tokio::spawn(keep_up(metrics, stop.clone()));
        }
        let (identity, origins) = (contexts.identity.clone(), public.origins.clone());
        let demo = Demo::new(database.clone(), identity, is_local, origins);
        let parts = router::Parts {
            demo: demo.clone(),
            contexts: contexts.clone(),
            guard: Arc::clone(&guard),
            metrics: options.metrics,
            security_contact: options.security_contact,
        };
        let (router, routes) = router::build(parts, &stop)?;
        let rates = Rates::new(options.rate_limit, Arc::new(SystemClock), redis.as_ref());
        let known = (contexts.identity.clone(), contexts.oauth.clone());
        let gate = Gate::new(Arc::clone(&guard), known, routes, rates, public.origins);
        let (streams, stopping) = watch::channel(false);
        let forwarder = Forwarder::new(&vault);
        let has_stripe = contexts.payments.has_stripe();
        let edge = Edge::new(router, gate, ledger, forwarder, Stopping(stopping), has_stripe);
        let running = contexts.run(database, options.growth.kafka.as_ref()).await?;
        let accepting = ports.accept(Arc::new(edge), &stop);
        let announced = std::sync::Mutex::new(None);
        Ok(Self {
            url,
            tls_url,
            public_url: public.url,
            first,
            contexts,
            guard,
            stop,
            streams,
            accepting,
            running,
            announced,
            storage,
            data,
            demo,
            wants_demo: options.demo,
        })
    }

    /// Waits until the ledger can be used, here or elsewhere, and tells the commands.
    pub(crate) async fn ready(&self) -> anyhow::Result<bool> {
        let is_ready = self.contexts.ledger.ready().await;
        if is_ready {
            // Who follows leaves it to the leader.
            if self.wants_demo && self.contexts.ledger.role() == Role::Leading {
                demo::make(self.database(), &self.contexts).await?;
            }
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
        let mut accepting = self.accepting;
        while let Some(stopped) = accepting.join_next().await {
            if let Err(error) = stopped {
                tracing::warn!(%error, "a listener did not stop in order");
            }
        }
        self.running.stop().await;
        self.contexts.stop();
        self.contexts.ledger.stop().await;
        self.storage.close().await;
        drop(self.data);
    }

    /// Where this host reaches it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where this host reaches it over TLS, if it does.
    pub(crate) fn tls_url(&self) -> Option<&str> {
        self.tls_url.as_deref()
    }

    /// Where people reach it.
    pub(crate) fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Whether one can be anybody here.
    pub(crate) async fn is_demo(&self) -> anyhow::Result<bool> {
        self.demo.is_open().await.map_err(|problem| anyhow::anyhow!("{}", problem.detail))
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
        &self.contexts.ledger
    }

    pub(crate) const fn contexts(&self) -> &Contexts {
        &self.contexts
    }

    pub(crate) const fn database(&self) -> &kernel::Database {
        self.storage.database()
    }

    /// The private Postgres, for those who measure it.
    pub(crate) const fn postgres(&self) -> Option<&PrivatePostgres> {
        self.storage.postgres()
    }
}

/// Whether it says of itself that it is reached from elsewhere.
fn is_public(options: &Options) -> bool {
    options.public_url.as_deref().is_some_and(|url| !demo::is_local_url(url))
}

/// Whether mail or money would leave this program.
fn reaches_outside(options: &ContextOptions) -> bool {
    !options.notifications.mail.smtp.is_empty() || options.payments.stripe.is_some()
}

fn start_ledger(storage: &Storage, address: String) -> Ledger {
    let node = format!("{address} (pid {})", std::process::id());
    let options = LedgerOptions { node, address, ..LedgerOptions::default() };
    Ledger::start(storage.database().clone(), Arc::new(SystemClock), options)
}

fn given_token(text: &str) -> anyhow::Result<Token> {
    token::parse(text.trim()).context(
        "the given token is no operator token: they start with bshl_op_ and have 80 characters",
    )
}

async fn keep_up(metrics: Metrics, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(METRICS_UPKEEP) => metrics.run_upkeep(),
        }
    }
}
