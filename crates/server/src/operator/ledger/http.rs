use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use ledger::{Finding, Ledger, Progress, VerifyReport};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Lines that may wait for a slow reader; further progress is dropped, the report never.
const LINES_MAX: usize = 16;

/// A line of the answer: how far it has come, or, as the last one, what came of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub(crate) enum VerifyLine {
    /// Transfers read so far, of those there are to read.
    Progress { transfers: i64, total: i64 },
    /// The verification is complete.
    Report(Report),
    /// The verification could not be completed.
    Failed { detail: String },
}

/// What was verified, and what does not fit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Report {
    /// Whether everything fits.
    pub(crate) sound: bool,
    pub(crate) transfers: i64,
    pub(crate) accounts: i64,
    pub(crate) assets: i64,
    /// Transfers up to this sequence are under the hash chain.
    pub(crate) sealed_sequence: i64,
    /// Hash of the chain's last block, in hexadecimal: keep it elsewhere to prove that nothing
    /// before it was changed.
    pub(crate) hash: Option<String>,
    /// What does not fit; the first row in the order of reading comes first.
    pub(crate) findings: Vec<Misfit>,
}

/// A row that does not fit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Misfit {
    #[schema(example = "ledger.transfers")]
    pub(crate) table: String,
    #[schema(example = "seq 4711")]
    pub(crate) row: String,
    pub(crate) problem: String,
}

pub(crate) fn routes() -> OpenApiRouter<Ledger> {
    OpenApiRouter::new().routes(routes!(verify))
}

/// Prove the books.
///
/// Reads the whole journal again and compares everything that follows from it with what is
/// stored. Requests go on meanwhile. The answer is one JSON object per line: progress while it
/// goes on, and the report at the end.
#[utoipa::path(
    post,
    path = "/v1/operator/ledger/verify",
    operation_id = "operator_ledger_verify",
    tag = "operator",
    responses((status = 200, description = "Progress, then the report", body = VerifyLine, content_type = "application/x-ndjson")),
)]
async fn verify(State(ledger): State<Ledger>) -> Response {
    let (lines, receiver) = mpsc::channel::<Bytes>(LINES_MAX);
    tokio::spawn(async move {
        let progress = |Progress { transfers, total }| {
            // A reader that is slow misses some; it isn't waited for.
            let _ = lines.try_send(line(&VerifyLine::Progress { transfers, total }));
        };
        let last = tokio::select! {
            result = ledger.verify(progress) => match result {
                Ok(report) => VerifyLine::Report(report.into()),
                Err(error) => {
                    tracing::error!(%error, "the books could not be verified");
                    VerifyLine::Failed { detail: error.to_string() }
                }
            },
            // Nobody waits for the answer any more.
            () = lines.closed() => return,
        };
        let _ = lines.send(line(&last)).await;
    });
    let stream = ReceiverStream::new(receiver).map(Ok::<_, Infallible>);
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(stream)).into_response()
}

fn line(line: &VerifyLine) -> Bytes {
    let mut text = serde_json::to_vec(line).expect("a line has only texts and numbers");
    text.push(b'\n');
    text.into()
}

impl From<VerifyReport> for Report {
    fn from(report: VerifyReport) -> Self {
        Self {
            sound: report.is_sound(),
            transfers: report.transfers,
            accounts: report.accounts,
            assets: report.assets,
            sealed_sequence: report.sealed_seq,
            hash: report.hash,
            findings: report.findings.into_iter().map(Misfit::from).collect(),
        }
    }
}

impl From<Finding> for Misfit {
    fn from(Finding { table, row, problem }: Finding) -> Self {
        Self { table: table.to_owned(), row, problem }
    }
}
