//! The dialogue with the mail server, and what its answers mean.
//!
//! The commands are given one by one (RFC 5321, 3.3), because there is something to be done in the
//! middle: when the server has said that it is ready for the text (354), and before it gets any of
//! it, the database has to learn that this mail is being handed over.

use std::future::Future;
use std::time::Duration;

use kernel::{Clock, Timestamp};
use lettre::address::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Severity;
use parking_lot::Mutex;

use super::compose::Composed;
use super::options::{SmtpUrl, Tls};

/// What is kept of a server's answer.
const REPLY_CHARS_MAX: usize = 500;
/// A connection that was not used for so long isn't used again.
const IDLE_MAX: Duration = Duration::from_secs(30);
const IDLE_CONNECTIONS_MAX: usize = 4;
/// The server may look at the text before it answers: RFC 5321 (4.5.3.2.6) asks for patience.
const TEXT_TIMEOUTS: u32 = 6;

/// Why a mail was not taken. The text is what the server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// There was no session, so another server may be asked.
    Unreachable(String),
    /// It may be taken later: the server said so (4xx), or the session broke.
    Later(String),
    /// There is no such mailbox (5xx to the recipient).
    NoMailbox(String),
    /// The server refuses it for good.
    Refused(String),
    /// Another attempt has begun meanwhile; this one is over and must not go on.
    Overtaken,
}

/// What may be done with the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    Open,
    /// Another attempt has begun.
    Closed,
}

/// The mail server, with a few connections that are open.
pub(crate) struct Smtp {
    pub(crate) url: SmtpUrl,
    hello: ClientId,
    idle: Mutex<Vec<(AsyncSmtpConnection, Timestamp)>>,
}

impl Smtp {
    pub(crate) fn new(url: SmtpUrl) -> Self {
        Self { url, hello: ClientId::default(), idle: Mutex::default() }
    }

    /// How long a dialogue may take: each step at its longest.
    pub(crate) fn longest(&self) -> Duration {
        const STEPS: u32 = 12;
        self.url.timeout * (STEPS + TEXT_TIMEOUTS)
    }

