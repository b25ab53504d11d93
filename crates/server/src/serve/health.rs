//! Whether the process lives (`/healthz`), whether it can serve (`/readyz`, gRPC health), and
//! how it does (`/metrics`).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use kernel::telemetry::Metrics;
use kernel::{ErrorKind, Json, Problem};
use ledger::{Ledger, Role};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How soon a change of the role shows in the gRPC health service.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LEDGER_SERVICE: &str = "bushel.ledger.v1.LedgerService";

/// What the handlers work with.
#[derive(Clone)]
pub(super) struct Health {
    ledger: Ledger,
    metrics: Option<Arc<Metrics>>,
}

/// The process lives.
#[derive(Serialize, ToSchema)]
struct Alive {
    /// Always `alive`.
    #[schema(example = "alive")]
    status: &'static str,
}

/// The process can serve.
#[derive(Serialize, ToSchema)]
struct Ready {
    /// `leading`, or `following` if another process leads the ledger and requests are forwarded.
    #[schema(example = "leading")]
    ledger: &'static str,
}

impl Health {
    pub(super) fn new(ledger: Ledger, metrics: Option<Metrics>) -> Self {
        Self { ledger, metrics: metrics.map(Arc::new) }
    }
}

pub(super) fn routes() -> OpenApiRouter<Health> {
    OpenApiRouter::new()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
        .routes(routes!(metrics_page))
}

/// Whether the process lives.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "health",
    security(()),
    responses((status = 200, description = "It does", body = Alive)),
)]
async fn healthz() -> Json<Alive> {
    Json(Alive { status: "alive" })
}

/// Whether requests can be served.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readyz",
    tag = "health",
    security(()),
    responses(
        (status = 200, description = "They can", body = Ready),
        (status = 503, description = "They can't; the detail says why", body = Problem, content_type = "application/problem+json"),
    ),
)]
async fn readyz(State(health): State<Health>) -> Result<Json<Ready>, Problem> {
    let reason = match health.ledger.role() {
        Role::Leading => return Ok(Json(Ready { ledger: "leading" })),
        Role::Following(Some(_)) => return Ok(Json(Ready { ledger: "following" })),
        Role::Following(None) => "another process leads the ledger, its address is not known",
        Role::Starting => "the ledger is starting",
        Role::Failing => "the database can't be used",
        Role::Stopped => "the server is stopping",
    };
    Err(Problem::new(ErrorKind::Unavailable, "server.not_ready", reason))
}

/// Metrics of the process in the text format of Prometheus. They need the token like the rest.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "health",
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain; version=0.0.4; charset=utf-8")),
)]
async fn metrics_page(State(health): State<Health>) -> Response {
    super::metrics::page(health.metrics.as_deref())
}

/// Tells the gRPC health service what the ledger's role is, until the stop.
pub(super) async fn watch(ledger: Ledger, reporter: HealthReporter, stop: CancellationToken) {
    // Told as soon as it is true, because whoever started us asks at once.
    tokio::select! {
        _ = ledger.ready() => {}
        () = stop.cancelled() => {}
    }
    let mut told = None;
    loop {
        let serves = matches!(ledger.role(), Role::Leading | Role::Following(Some(_)));
        let status = if serves { ServingStatus::Serving } else { ServingStatus::NotServing };
        if told != Some(serves) {
            reporter.set_service_status("", status).await;
            reporter.set_service_status(LEDGER_SERVICE, status).await;
            told = Some(serves);
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    reporter.set_service_status("", ServingStatus::NotServing).await;
    reporter.set_service_status(LEDGER_SERVICE, ServingStatus::NotServing).await;
}
