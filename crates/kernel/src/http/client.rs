//! What the edge knows of whoever calls, and tells those behind it.

use std::net::IpAddr;

use tokio::sync::watch;

/// Where a request comes from. The edge puts it into the request's extensions; without it the
/// caller is this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientInfo {
    pub ip: IpAddr,
    /// The header `User-Agent`, cut to 256 characters, without control characters.
    pub user_agent: Option<String>,
}

impl Default for ClientInfo {
    fn default() -> Self {
        Self { ip: IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), user_agent: None }
    }
}

/// Turns true when the server stops, so that streams end. Whoever serves the routes puts it into
/// the request's extensions; without it a stream ends with what it streams.
#[derive(Clone, Debug)]
pub struct Stopping(pub watch::Receiver<bool>);

impl Stopping {
    /// Waits until the server stops. Whoever could say so may be gone: then it does.
    pub async fn stopped(&mut self) {
        let _ = self.0.wait_for(|stops| *stops).await;
    }
}
