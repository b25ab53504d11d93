//! Connections: HTTP/1.1 and HTTP/2 on one port, with or without TLS, bounded in number, in the size
//! of their headers and in the time that a slow client may take.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::from_fn;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use kernel::http::{ClientInfo, request_context};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::{Layer as _, ServiceExt as _};

use super::edge::Edge;

/// Connections at once; more wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 8_192;
/// A client has this long to send its first request, and the head of each that follows.
const HEAD_MAX: Duration = Duration::from_secs(10);
const HEADERS_MAX: usize = 100;
const HEAD_BYTES_MAX: usize = 64 * 1024;
const STREAMS_MAX: u32 = 256;
/// Resets that a client may have pending: the rapid reset attack needs many.
const RESETS_MAX: usize = 32;
const USER_AGENT_CHARS_MAX: usize = 256;
const WINDOW_STREAM: u32 = 1 << 20;
const WINDOW_CONNECTION: u32 = 4 << 20;
const PING_EVERY: Duration = Duration::from_secs(20);
const PONG_MAX: Duration = Duration::from_secs(10);
/// After running out of file descriptors; closing connections gives some back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Takes connections until it is told to stop, then waits for those that are busy.
pub(super) async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    edge: Arc<Edge>,
    stop: CancellationToken,
    drain_max: Duration,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let door = Door { builder: builder(), tls, edge };
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.expect("it is never closed");
            (listener.accept().await, place)
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            (accepted, place) = next => match accepted {
                Ok((stream, peer)) => {
                    let connection = door.clone().serve(stream, peer, graceful.watcher());
                    tokio::spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                Err(error) => pause_after(&error).await,
            },
        }
    }
    drop(listener);
    if tokio::time::timeout(drain_max, graceful.shutdown()).await.is_err() {
        tracing::warn!(?drain_max, "some requests did not end in time and were cut off");
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_BYTES_MAX as u32)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .initial_stream_window_size(WINDOW_STREAM)
        .initial_connection_window_size(WINDOW_CONNECTION)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG_MAX);
    builder
}

/// What every connection of a port goes through.
#[derive(Clone)]
struct Door {
    builder: auto::Builder<TokioExecutor>,
    tls: Option<TlsAcceptor>,
    edge: Arc<Edge>,
}

impl Door {
    async fn serve(self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection ended before it began");
            return;
        }
        let Some(tls) = &self.tls else { return self.talk(stream, peer, watcher).await };
        match tokio::time::timeout(HEAD_MAX, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.talk(stream, peer, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "a connection didn't come to TLS"),
            Err(_) => tracing::debug!("a connection took too long to come to TLS"),
        }
    }

    async fn talk<S>(&self, stream: S, peer: SocketAddr, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let has_asked = Arc::new(AtomicBool::new(false));
        let service =
            service(Arc::clone(&self.edge), Arc::clone(&has_asked), peer.ip().to_canonical());
        let connection = self.builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let ended = tokio::select! {
            ended = watcher.watch(connection) => ended,
            // Until the protocol is known, no timeout of the protocols runs.
            () = silent(&has_asked) => return,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended badly");
        }
    }
}

/// Ends if nothing was asked in time, otherwise never.
async fn silent(has_asked: &AtomicBool) {
    tokio::time::sleep(HEAD_MAX).await;
    if has_asked.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

type EdgeService = tower::util::BoxCloneSyncService<
    Request<Incoming>,
    axum::response::Response,
    std::convert::Infallible,
>;

fn service(
    edge: Arc<Edge>,
    has_asked: Arc<AtomicBool>,
    ip: IpAddr,
) -> TowerToHyperService<EdgeService> {
    let answer = tower::service_fn(move |request: Request| {
        let edge = Arc::clone(&edge);
        async move { Ok::<_, std::convert::Infallible>(edge.handle(request).await) }
    });
    let service = from_fn(request_context).layer(answer);
    let service = service.map_request(move |request: Request<Incoming>| {
        if !has_asked.load(Ordering::Relaxed) {
            has_asked.store(true, Ordering::Relaxed);
        }
        let mut request = request.map(Body::new);
        let user_agent = user_agent(request.headers());
        request.extensions_mut().insert(ClientInfo { ip, user_agent });
        request
    });
    TowerToHyperService::new(tower::util::BoxCloneSyncService::new(service))
}

/// For people who look at their devices: short, and nothing that could break a line.
fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(text.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS_MAX).collect())
}

async fn pause_after(error: &io::Error) {
    // The client gave up before we took its connection.
    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        return;
    }
    tracing::warn!(%error, "no connection can be taken at the moment");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}
