//! A provider of short messages as one URL.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use crate::error::NotificationsError;

/// A provider with Twilio's Messages API:
/// `twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=%2B15550100199&timeout_s=10`.
///
/// - `from` is the number or name that messages come from; or `messaging_service` is the id of a
///   service that chooses one (`MG…`).
/// - The host may have a port and a path in front of `/2010-04-01`, for services that speak the same
///   API. It is spoken to with TLS, unless it is this host and the URL says `tls=none`.
///
/// Neither its `Debug` nor any error shows the token.
#[derive(Clone, PartialEq, Eq)]
pub struct SmsUrl {
    /// Such as `https://api.twilio.com`, without a slash at the end.
    pub(crate) base: String,
    pub(crate) account: String,
    pub(crate) token: String,
    pub(crate) from: Sender,
    pub(crate) timeout: Duration,
}

/// Whom messages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sender {
    From(String),
    MessagingService(String),
}

const TIMEOUT_S: u64 = 10;
const TIMEOUT_S_MAX: u64 = 60;

impl fmt::Debug for SmsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmsUrl({})", self.base)
    }
}

impl SmsUrl {
    /// For the log of messages.
    pub(crate) fn provider(&self) -> String {
        let host = self.base.split_once("://").map_or(self.base.as_str(), |(_, host)| host);
        format!("twilio {host}")
    }
}

impl FromStr for SmsUrl {
    type Err = NotificationsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
        if url.scheme() != "twilio" {
            return Err(refuse("it begins with twilio://"));
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| refuse("the host is missing, such as api.twilio.com"))?;
        let (account, token) = (decoded(url.username()), url.password().map(decoded));
        let token = token.filter(|_| !account.is_empty()).ok_or_else(|| {
            refuse("account and token stand in front of the host: twilio://ACCOUNT:TOKEN@…")
        })?;
        let (mut from, mut timeout_s, mut scheme) = (None, TIMEOUT_S, "https");
        for (name, value) in url.query_pairs() {
            match (name.as_ref(), value.as_ref()) {
                ("from", _) => from = Some(Sender::From(value.into_owned())),
                ("messaging_service", _) => {
                    from = Some(Sender::MessagingService(value.into_owned()));
                }
                ("timeout_s", seconds) => {
                    let seconds = seconds.parse().ok();
                    let seconds = seconds.filter(|it| (1..=TIMEOUT_S_MAX).contains(it));
                    timeout_s = seconds.ok_or_else(|| refuse("timeout_s is 1 to 60"))?;
                }
                ("tls", "none") if is_this_host(host) => scheme = "http",
                ("tls", _) => return Err(refuse("a token needs TLS: leave tls out")),
                _ => return Err(refuse(&format!("there is no setting {name:?}"))),
            }
        }
        let from =
            from.ok_or_else(|| refuse("say whom messages come from: from=%2B15550100199"))?;
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let base = format!("{scheme}://{host}{port}{}", url.path().trim_end_matches('/'));
        Ok(Self { base, account, token, from, timeout: Duration::from_secs(timeout_s) })
    }
}

fn is_this_host(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

/// `%2B` is `+`. Unlike in a form, a plus is a plus.
fn decoded(text: &str) -> String {
    let form = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(form.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

fn refuse(why: &str) -> NotificationsError {
    NotificationsError::SmsOptions(why.to_owned())
}
