//! The addresses that a server listens on: one in plain text, and one with TLS if it is wanted.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::edge::Edge;
use super::listener;
use super::tls::{Certificate, TlsOptions};

/// How long requests may go on after the stop.
const DRAIN_MAX: Duration = Duration::from_secs(10);

pub(super) struct Ports {
    plain: Port,
    tls: Option<(Port, TlsAcceptor, Certificate)>,
}

struct Port {
    listener: TcpListener,
    address: SocketAddr,
}

impl Ports {
    pub(super) async fn bind(listen: &str, tls: Option<&TlsOptions>) -> anyhow::Result<Self> {
        let plain = Port::bind(listen).await?;
        let tls = match tls {
            Some(tls) => {
                let (acceptor, certificate) = Certificate::read(tls).await?;
                Some((Port::bind(&tls.listen).await?, acceptor, certificate))
            }
            None => None,
        };
        Ok(Self { plain, tls })
    }

    /// Whether nobody but this host can reach them.
    pub(super) fn are_local(&self) -> bool {
        let tls = self.tls.as_ref().map(|(port, ..)| port);
        [Some(&self.plain), tls].into_iter().flatten().all(|port| port.address.ip().is_loopback())
    }

    pub(super) fn url(&self) -> String {
        self.plain.url("http")
    }

    pub(super) fn tls_url(&self) -> Option<String> {
        self.tls.as_ref().map(|(port, ..)| port.url("https"))
    }

    /// Takes connections until the server stops.
    pub(super) fn accept(self, edge: Arc<Edge>, stop: &CancellationToken) -> JoinSet<()> {
        let mut accepting = JoinSet::new();
        let mut accept = |port: Port, tls| {
            let edge = Arc::clone(&edge);
            accepting.spawn(listener::accept(port.listener, tls, edge, stop.clone(), DRAIN_MAX));
        };
        accept(self.plain, None);
        if let Some((port, acceptor, certificate)) = self.tls {
            accept(port, Some(acceptor));
            accepting.spawn(certificate.follow(stop.clone()));
        }
        accepting
    }
}

impl Port {
    async fn bind(listen: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("could not listen on {listen}"))?;
        let address = listener.local_addr().context("the listener has no address")?;
        Ok(Self { listener, address })
    }

    /// An address that listens everywhere is reached over loopback from here.
    fn url(&self, scheme: &str) -> String {
        let port = self.address.port();
        match (self.address.ip().is_unspecified(), self.address.is_ipv6()) {
            (true, false) => format!("{scheme}://127.0.0.1:{port}"),
            (true, true) => format!("{scheme}://[::1]:{port}"),
            (false, _) => format!("{scheme}://{}", self.address),
        }
    }
}
