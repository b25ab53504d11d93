//! Twilio's Messages API, and services that speak the same.
//!
//! Sources: <https://www.twilio.com/docs/messaging/api/message-resource>, its error codes
//! (<https://www.twilio.com/docs/api/errors>), and the signature of its callbacks
//! (<https://www.twilio.com/docs/usage/security>).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;

use super::options::{Sender, SmsUrl};
use super::{Callback, Outcome, Provider, Report, Sending, ShortMessage};
use crate::texts::one_line;

/// More of an answer isn't read.
const ANSWER_BYTES_MAX: usize = 64 << 10;
const USER_AGENT: &str = concat!("Bushel/", env!("CARGO_PKG_VERSION"));

/// Codes that say something of the number, and nothing of the provider: it isn't one, can't be
/// reached, is a landline, or its owner wants no messages.
const ABOUT_THE_NUMBER: [u32; 7] = [21_211, 21_214, 21_217, 21_407, 21_610, 21_614, 21_635];

/// An account at a provider.
pub(crate) struct Twilio {
    url: SmsUrl,
    client: Option<Client>,
}

/// The part of an answer that is of use.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    sid: String,
    code: Option<u32>,
    message: String,
}

impl Twilio {
    pub(super) fn new(url: SmsUrl) -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .timeout(url.timeout)
            .user_agent(USER_AGENT)
            .build()
            .inspect_err(|error| tracing::error!(%error, "short messages can't be sent"))
            .ok();
        Self { url, client }
    }

    /// Whether a callback was signed with this account's token: HMAC-SHA1 over the address and the
    /// sorted fields of the form.
    fn has_signed(&self, callback: &Callback<'_>) -> bool {
        let mut fields: Vec<&(String, String)> = callback.fields.iter().collect();
        fields.sort_unstable();
        fields.dedup();
        let mut signed = callback.address.to_owned();
        for (name, value) in fields {
            signed.push_str(name);
            signed.push_str(value);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.url.token.as_bytes());
        let Ok(given) = STANDARD.decode(callback.signature) else { return false };
        hmac::verify(&key, signed.as_bytes(), &given).is_ok()
    }

    fn form(&self, message: &ShortMessage) -> String {
        let (sender, from) = match &self.url.from {
            Sender::From(from) => ("From", from),
            Sender::MessagingService(service) => ("MessagingServiceSid", service),
        };
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", &message.to)
            .append_pair(sender, from)
            .append_pair("Body", &message.text);
        if let Some(url) = &message.status_url {
            form.append_pair("StatusCallback", url);
        }
        form.finish()
    }
}

impl Provider for Twilio {
    fn name(&self) -> String {
        self.url.provider()
    }

    fn send<'a>(&'a self, message: &'a ShortMessage) -> Sending<'a> {
        Box::pin(self.post(message))
    }

    fn read(&self, callback: &Callback<'_>) -> Option<Report> {
        let field = |name: &str| {
            let found = callback.fields.iter().find(|(it, _)| it == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        if field("AccountSid") != self.url.account || !self.has_signed(callback) {
            return None;
        }
        let said = field("MessageStatus");
        let text = one_line(&format!("{said} {}", field("ErrorCode")));
        Some(match said {
            "delivered" | "read" => Report::Delivered(text),
            "failed" | "undelivered" => Report::Failed(text),
            _ => Report::OnItsWay,
        })
    }
}

impl Twilio {
    async fn post(&self, message: &ShortMessage) -> Outcome {
        let Some(client) = &self.client else {
            return Outcome::NotTaken("this server has no certificates to check TLS with".into());
        };
        let SmsUrl { base, account, token, .. } = &self.url;
        let sent = client
            .post(format!("{base}/2010-04-01/Accounts/{account}/Messages.json"))
            .basic_auth(account, Some(token))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(self.form(message))
            .send()
            .await;
        match sent {
            Ok(response) => {
                let status = response.status();
                outcome(status, &answer(response).await)
            }
            Err(error) if error.is_connect() => {
                Outcome::NotTaken("no connection could be made".to_owned())
            }
            Err(error) if error.is_timeout() => {
                Outcome::InDoubt("it did not answer in time".to_owned())
            }
            Err(_) => {
                Outcome::InDoubt("the connection broke before there was an answer".to_owned())
            }
        }
    }
}

/// What the provider says in JSON; nothing if it can't be read.
async fn answer(mut response: Response) -> Answer {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            break;
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn outcome(status: StatusCode, answer: &Answer) -> Outcome {
    let code = answer.code.map_or_else(String::new, |code| format!(" {code}"));
    let said = one_line(&format!("{}{code} {}{}", status.as_u16(), answer.sid, answer.message));
    match status.as_u16() {
        200..=299 => Outcome::Taken(said),
        // A gateway gave up waiting for what stands behind it.
        504 => Outcome::InDoubt(said),
        400 if answer.code.is_some_and(|code| ABOUT_THE_NUMBER.contains(&code)) => {
            Outcome::NumberRefused(said)
        }
        _ => Outcome::NotTaken(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let check = |status: u16, code: Option<u32>| {
            let answer = Answer { sid: String::new(), code, message: "so\r\nso".to_owned() };
            outcome(StatusCode::from_u16(status).unwrap(), &answer)
        };
        assert_eq!(check(201, None), Outcome::Taken("201 so so".to_owned()));
        assert_eq!(check(400, Some(21_211)), Outcome::NumberRefused("400 21211 so so".to_owned()));
        for (status, code) in
            [(400, Some(21_606)), (400, None), (401, Some(20_003)), (429, None), (500, None)]
        {
            assert!(matches!(check(status, code), Outcome::NotTaken(_)), "{status} {code:?}");
        }
        assert!(matches!(check(504, None), Outcome::InDoubt(_)));
    }
}
