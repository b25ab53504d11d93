//! How mail leaves: the settings of the mail server as one URL.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use url::Url;

use super::compose::mailbox_of;
use crate::error::NotificationsError;

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct MailOptions {
    /// The mail servers in the order in which they are asked: the next one if one can't be reached.
    /// Without one, mail is kept in the mailbox.
    pub smtp: Vec<SmtpUrl>,
    /// Whom mail is from: `Bushel <no-reply@example.org>`. Its domain is in every `Message-ID`.
    pub from: String,
}

impl Default for MailOptions {
    fn default() -> Self {
        Self { smtp: Vec::new(), from: "Bushel <no-reply@localhost>".to_owned() }
    }
}

impl MailOptions {
    pub(crate) fn sender(&self) -> Result<Mailbox, NotificationsError> {
        let refuse = || NotificationsError::MailOptions(format!("{:?} is no sender", self.from));
        mailbox_of(&self.from).ok_or_else(refuse)
    }
}

/// When a session is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tls {
    /// From the first byte (port 465).
    Implicit,
    /// By STARTTLS, or no mail is sent.
    Required,
    /// By STARTTLS if the server can.
    Optional,
    None,
}

/// A mail server:
/// `smtp://user:password@host:587?tls=required&auth=plain&ca=/etc/ca.pem&timeout_s=30`.
///
/// - `smtps://` is TLS from the first byte (port 465); `smtp://` is STARTTLS (port 587), with
///   `tls=required` (the default), `optional` or `none`.
/// - `auth` is `plain` or `login`; without it the server's choice.
/// - `ca` is a file with a certificate (PEM) that is trusted besides the public ones.
/// - A password is never sent without TLS, but to this host.
///
/// Neither its `Debug` nor any error shows the password.
#[derive(Clone)]
pub struct SmtpUrl {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Tls,
    pub(crate) tls_parameters: Option<TlsParameters>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) mechanisms: Vec<Mechanism>,
    /// For connecting, and for each answer. The text gets six times as long.
    pub(crate) timeout: Duration,
}

const TIMEOUT_S: u64 = 10;
/// The most that a dialogue can take, 18 of them, is how long a job of mail has (`Smtp::longest`).
const TIMEOUT_S_MAX: u64 = 60;

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, tls, .. } = self;
        write!(f, "SmtpUrl({host}:{port}, {tls:?})")
    }
}

impl SmtpUrl {
    /// For the log of mail.
    pub(crate) fn provider(&self) -> String {
        format!("smtp {}:{}", self.host, self.port)
    }

    /// Whether a password may be sent as the session is now.
    pub(crate) fn may_sign_in(&self, is_encrypted: bool) -> bool {
        is_encrypted || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&self.host.as_str())
    }
}

impl FromStr for SmtpUrl {
    type Err = NotificationsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| refuse("the host is missing"))?.to_owned();
        let mut read = match url.scheme() {
            "smtp" => Query { tls: Tls::Required, ..Query::default() },
            "smtps" => Query { tls: Tls::Implicit, ..Query::default() },
            _ => return Err(refuse("it begins with smtp:// or smtps://")),
        };
        for (name, value) in url.query_pairs() {
            read.set(&name, &value)?;
        }
        let port = url.port().unwrap_or(if read.tls == Tls::Implicit { 465 } else { 587 });
        let tls_parameters = match read.tls {
            Tls::None => None,
            _ => Some(tls_parameters(&host, read.ca.as_deref())?),
        };
        let credentials = credentials(&url)?;
        let (tls, mechanisms, timeout) = (read.tls, read.mechanisms, read.timeout);
        let parsed = Self { host, port, tls, tls_parameters, credentials, mechanisms, timeout };
        if parsed.credentials.is_some() && tls == Tls::None && !parsed.may_sign_in(false) {
            return Err(refuse("a password needs TLS: leave tls=none out"));
        }
        Ok(parsed)
    }
}

/// What stands after the question mark.
struct Query {
    tls: Tls,
    mechanisms: Vec<Mechanism>,
    ca: Option<String>,
    timeout: Duration,
}

impl Default for Query {
    fn default() -> Self {
        let mechanisms = vec![Mechanism::Plain, Mechanism::Login];
        let timeout = Duration::from_secs(TIMEOUT_S);
        Self { tls: Tls::Required, mechanisms, ca: None, timeout }
    }
}

impl Query {
    fn set(&mut self, name: &str, value: &str) -> Result<(), NotificationsError> {
        match (name, value) {
            ("tls", _) if self.tls == Tls::Implicit => {
                return Err(refuse("smtps:// is TLS already"));
            }
            ("tls", "required") => self.tls = Tls::Required,
            ("tls", "optional") => self.tls = Tls::Optional,
            ("tls", "none") => self.tls = Tls::None,
            ("auth", "plain") => self.mechanisms = vec![Mechanism::Plain],
            ("auth", "login") => self.mechanisms = vec![Mechanism::Login],
            ("ca", path) => self.ca = Some(path.to_owned()),
            ("timeout_s", seconds) => {
                let seconds = seconds.parse().ok().filter(|it| (1..=TIMEOUT_S_MAX).contains(it));
                let seconds = seconds.ok_or_else(|| refuse("timeout_s is 1 to 60"))?;
                self.timeout = Duration::from_secs(seconds);
            }
            ("tls" | "auth", _) => return Err(refuse(&format!("{name} can't be {value:?}"))),
            _ => return Err(refuse(&format!("there is no setting {name:?}"))),
        }
        Ok(())
    }
}

fn tls_parameters(host: &str, ca: Option<&str>) -> Result<TlsParameters, NotificationsError> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca {
        let unreadable = |error: &dyn fmt::Display| refuse(&format!("ca={path}: {error}"));
        let pem = std::fs::read(path).map_err(|error| unreadable(&error))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| unreadable(&error))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|error| refuse(&error.to_string()))
}

fn credentials(url: &Url) -> Result<Option<Credentials>, NotificationsError> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (user, Some(password)) => Ok(Some(Credentials::new(decoded(user), decoded(password)))),
        (_, None) => Err(refuse("a user needs a password")),
    }
}

/// `%40` is `@`. Unlike in a form, a plus is a plus.
fn decoded(text: &str) -> String {
    let form = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(form.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

fn refuse(why: &str) -> NotificationsError {
    NotificationsError::MailOptions(why.to_owned())
}