    /// Hands a mail over and answers with what the server said. `gate` is asked when the server
    /// is ready for the text; before that nothing of it has left, afterwards all of it may have.
    pub(crate) async fn deliver<E: std::fmt::Display>(
        &self,
        clock: &dyn Clock,
        mail: &Composed,
        gate: impl Future<Output = Result<Gate, E>>,
    ) -> Result<String, NotTaken> {
        let mut connection = match self.open_again(clock.now()).await {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        self.envelope(&mut connection, mail).await?;
        match gate.await {
            Ok(Gate::Open) => {}
            // The connection is dropped before the text ends, so the server forgets the mail.
            Ok(Gate::Closed) => return Err(NotTaken::Overtaken),
            Err(error) => return Err(NotTaken::Later(format!("not handed over: {error}"))),
        }
        let patience = self.url.timeout * TEXT_TIMEOUTS;
        let answer = within(patience, connection.message(&mail.bytes)).await;
        let reply = answer.map_err(|failure| failure.not_taken(false))?;
        self.keep_open(connection, clock.now());
        let reply = reply.message().collect::<Vec<_>>().join(" ");
        Ok(shortened(&format!("250 {reply}")))
    }

    /// Who it is from and to; afterwards the server waits for the text.
    async fn envelope(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &Composed,
    ) -> Result<(), NotTaken> {
        let patience = self.url.timeout;
        let mut parameters = Vec::new();
        let to: Address = mail.envelope.to()[0].clone();
        if !to.to_string().is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let why = "the server takes no addresses with letters beyond ASCII (SMTPUTF8)";
                return Err(NotTaken::Refused(why.to_owned()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let from = Mail::new(mail.envelope.from().cloned(), parameters);
        let to = Rcpt::new(to, Vec::new());
        let refused = |failure: Failure| failure.not_taken(false);
        within(patience, connection.command(from)).await.map_err(refused)?;
        within(patience, connection.command(to)).await.map_err(|it| it.not_taken(true))?;
        within(patience, connection.command(Data)).await.map_err(refused)?;
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, NotTaken> {
        // Whatever goes wrong here concerns the server and not this mail.
        self.try_connect().await.map_err(|failure| NotTaken::Unreachable(failure.text()))
    }

    async fn try_connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let SmtpUrl { host, port, tls, tls_parameters, timeout, .. } = &self.url;
        let implicit = tls_parameters.clone().filter(|_| *tls == Tls::Implicit);
        let server = (host.trim_matches(['[', ']']), *port);
        let connecting = AsyncSmtpConnection::connect_tokio1(
            server,
            Some(*timeout),
            &self.hello,
            implicit,
            None,
        );
        let mut connection = within(*timeout, connecting).await?;
        let starts_tls = match tls {
            Tls::Required if !connection.can_starttls() => {
                let why = "the server offers no STARTTLS, and tls=required";
                return Err(Failure::Ours(why.to_owned()));
            }
            Tls::Required | Tls::Optional => connection.can_starttls(),
            Tls::Implicit | Tls::None => false,
        };
        if starts_tls {
            let parameters = tls_parameters.clone().expect("made when the URL was read");
            within(*timeout, connection.starttls(parameters, &self.hello)).await?;
        }
        self.sign_in(&mut connection).await?;
        Ok(connection)
    }

    async fn sign_in(&self, connection: &mut AsyncSmtpConnection) -> Result<(), Failure> {
        let Some(credentials) = &self.url.credentials else { return Ok(()) };
        if !self.url.may_sign_in(connection.is_encrypted()) {
            let why = "the server offers no STARTTLS, and a password isn't sent without";
            return Err(Failure::Ours(why.to_owned()));
        }
        within(self.url.timeout, connection.auth(&self.url.mechanisms, credentials)).await?;
        Ok(())
    }

    /// A connection that was used before, if one still answers.
    async fn open_again(&self, now: Timestamp) -> Option<AsyncSmtpConnection> {
        loop {
            let (mut connection, since) = self.idle.lock().pop()?;
            let is_fresh = now.since(since) < IDLE_MAX;
            if is_fresh && within(self.url.timeout, connection.command(Noop)).await.is_ok() {
                return Some(connection);
            }
        }
    }

    fn keep_open(&self, connection: AsyncSmtpConnection, now: Timestamp) {
        let mut idle = self.idle.lock();
        if idle.len() < IDLE_CONNECTIONS_MAX {
            idle.push((connection, now));
        }
    }
}

/// Why a step of the dialogue failed.
enum Failure {
    Server(SmtpError),
    Timeout,
    /// We don't go on.
    Ours(String),
}

async fn within<T>(
    patience: Duration,
    step: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(patience, step).await {
        Ok(answer) => answer.map_err(Failure::Server),
        Err(_) => Err(Failure::Timeout),
    }
}

impl Failure {
    fn text(&self) -> String {
        match self {
            Self::Server(error) => shortened(&described(error)),
            Self::Timeout => "the server did not answer in time".to_owned(),
            Self::Ours(why) => why.clone(),
        }
    }

    /// What it means for the mail. No answer at all is an answer, too: whoever gets no 250 has to
    /// try again (RFC 5321, 4.2.5).
    fn not_taken(&self, is_recipient: bool) -> NotTaken {
        let text = self.text();
        let Self::Server(error) = self else { return NotTaken::Later(text) };
        let is_permanent = error
            .status()
            .is_some_and(|code| code.severity == Severity::PermanentNegativeCompletion);
        match is_permanent {
            false => NotTaken::Later(text),
            true if is_recipient && is_about_the_mailbox(&text) => NotTaken::NoMailbox(text),
            true => NotTaken::Refused(text),
        }
    }
}

/// Enhanced codes X.7.Y are about us (RFC 3463): a policy, a block list. Such a refusal says nothing
/// about the mailbox.
fn is_about_the_mailbox(reply: &str) -> bool {
    !reply.split_whitespace().any(|word| word.trim_start_matches(['(', ':']).starts_with("5.7."))
}

/// An error with its causes, which hold what the server said.
fn described(error: &SmtpError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// It goes into the database and to staff, so it has one line and an end.
fn shortened(reply: &str) -> String {
    let line: String = reply.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().chars().take(REPLY_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_is_told_from_a_missing_mailbox() {
        assert!(is_about_the_mailbox("permanent error (550): 5.1.1 no such user"));
        assert!(is_about_the_mailbox("permanent error (550): no such user"));
        assert!(!is_about_the_mailbox("permanent error (550): 5.7.1 blocked, see example.org"));
    }

    #[test]
    fn replies_have_one_line_and_an_end() {
        assert_eq!(shortened("a\r\nb\0"), "a  b");
        assert_eq!(shortened(&"x".repeat(2_000)).len(), REPLY_CHARS_MAX);
    }
}
