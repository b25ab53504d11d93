//! Calls to a provider: bounded in time and size, and never on to where an answer points.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde::de::DeserializeOwned;

use super::OutsideError;

const CONNECT_MAX: Duration = Duration::from_secs(3);
const ANSWER_MAX: Duration = Duration::from_secs(5);
const BODY_BYTES_MAX: usize = 256 << 10;
/// Before what only reads is asked once more: drawn evenly from this up to twice as long.
const PAUSE_MS: u64 = 100;

/// Speaks to providers.
#[derive(Clone)]
pub(super) struct Outside(Client);

impl Outside {
    pub(super) fn new() -> Self {
        let client = Client::builder()
            .connect_timeout(CONNECT_MAX)
            .timeout(ANSWER_MAX)
            .redirect(Policy::none())
            .build();
        Self(client.expect("the settings are in the code"))
    }

    /// Reads a document; tried twice.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        address: &str,
        bearer: Option<&str>,
    ) -> Result<T, OutsideError> {
        let request = || {
            let request = self.0.get(address).header("accept", "application/json");
            match bearer {
                Some(token) => request.bearer_auth(token),
                None => request,
            }
        };
        match answer(request()).await {
            Err(OutsideError::Unreachable(_) | OutsideError::Status(500..)) => {
                let [chance] = kernel::secret::random_bytes::<1>();
                let pause = PAUSE_MS + PAUSE_MS * u64::from(chance) / 256;
                tokio::time::sleep(Duration::from_millis(pause)).await;
                answer(request()).await
            }
            other => other,
        }
    }

    /// Posts a form; once, because what is exchanged can be exchanged once.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        address: &str,
        basic: Option<(&str, &str)>,
        form: String,
    ) -> Result<T, OutsideError> {
        let request = self.0.post(address).header("accept", "application/json").body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        answer(match basic {
            Some((id, secret)) => request.basic_auth(id, Some(secret)),
            None => request,
        })
        .await
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, OutsideError> {
    // The address may hold what isn't for logs.
    let unreachable = |error: reqwest::Error| OutsideError::Unreachable(describe(error));
    let mut response = request.send().await.map_err(unreachable)?;
    if !response.status().is_success() {
        return Err(OutsideError::Status(response.status().as_u16()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(OutsideError::Unusable("it is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body)
        .map_err(|_| OutsideError::Unusable("it is not the JSON that is expected"))
}

fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
