//! Statements over HTTP.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use futures_util::StreamExt as _;
use identity::Actor;
use kernel::http::documents::ReadProblems;
use kernel::{Json, Page, Path, Problem, Query};
use ledger::AccountId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Format, Statement, StatementMonth};
use crate::fields::Month;
use crate::wallet::Wallet;

pub(crate) fn routes() -> OpenApiRouter<Wallet> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(get))
}

/// Months of which an account has a statement, newest first.
#[utoipa::path(
    get,
    path = "/v1/wallet/accounts/{id}/statements",
    operation_id = "wallet_statements_list",
    tag = "wallet",
    params(("id" = AccountId, Path, description = "The account's id.")),
    responses(
        (status = 200, description = "The months, the one that isn't over too.",
         body = Page<StatementMonth>),
        (status = 404, description = "The caller has no such account.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn list(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path(id): Path<AccountId>,
) -> Result<Json<Page<StatementMonth>>, Problem> {
    let data = wallet.statement_months(actor.require_user()?, id).await?;
    Ok(Json(Page { data, next_cursor: None }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatementParams {
    /// Goes before the header `Accept`; JSON if neither says anything.
    #[param(inline)]
    format: Option<Format>,
}

/// A month's statement: as JSON, as CSV for spreadsheets, or as PDF.
#[utoipa::path(
    get,
    path = "/v1/wallet/accounts/{id}/statements/{month}",
    operation_id = "wallet_statements_get",
    tag = "wallet",
    params(
        ("id" = AccountId, Path, description = "The account's id."),
        ("month" = String, Path, description = "The month.", pattern = "^[0-9]{4}-[0-9]{2}$",
         example = "2026-11"),
        StatementParams,
    ),
    responses(
        (status = 200, description = "The statement.", content(
            (Statement = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/pdf"),
        )),
        (status = 404, description = "The caller has no such account, or it has no statement of that month.",
         body = Problem, content_type = "application/problem+json"),
        ReadProblems,
    ),
)]
pub(crate) async fn get(
    State(wallet): State<Wallet>,
    actor: Actor,
    Path((id, month)): Path<(AccountId, Month)>,
    Query(params): Query<StatementParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = params.format.unwrap_or_else(|| accepted(&headers));
    let (summary, pieces) = wallet.statement(actor.require_user()?, id, month, format).await?;
    // What goes wrong now breaks the body off: the status is out.
    let pieces = pieces.inspect(|piece| {
        if let Err(error) = piece {
            tracing::warn!(%error, "a statement was broken off");
        }
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    if format != Format::Json {
        let extension = format.extension();
        // Only digits and letters of the asset: a file's name is no place for the rest.
        let asset = summary.asset.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let name = format!("attachment; filename=\"statement-{month}-{asset}.{extension}\"");
        let value = HeaderValue::try_from(name).map_err(|error| Problem::internal(&error))?;
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// The first form in `Accept` that there is. Weights are not looked at: whoever asks for one of
/// these means it.
fn accepted(headers: &HeaderMap) -> Format {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let types = values.flat_map(|value| value.split(','));
    let essences = types.filter_map(|it| it.split(';').next()).map(str::trim);
    let known = essences.filter_map(|essence| match essence {
        "application/json" => Some(Format::Json),
        "text/csv" => Some(Format::Csv),
        "application/pdf" => Some(Format::Pdf),
        _ => None,
    });
    known.into_iter().next().unwrap_or(Format::Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_type_counts() {
        let check = |accept: &'static str, format: Format| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(accepted(&headers), format, "{accept}");
        };
        check("application/pdf", Format::Pdf);
        check("text/html, text/csv;q=0.9, */*", Format::Csv);
        check("*/*", Format::Json);
        assert_eq!(accepted(&HeaderMap::new()), Format::Json);
    }
}
