//! The second factor: a code from an authenticator app (TOTP, RFC 6238).
//!
//! - The secret is sealed in the vault, and is a factor only after a first code proved that the
//!   app has it.
//! - A code works once: its time step and all earlier ones are refused from then on. One step
//!   before and after the present one is taken, for clocks that differ.
//! - After five wrong codes in a row each next try has to wait, a minute first, then longer.

pub(crate) mod http;
mod service;
pub(crate) mod store;

pub(crate) use service::{is_enabled, one_factor, verify_in_tx};

use std::time::Duration;

use kernel::{Timestamp, Vault};
use totp_rs::{Builder, Totp};
use url::Url;

const SECRET_BYTES: usize = 20;
const PURPOSE: &str = "bushel identity totp secret v1";
/// Wrong codes that cost nothing but themselves.
const FREE_FAILURES: u32 = 5;
const WAIT_FIRST: Duration = Duration::from_secs(60);
const WAIT_MAX: Duration = Duration::from_secs(3600);
/// How long an app may take to answer with its first code.
const UNCONFIRMED_MAX: Duration = Duration::from_secs(15 * 60);

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Right,
    /// It is wrong, or was used before. The failure is counted if the transaction commits.
    Wrong,
    /// Too many wrong ones: not even a right one counts for this long.
    Locked {
        retry_after_s: u64,
    },
}

/// A user's authenticator app, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enrolment {
    /// Sealed.
    secret: Vec<u8>,
    created_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    last_step: i64,
    failures: u32,
    failed_at: Option<Timestamp>,
}

impl Enrolment {
    pub(crate) const fn is_confirmed(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// Whether its first code may still come.
    fn is_waiting(&self, now: Timestamp) -> bool {
        !self.is_confirmed() && now.since(self.created_at) < UNCONFIRMED_MAX
    }

    /// Seconds until a code is looked at again.
    fn locked_for_s(&self, now: Timestamp) -> Option<u64> {
        let over = self.failures.checked_sub(FREE_FAILURES)?;
        let wait = WAIT_FIRST.saturating_mul(2_u32.saturating_pow(over)).min(WAIT_MAX);
        let until = self.failed_at?.saturating_add(wait);
        (until > now).then(|| until.since(now).as_secs().max(1))
    }

    /// The step whose code this is, if that code is still good.
    fn step_of(&self, vault: &Vault, code: &str, now: Timestamp) -> Option<i64> {
        let secret = vault.open(PURPOSE, &self.secret)?;
        let seconds = u64::try_from(now.as_micros() / 1_000_000).ok()?;
        let step = generator(secret).check(&digits(code)?, seconds)?;
        i64::try_from(step).ok().filter(|step| *step > self.last_step)
    }
}

/// Six digits, in steps of 30 seconds, by SHA-1: what every app understands.
fn generator(secret: Vec<u8>) -> Totp {
    Builder::new().with_secret(secret).build_noncompliant()
}

/// The six digits of a code; apps show them with a space in the middle.
fn digits(code: &str) -> Option<String> {
    let digits: String = code.chars().filter(|char| *char != ' ').collect();
    (digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// What an app calls us: the name in the public address.
fn bank_name(issuer: &str) -> String {
    let host = Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "Bushel".to_owned())
}

/// What an app scans: the key URI format of the authenticator apps. A colon would end the issuer.
fn otpauth_url(secret: &[u8], issuer: &str, email: &str) -> String {
    let clean = |text: &str| text.replace(':', " ");
    let totp = Builder::new()
        .with_secret(secret.to_vec())
        .with_issuer(Some(clean(issuer)))
        .with_account_name(clean(email))
        .build_noncompliant();
    totp.to_url().expect("issuer and account have no colon")
}

#[cfg(test)]
mod tests;
