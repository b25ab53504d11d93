//! Calls to Stripe: one form in, one object out, and what an error means. A call is repeated here
//! a few times at once; who calls repeats it for hours.

use std::time::Duration;

use ::http::StatusCode;
use kernel::bus::Backoff;
use kernel::secret;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded::Serializer;

use crate::provider::ProviderError;

/// The version of the API whose shapes we know, whatever the account's default is.
pub const STRIPE_VERSION: &str = "2026-08-26.dahlia";

const ATTEMPTS_MAX: u32 = 3;
const CONNECT_MAX: Duration = Duration::from_secs(5);
const ANSWER_MAX: Duration = Duration::from_secs(12);
const BACKOFF: Backoff =
    Backoff::Exponential { first: Duration::from_millis(400), max: Duration::from_secs(2) };

/// Names and values of a form or a query.
pub(super) type Fields<'a> = [(&'a str, String)];

pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    secret_key: String,
}

/// A call, to be sent as often as needed.
struct Call<'a> {
    method: Method,
    path: &'a str,
    fields: String,
    idempotency_key: Option<String>,
}

/// Why one attempt failed.
struct Failure {
    error: ProviderError,
    may_repeat: bool,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorDetail,
}

#[derive(Deserialize)]
struct ErrorDetail {
    #[serde(rename = "type")]
    kind: String,
    code: Option<String>,
    decline_code: Option<String>,
}

impl Client {
    pub(super) fn new(url: &str, secret_key: String) -> Self {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_MAX)
            .timeout(ANSWER_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client with these settings can be built");
        Self { http, url: url.trim_end_matches('/').to_owned(), secret_key }
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &Fields<'_>,
    ) -> Result<T, ProviderError> {
        let fields = encoded(query);
        self.send(&Call { method: Method::GET, path, fields, idempotency_key: None }).await
    }

    /// The same reference and path again make nothing new.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        reference: &str,
        form: &Fields<'_>,
    ) -> Result<T, ProviderError> {
        let idempotency_key = Some(format!("bushel {reference} {path}"));
        let fields = encoded(form);
        self.send(&Call { method: Method::POST, path, fields, idempotency_key }).await
    }

    async fn send<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, ProviderError> {
        let seed = u128::from_be_bytes(secret::random_bytes());
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(call).await {
                Ok(object) => return Ok(object),
                Err(failure) => failure,
            };
            if !failure.may_repeat || attempt == ATTEMPTS_MAX {
                return Err(failure.error);
            }
            tokio::time::sleep(BACKOFF.delay(attempt, seed)).await;
            attempt += 1;
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, Failure> {
        let response = self.request(call).send().await.map_err(lost)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = answer_of(response).await?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|error| {
                let text = format!("{} {} is answered oddly: {error}", call.method, call.path);
                Failure { error: ProviderError::Unavailable(text), may_repeat: false }
            });
        }
        Err(refusal(call.path, status, &headers, &body))
    }

    fn request(&self, call: &Call<'_>) -> RequestBuilder {
        let Self { url, secret_key, .. } = self;
        let is_get = call.method == Method::GET;
        let query = if is_get { format!("?{}", call.fields) } else { String::new() };
        let request = self.http.request(call.method.clone(), format!("{url}{}{query}", call.path));
        let request = request.bearer_auth(secret_key).header("stripe-version", STRIPE_VERSION);
        let request = match &call.idempotency_key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        if is_get {
            return request;
        }
        let kind = "application/x-www-form-urlencoded";
        request.header("content-type", kind).body(call.fields.clone())
    }
}

fn encoded(fields: &Fields<'_>) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A body that breaks off is an answer that nobody has.
async fn answer_of(response: Response) -> Result<Vec<u8>, Failure> {
    Ok(response.bytes().await.map_err(lost)?.to_vec())
}

/// No answer: perhaps it was done, so it is repeated under its key.
fn lost(error: reqwest::Error) -> Failure {
    // The address of a search may hold a reference, which is nothing for a log.
    let text = error.without_url().to_string();
    Failure { error: ProviderError::Unavailable(text), may_repeat: true }
}

/// What an answer that is no success means: <https://docs.stripe.com/error-low-level>.
fn refusal(path: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Failure {
    let detail = serde_json::from_slice(body).ok().map(|ErrorBody { error }| error);
    let kind = detail.as_ref().map_or("", |detail| detail.kind.as_str());
    let code = detail.as_ref().and_then(|it| it.decline_code.clone().or_else(|| it.code.clone()));
    // Stripe knows best whether the same would come to the same again.
    let advice = match headers.get("stripe-should-retry").map(|value| value.as_bytes()) {
        Some(b"true") => Some(true),
        Some(b"false") => Some(false),
        _ => None,
    };
    let is_about_it = matches!(status.as_u16(), 400 | 402 | 404) && kind != "idempotency_error";
    if is_about_it && advice != Some(true) {
        let code = match status {
            StatusCode::NOT_FOUND => "unknown_object".to_owned(),
            _ => code.unwrap_or_else(|| "refused_by_provider".to_owned()),
        };
        return Failure { error: ProviderError::Refused(code), may_repeat: false };
    }
    let request = headers.get("request-id").and_then(|id| id.to_str().ok()).unwrap_or("unknown");
    let code = code.unwrap_or_default();
    let text = format!("{path} is answered with {status} {kind} {code} (request {request})");
    let error = ProviderError::Unavailable(text);
    let is_passing = status.is_server_error() || matches!(status.as_u16(), 409 | 429);
    let may_repeat = advice.unwrap_or(is_passing);
    Failure { error, may_repeat }
}
