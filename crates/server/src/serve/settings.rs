//! What an installation decides: who it is to the outside, how it sends mail, what it lets in.

mod growth;
mod messages;
mod payments;
mod tls;

pub(crate) use growth::GrowthOptions;

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use clap::Args;
use identity::SignInProvider;
use ipnet::IpNet;
use kernel::redis::Redis;

use super::ContextOptions;
use super::access::origin_of;
use super::tls::TlsOptions;

/// How often a user may call, unless it is said.
const RATE_LIMIT_DEFAULT: u32 = 100;

/// Settings of the services that stand on the ledger
#[derive(Debug, Clone, Args)]
pub(crate) struct Settings {
    /// Where people reach this server, such as https://bank.example; its own address unless given.
    /// Processes that share a database need the same one
    #[arg(long, value_name = "URL", env = "BUSHEL_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// Requests per second of each user; 0 for no limit
    #[arg(
        long,
        value_name = "N",
        env = "BUSHEL_RATE_LIMIT",
        default_value_t = RATE_LIMIT_DEFAULT,
        value_parser = clap::value_parser!(u32).range(0..=1_000_000)
    )]
    pub(crate) rate_limit: u32,
    /// A private network that webhooks and browsers' push services may be reached in, such as
    /// 127.0.0.0/8 for development
    #[arg(long, value_name = "CIDR", env = "BUSHEL_WEBHOOK_ALLOW", value_delimiter = ',')]
    webhook_allow: Vec<IpNet>,
    /// A file of JSON that says with which outside provider people can sign in; for several, give it
    /// several times. See docs/sign-in-providers.md
    #[arg(long, value_name = "FILE", env = "BUSHEL_SIGN_IN_PROVIDERS", value_delimiter = ',')]
    sign_in_provider: Vec<PathBuf>,
    /// The key that seals secrets, if it isn't in the data folder: 64 hexadecimal digits
    #[arg(long, value_name = "KEY", env = "BUSHEL_SECRET_KEY", hide_env_values = true)]
    pub(crate) secret_key: Option<String>,
    #[command(flatten)]
    growth: growth::GrowthSettings,
    #[command(flatten)]
    tls: tls::TlsSettings,
    #[command(flatten)]
    messages: messages::MessageSettings,
    #[command(flatten)]
    payments: payments::PaymentSettings,
}

impl Settings {
    /// The contexts' options; what is malformed is said before anything starts.
    pub(crate) fn contexts(&self) -> anyhow::Result<ContextOptions> {
        if let Some(url) = &self.public_url {
            ensure!(
                origin_of(url).starts_with("http"),
                "BUSHEL_PUBLIC_URL is no address: it begins with https:// or http://"
            );
        }
        let mut options = ContextOptions::default();
        self.messages.apply(&mut options)?;
        options.notifications.webhooks.allowed.clone_from(&self.webhook_allow);
        self.payments.apply(&mut options.payments)?;
        options.identity.providers = self.providers()?;
        Ok(options)
    }

    pub(super) fn growth(&self) -> anyhow::Result<GrowthOptions> {
        self.growth.options()
    }

    pub(super) fn tls(&self) -> Option<TlsOptions> {
        self.tls.options()
    }

    fn providers(&self) -> anyhow::Result<Vec<SignInProvider>> {
        let read = |path: &PathBuf| {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("--sign-in-provider {} can't be read", path.display()))?;
            SignInProvider::try_parse(&text, kernel::config::named)
                .with_context(|| format!("--sign-in-provider {}", path.display()))
        };
        let all = self.sign_in_provider.iter().map(read).collect::<anyhow::Result<Vec<_>>>()?;
        SignInProvider::check_all(&all).context("--sign-in-provider")?;
        Ok(all)
    }
}

impl ContextOptions {
    /// The same at a place: where people reach it, and where it reaches itself.
    pub(super) fn at(mut self, public_url: &str, own_url: &str) -> Self {
        public_url.clone_into(&mut self.identity.issuer);
        public_url.clone_into(&mut self.notifications.public_url);
        public_url.clone_into(&mut self.oauth.issuer);
        self.payments.public_url = Some(public_url.to_owned());
        self.payments.sandbox.webhook_url = Some(own_url.to_owned());
        self
    }

    /// The same, with limits that are those of all processes that share a Redis.
    pub(super) fn with_redis(mut self, redis: Option<&Redis>) -> Self {
        self.identity.redis = redis.cloned();
        self.wallet.redis = redis.cloned();
        self.oauth.redis = redis.cloned();
        self.shop.redis = redis.cloned();
        self
    }
}
