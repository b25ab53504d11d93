//! How people are told: mail servers, providers of short messages, and for how long it is known.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;
use identity::PhoneOptions;
use notifications::NotificationsOptions;

use super::ContextOptions;

const NOTIFICATIONS_DAYS_DEFAULT: u64 = 365;

/// Settings of mail, short messages and notifications
#[derive(Clone, Args)]
pub(crate) struct MessageSettings {
    /// The mail server, such as smtp://user:password@host:587?tls=required; without one, mail is
    /// kept in the mailbox at /operator/. Several, separated by blanks: the next one if one can't be
    /// reached
    #[arg(
        long,
        value_name = "URL",
        env = "BUSHEL_SMTP_URL",
        hide_env_values = true,
        value_delimiter = ' '
    )]
    smtp_url: Vec<String>,
    /// The provider of short messages, such as
    /// twilio://ACCOUNT:TOKEN@api.twilio.com?from=%2B15550100199; without one, they are kept in the
    /// mailbox if mail is, too, and otherwise users have no phones. Several, separated by blanks: the
    /// next one if one fails
    #[arg(
        long,
        value_name = "URL",
        env = "BUSHEL_SMS_URL",
        hide_env_values = true,
        value_delimiter = ' '
    )]
    sms_url: Vec<String>,
    /// Beginnings of the phone numbers that users may have, such as +49,+43; all unless given.
    /// Whoever earns by calls to dear countries can't have codes sent there then
    #[arg(long, value_name = "PREFIX", env = "BUSHEL_SMS_PREFIXES", value_delimiter = ',')]
    sms_prefixes: Vec<String>,
    /// Codes to phones in a day, to all users together
    #[arg(
        long,
        value_name = "N",
        env = "BUSHEL_SMS_CODES_PER_DAY",
        default_value_t = PhoneOptions::default().codes_per_day_max
    )]
    sms_codes_per_day: u32,
    /// Whom mail is from
    #[arg(long, value_name = "SENDER", env = "BUSHEL_MAIL_FROM")]
    mail_from: Option<String>,
    /// How long users' notifications and the log of messages are kept, in days
    #[arg(
        long,
        value_name = "DAYS",
        env = "BUSHEL_NOTIFICATIONS_DAYS",
        default_value_t = NOTIFICATIONS_DAYS_DEFAULT,
        value_parser = clap::value_parser!(u64).range(90..=36_500)
    )]
    notifications_days: u64,
}

/// Passwords and tokens are for nobody's log.
impl std::fmt::Debug for MessageSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MessageSettings")
            .field("mail_from", &self.mail_from)
            .finish_non_exhaustive()
    }
}

impl MessageSettings {
    /// Puts them into the contexts' options; what is malformed is said.
    pub(super) fn apply(&self, options: &mut ContextOptions) -> anyhow::Result<()> {
        // The texts hold passwords, so they aren't repeated.
        for url in self.smtp_url.iter().filter(|url| !url.is_empty()) {
            let url = url.parse().context("BUSHEL_SMTP_URL is not the URL of a mail server")?;
            options.notifications.mail.smtp.push(url);
        }
        for url in self.sms_url.iter().filter(|url| !url.is_empty()) {
            let url = url.parse().context("BUSHEL_SMS_URL is not the URL of a provider")?;
            options.notifications.sms.push(url);
        }
        options.identity.phones = self.phones(options)?;
        if let Some(sender) = &self.mail_from {
            options.notifications.mail.from.clone_from(sender);
        }
        options.notifications.kept_for = Duration::from_secs(self.notifications_days * 24 * 3_600);
        Ok(())
    }

    /// Where mail is kept, short messages are, too. Where mail is sent, nobody looks into the mailbox.
    fn phones(&self, options: &ContextOptions) -> anyhow::Result<PhoneOptions> {
        let NotificationsOptions { sms, mail, .. } = &options.notifications;
        let prefixes: Vec<String> =
            self.sms_prefixes.iter().map(|prefix| prefix.trim().to_owned()).collect();
        let is_prefix = |prefix: &String| {
            let digits = prefix.strip_prefix('+').unwrap_or_default();
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        ensure!(
            prefixes.iter().all(is_prefix),
            "BUSHEL_SMS_PREFIXES is no list of beginnings of numbers, such as +49,+43"
        );
        let is_available = !sms.is_empty() || mail.smtp.is_empty();
        Ok(PhoneOptions { is_available, prefixes, codes_per_day_max: self.sms_codes_per_day })
    }
}
