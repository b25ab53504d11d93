//! `/v1/payments/sandbox/actions/{token}`: where the holder of a test card confirms a payment, as
//! on a bank's 3-D Secure page. Whoever has the token may decide; it can't be guessed.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use kernel::http::invalid_field;
use kernel::{Path, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::flow::{PaymentRow, PaymentState};
use crate::error::PaymentsError;
use crate::http::PublicProblems;
use crate::payments::Payments;

pub(crate) fn routes() -> OpenApiRouter<Payments> {
    OpenApiRouter::default().routes(routes!(get, decide))
}

/// The page on which a test payment is confirmed.
#[utoipa::path(
    get,
    path = "/v1/payments/sandbox/actions/{token}",
    operation_id = "payments_sandbox_actions_get",
    tag = "payments",
    security(()),
    params(("token" = String, Path, description = "From the deposit's `next_action`.")),
    responses(
        (status = 200, description = "A page with two buttons.", body = String, content_type = "text/html"),
        (status = 404, description = "There is nothing to confirm.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It was decided, or its time has passed.",
         body = Problem, content_type = "application/problem+json"),
        PublicProblems,
    ),
)]
async fn get(
    State(payments): State<Payments>,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let sandbox = payments.sandbox();
    let id = sandbox.payment_of_action(&token).ok_or(PaymentsError::ActionNotFound)?;
    let found = sandbox.find_payment(id).await?.ok_or(PaymentsError::ActionNotFound)?;
    if found.status != PaymentState::RequiresAction {
        return Err(PaymentsError::ActionDecided.into());
    }
    Ok(page("Confirm the payment", &question(&found)))
}

/// Approves or declines a test payment.
#[utoipa::path(
    post,
    path = "/v1/payments/sandbox/actions/{token}",
    operation_id = "payments_sandbox_actions_decide",
    tag = "payments",
    security(()),
    params(("token" = String, Path, description = "From the deposit's `next_action`.")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`decision=approve` or `decision=decline`.", example = "decision=approve"),
    responses(
        (status = 200, description = "A page that says what was decided.", body = String, content_type = "text/html"),
        (status = 404, description = "There is nothing to confirm.",
         body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It was decided, or its time has passed.",
         body = Problem, content_type = "application/problem+json"),
        PublicProblems,
    ),
)]
async fn decide(
    State(payments): State<Payments>,
    Path(token): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let is_approved = match &*body {
        b"decision=approve" => true,
        b"decision=decline" => false,
        _ => return Err(invalid_field("/decision", "expected `approve` or `decline`")),
    };
    let sandbox = payments.sandbox();
    let id = sandbox.payment_of_action(&token).ok_or(PaymentsError::ActionNotFound)?;
    let decided = sandbox.confirm(id, is_approved).await?;
    let row = decided.ok_or(PaymentsError::ActionDecided)?;
    let title = if is_approved { "The payment is confirmed" } else { "The payment is declined" };
    Ok(page(title, &way_back(&row)))
}

fn question(row: &PaymentRow) -> String {
    format!(
        "<p>A test payment of {} {} (in its smallest unit).</p>\n\
         <form method=\"post\">\n\
         <button name=\"decision\" value=\"approve\">Approve</button>\n\
         <button name=\"decision\" value=\"decline\">Decline</button>\n\
         </form>",
        row.amount,
        escaped(&row.asset)
    )
}

fn way_back(row: &PaymentRow) -> String {
    match &row.return_url {
        Some(url) => format!("<p><a href=\"{}\">Continue</a></p>", escaped(url)),
        None => "<p>You can close this page.</p>".to_owned(),
    }
}

/// No script, no style from elsewhere, and no way to put it into a frame.
fn page(title: &str, content: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{content}\n</main>\n</body>\n</html>\n"
    );
    let mut response = html.into_response();
    let headers: [(HeaderName, &'static str); 4] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
