//! Logs and metrics of the process. Called once, by the binary.

use std::io;
use std::str::FromStr;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use thiserror::Error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// Buckets of histograms in seconds: from an answer out of memory to a hopeless one.
const SECONDS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For a terminal.
    #[default]
    Human,
    /// One JSON object per line, for a log store.
    Json,
}

/// Why telemetry could not be set up.
#[derive(Debug, Error)]
pub enum TelemetryError {
    #[error("a log format is `human` or `json`, not `{0}`")]
    Format(String),
    #[error("the log filter `{filter}` is not valid (an example: `info,ledger=debug`): {reason}")]
    Filter { filter: String, reason: String },
    #[error("telemetry is set up already")]
    Twice,
    #[error("metrics could not be set up: {0}")]
    Metrics(#[from] BuildError),
}

/// Renders all metrics that the process recorded.
#[derive(Debug, Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl FromStr for LogFormat {
    type Err = TelemetryError;

    fn from_str(text: &str) -> Result<Self, TelemetryError> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            other => Err(TelemetryError::Format(other.to_owned())),
        }
    }
}

impl Metrics {
    /// The text format of Prometheus, version 0.0.4.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Moves what was recorded into the histograms. To be called every few seconds, or the
    /// samples pile up until the next [`render`](Self::render).
    pub fn run_upkeep(&self) {
        self.handle.run_upkeep();
    }
}

/// Sends `tracing` events to stderr, filtered by directives such as `info,ledger=debug`, and
/// installs the recorder of `metrics`. Stdout stays free for what commands print.
pub fn init(format: LogFormat, filter: &str) -> Result<Metrics, TelemetryError> {
    subscriber(format, filter, io::stderr)?.try_init().map_err(|_| TelemetryError::Twice)?;
    let handle = builder()?.install_recorder()?;
    Ok(Metrics { handle })
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
}

fn subscriber<W>(
    format: LogFormat,
    filter: &str,
    writer: W,
) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).map_err(|error| TelemetryError::Filter {
        filter: filter.to_owned(),
        reason: error.to_string(),
    })?;
    // Whatever is asked for: the driver logs every statement's parameters, and with them the text
    // of mails, hashes and personal data.
    let filter = ["tokio_postgres=info", "tokio_postgres::query=info"]
        .into_iter()
        .filter_map(|quiet| quiet.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    // Colours would put control characters into files; the binary's own output has its colours.
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(false);
    Ok(match format {
        LogFormat::Human => Box::new(builder.finish()),
        LogFormat::Json => Box::new(builder.json().flatten_event(true).finish()),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parking_lot::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn log(format: LogFormat, filter: &str) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let subscriber = subscriber(format, filter, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(apples = 7, "picked");
            tracing::debug!("not shown");
            tracing::debug!(target: "tokio_postgres::query", "parameters: a secret");
        });
        String::from_utf8(buffer.0.lock().clone()).unwrap()
    }

    #[test]
    fn json_lines_are_objects_in_utc() {
        let text = log(LogFormat::Json, "info");
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&line["message"], &line["apples"]), (&"picked".into(), &7.into()));
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn human_lines_have_no_control_characters() {
        let text = log(LogFormat::Human, "info");
        assert!(text.contains("picked apples=7"), "{text}");
        assert!(!text.trim_end().contains(char::is_control), "{text:?}");
        assert_eq!(log(LogFormat::Human, "warn"), "");
    }

    #[test]
    fn line_30_parameters_of_statements_are_never_logged() {
        for filter in ["trace", "tokio_postgres=trace", "tokio_postgres::query=debug,info"] {
            assert!(!log(LogFormat::Human, filter).contains("secret"), "{filter}");
        }
        assert!(log(LogFormat::Human, "trace").contains("not shown"), "all else is");
    }

    #[test]
    fn wrong_settings_are_named() {
        let Err(error) = subscriber(LogFormat::Human, "ledger=loud", io::sink) else {
            panic!("the filter is wrong");
        };
        assert!(error.to_string().starts_with("the log filter `ledger=loud` is not valid"));
        let error = "xml".parse::<LogFormat>().unwrap_err();
        assert_eq!(error.to_string(), "a log format is `human` or `json`, not `xml`");
    }

    #[test]
    fn seconds_become_histograms() {
        let recorder = builder().unwrap().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            metrics::histogram!("commit_seconds").record(0.003);
            metrics::counter!("transfers_total").increment(2);
        });
        let text = handle.render();
        assert!(text.contains("commit_seconds_bucket{le=\"0.005\"} 1"), "{text}");
        assert!(text.contains("transfers_total 2"), "{text}");
    }
}
