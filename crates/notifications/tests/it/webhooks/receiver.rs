//! A receiver as a user would run one: an HTTP server that keeps what it gets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What a receiver does with the request of this number, from 0.
type Behaviour = Box<dyn Fn(usize) -> Reply + Send + Sync>;

/// An answer.
pub(super) enum Reply {
    Status(u16),
    With(u16, &'static str, String),
    Body(u16, Vec<u8>),
    /// None, ever.
    Silence,
}

/// A request that came.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    behaviour: Mutex<Behaviour>,
    received: Mutex<Vec<Received>>,
    arrived: Notify,
    in_flight: AtomicUsize,
    in_flight_max: AtomicUsize,
}

impl Receiver {
    pub(super) async fn start(behaviour: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at("127.0.0.1:0", behaviour).await
    }

    pub(super) async fn start_at(
        address: &str,
        behaviour: impl Fn(usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            behaviour: Mutex::new(Box::new(behaviour)),
            received: Mutex::default(),
            arrived: Notify::new(),
            in_flight: AtomicUsize::new(0),
            in_flight_max: AtomicUsize::new(0),
        });
        let router = Router::new().fallback(receive).with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared, server }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook?key=7", self.address)
    }

    pub(super) fn behave(&self, behaviour: impl Fn(usize) -> Reply + Send + Sync + 'static) {
        *self.shared.behaviour.lock() = Box::new(behaviour);
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.shared.received.lock().clone()
    }

    pub(super) fn count(&self) -> usize {
        self.shared.received.lock().len()
    }

    /// Returns when so many requests have come.
    pub(super) async fn arrived(&self, count: usize) {
        loop {
            let next = self.shared.arrived.notified();
            if self.count() >= count {
                return;
            }
            next.await;
        }
    }

    /// Most requests that were unanswered at the same time.
    pub(super) fn in_flight_max(&self) -> usize {
        self.shared.in_flight_max.load(Ordering::SeqCst)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether the reference library takes it, the age of the timestamp included.
    pub(super) fn verifies(&self, secret: &str) -> bool {
        Webhook::new(secret).unwrap().verify(&self.body, &self.headers).is_ok()
    }

    /// The same without the age, for tests that move the clock by days.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        let seconds = self.header("webhook-timestamp").parse().unwrap();
        let id = self.header("webhook-id");
        let signature = Webhook::new(secret).unwrap().sign(id, seconds, &self.body).unwrap();
        self.header("webhook-signature").split(' ').any(|it| it == signature)
    }
}

async fn receive(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let number = {
        let mut received = shared.received.lock();
        received.push(Received { headers, body });
        received.len() - 1
    };
    let in_flight = shared.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
    shared.in_flight_max.fetch_max(in_flight, Ordering::SeqCst);
    shared.arrived.notify_waiters();
    let reply = (shared.behaviour.lock())(number);
    // Gives a second request the time to come in.
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    let status = |code| StatusCode::from_u16(code).unwrap();
    let response = match reply {
        Reply::Status(code) => status(code).into_response(),
        Reply::With(code, name, value) => {
            (status(code), [(name, value)], "see header").into_response()
        }
        Reply::Body(code, body) => (status(code), body).into_response(),
        Reply::Silence => std::future::pending().await,
    };
    shared.in_flight.fetch_sub(1, Ordering::SeqCst);
    response
}
