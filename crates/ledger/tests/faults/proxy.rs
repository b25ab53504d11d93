//! A wire between the ledger and Postgres that can break at the worst moment: after the server
//! has committed, before the ledger hears of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};

/// See the module's text.
pub(crate) struct Proxy {
    pub(crate) config: tokio_postgres::Config,
    /// How many of the next commits are cut off.
    cuts: Arc<AtomicUsize>,
}

impl Proxy {
    pub(crate) async fn start(target: &tokio_postgres::Config) -> Self {
        let folder = target.get_hosts().iter().find_map(|host| match host {
            tokio_postgres::config::Host::Unix(path) => Some(path.clone()),
            tokio_postgres::config::Host::Tcp(_) => None,
        });
        let port = target.get_ports().first().copied().unwrap_or(5432);
        let socket =
            folder.expect("the tests' Postgres has a socket").join(format!(".s.PGSQL.{port}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut config = tokio_postgres::Config::new();
        config.host("127.0.0.1").port(listener.local_addr().unwrap().port());
        config.user(target.get_user().unwrap()).dbname(target.get_dbname().unwrap());
        let cuts = Arc::new(AtomicUsize::new(0));
        let cuts_for_task = Arc::clone(&cuts);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.unwrap();
                tokio::spawn(pass(client, server, Arc::clone(&cuts_for_task)));
            }
        });
        Self { config, cuts }
    }

    /// Cuts the connection behind the next commits.
    pub(crate) fn cut(&self, commits: usize) {
        self.cuts.store(commits, Ordering::SeqCst);
    }

    pub(crate) fn pending_cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

async fn pass(client: tokio::net::TcpStream, server: UnixStream, cuts: Arc<AtomicUsize>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let requests = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
    });
    let mut buffer = vec![0; 65_536];
    while let Ok(read) = from_server.read(&mut buffer).await {
        let bytes = &buffer[..read];
        let is_commit = bytes.windows(7).any(|window| window == b"COMMIT\0");
        let take = |count: usize| count.checked_sub(1);
        if is_commit && cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
            break;
        }
        if read == 0 || to_client.write_all(bytes).await.is_err() {
            break;
        }
    }
    requests.abort();
}
