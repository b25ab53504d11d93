//! Metrics of the edge, and the page `/metrics` that shows all of the process.

use std::time::Instant;

use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use kernel::problem::ProblemCode;
use kernel::telemetry::Metrics;

use super::edge::Route;
use crate::process;

/// Counts a request when its answer's head is known.
pub(super) fn request_ended(
    method: &Method,
    response: &Response,
    began: Instant,
    in_flight: usize,
) {
    // Paths that we don't know must not fill the memory with counters.
    let route = response.extensions().get::<Route>();
    let route = route.map_or("other", |route| route.0.as_str()).to_owned();
    let method = known(method);
    let status = response.status().as_u16().to_string();
    metrics::gauge!("http_requests_in_flight").set(f64_of(in_flight as u64));
    metrics::histogram!("http_request_seconds", "method" => method, "route" => route.clone())
        .record(began.elapsed());
    metrics::counter!(
        "http_requests_total", "method" => method, "route" => route, "status" => status
    )
    .increment(1);
    if let Some(ProblemCode(code)) = response.extensions().get() {
        let code = code.clone().into_owned();
        metrics::counter!("http_problems_total", "code" => code).increment(1);
    }
}

/// The page, in the text format of Prometheus.
pub(super) fn page(metrics: Option<&Metrics>) -> Response {
    if let Some(usage) = process::usage(std::process::id()) {
        metrics::gauge!("process_resident_memory_bytes").set(f64_of(usage.resident_bytes));
        metrics::counter!("process_cpu_milliseconds_total").absolute(usage.cpu_ms);
    }
    let text = metrics.map(Metrics::render).unwrap_or_default();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// A client can send any method; only these become labels.
fn known(method: &Method) -> &'static str {
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    const NAMES: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    KNOWN.iter().position(|known| known == method).map_or("other", |at| NAMES[at])
}

/// Gauges are floats; above 2^53 they round, which a gauge of bytes survives.
fn f64_of(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::f64_of;

    #[test]
    fn more_than_four_gibibytes_are_shown_as_they_are() {
        assert_eq!(f64_of(5 << 30).to_string(), "5368709120");
    }
}
