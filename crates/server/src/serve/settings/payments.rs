//! Who takes money in: the sandbox, Stripe, or both.

use std::time::Duration;

use anyhow::{bail, ensure};
use clap::{Args, ValueEnum};
use payments::{PaymentsOptions, StripeOptions};

const STRIPE_URL: &str = "https://api.stripe.com";

/// Settings of payments
#[derive(Clone, Args)]
pub(crate) struct PaymentSettings {
    /// Who takes deposits: sandbox, stripe, or both with a comma between them. Unless given, it is
    /// stripe where its keys are, and else the sandbox, whose money isn't real
    #[arg(long, value_name = "PROVIDER", env = "BUSHEL_PAYMENTS", value_delimiter = ',')]
    payments: Vec<Provider>,
    /// Stripe's secret or restricted key, `sk_…` or `rk_…`
    #[arg(long, value_name = "KEY", env = "BUSHEL_STRIPE_SECRET_KEY", hide_env_values = true)]
    stripe_secret_key: Option<String>,
    /// Stripe's publishable key, `pk_…`, which pages get
    #[arg(long, value_name = "KEY", env = "BUSHEL_STRIPE_PUBLISHABLE_KEY")]
    stripe_publishable_key: Option<String>,
    /// The signing secret of Stripe's webhook endpoint, `whsec_…`; two with a comma between them
    /// while one is exchanged for the other
    #[arg(
        long,
        value_name = "SECRET",
        env = "BUSHEL_STRIPE_WEBHOOK_SECRET",
        value_delimiter = ',',
        hide_env_values = true
    )]
    stripe_webhook_secret: Vec<String>,
    /// Where Stripe is; another one for tests only
    #[arg(long, value_name = "URL", env = "BUSHEL_STRIPE_URL", default_value = STRIPE_URL)]
    stripe_url: String,
    /// For how many days providers' webhooks are kept after they were acted on
    #[arg(
        long,
        value_name = "DAYS",
        env = "BUSHEL_PAYMENT_WEBHOOK_DAYS",
        default_value_t = 90,
        value_parser = clap::value_parser!(u32).range(1..=3_650)
    )]
    payment_webhook_days: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Provider {
    Sandbox,
    Stripe,
}

/// Keys are for nobody's log.
impl std::fmt::Debug for PaymentSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PaymentSettings").field("payments", &self.payments).finish_non_exhaustive()
    }
}

impl PaymentSettings {
    pub(super) fn apply(&self, options: &mut PaymentsOptions) -> anyhow::Result<()> {
        let has_key = self.stripe_secret_key.is_some();
        let is_asked_for = |provider| self.payments.contains(&provider);
        // A sandbox that lets anybody make money must not stand beside a real provider by chance.
        options.offers_sandbox =
            is_asked_for(Provider::Sandbox) || (self.payments.is_empty() && !has_key);
        options.stripe = self.stripe()?;
        ensure!(
            !is_asked_for(Provider::Stripe) || has_key,
            "BUSHEL_STRIPE_SECRET_KEY is missing: `--payments stripe` needs it, from \
             https://dashboard.stripe.com/apikeys"
        );
        ensure!(
            self.payments.is_empty() || is_asked_for(Provider::Stripe) || !has_key,
            "BUSHEL_STRIPE_SECRET_KEY is given, but `--payments` doesn't name stripe: add it \
             (`--payments sandbox,stripe`), or leave the key out"
        );
        options.webhooks_kept = Duration::from_secs(u64::from(self.payment_webhook_days) * 86_400);
        Ok(())
    }

    /// Stripe's options, if its key is there; no message repeats a key.
    fn stripe(&self) -> anyhow::Result<Option<StripeOptions>> {
        let Some(secret_key) = &self.stripe_secret_key else { return Ok(None) };
        let Some(publishable_key) = &self.stripe_publishable_key else {
            bail!(
                "BUSHEL_STRIPE_PUBLISHABLE_KEY is missing: pages open Stripe's form with it; it \
                 stands beside the secret key"
            );
        };
        ensure!(
            !self.stripe_webhook_secret.is_empty(),
            "BUSHEL_STRIPE_WEBHOOK_SECRET is missing: without it nobody knows whether a webhook is \
             from Stripe; see docs/stripe.md"
        );
        let is_key = |key: &str, prefixes: [&str; 2]| {
            prefixes.iter().any(|prefix| key.starts_with(prefix))
                && key.bytes().all(|byte| byte.is_ascii_graphic())
        };
        ensure!(
            is_key(secret_key, ["sk_", "rk_"]),
            "BUSHEL_STRIPE_SECRET_KEY is no secret key of Stripe: it begins with sk_ or rk_"
        );
        ensure!(
            is_key(publishable_key, ["pk_test_", "pk_live_"]),
            "BUSHEL_STRIPE_PUBLISHABLE_KEY is no publishable key of Stripe: it begins with pk_"
        );
        ensure!(
            self.stripe_webhook_secret.iter().all(|secret| is_key(secret, ["whsec_", "whsec_"])),
            "BUSHEL_STRIPE_WEBHOOK_SECRET is no signing secret of Stripe: it begins with whsec_"
        );
        let is_test = |key: &str| key.split('_').nth(1) == Some("test");
        ensure!(
            is_test(secret_key) == is_test(publishable_key),
            "one of BUSHEL_STRIPE_SECRET_KEY and BUSHEL_STRIPE_PUBLISHABLE_KEY is for tests and the \
             other one for real money: take both from the same place"
        );
        let url = self.stripe_url.as_str();
        let is_local = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"]
            .iter()
            .any(|local| url.starts_with(local));
        ensure!(
            url.starts_with("https://") || is_local,
            "BUSHEL_STRIPE_URL is no address of Stripe: it begins with https://"
        );
        Ok(Some(StripeOptions {
            url: url.to_owned(),
            secret_key: secret_key.clone(),
            publishable_key: publishable_key.clone(),
            webhook_secrets: self.stripe_webhook_secret.clone(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use clap::{FromArgMatches as _, Parser};

    use super::*;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        settings: PaymentSettings,
    }

    const KEYS: [&str; 6] = [
        "--stripe-secret-key",
        "sk_test_canary",
        "--stripe-publishable-key",
        "pk_test_1",
        "--stripe-webhook-secret",
        "whsec_canary,whsec_canary2",
    ];

    fn applied(arguments: &[&str]) -> anyhow::Result<PaymentsOptions> {
        let all = std::iter::once("bushel").chain(arguments.iter().copied());
        // What stands in the environment of the tests is nothing to them.
        let matches = <Alone as clap::CommandFactory>::command()
            .mut_args(|argument| argument.env(None::<&str>))
            .try_get_matches_from(all)?;
        let mut options = PaymentsOptions::default();
        Alone::from_arg_matches(&matches)?.settings.apply(&mut options)?;
        Ok(options)
    }

    #[test]
    fn the_sandbox_is_off_where_there_is_a_real_provider_unless_it_is_asked_for() {
        let check = |more: &[&str], sandbox, stripe| {
            let options = applied(more).unwrap();
            assert_eq!((options.offers_sandbox, options.stripe.is_some()), (sandbox, stripe));
        };
        check(&[], true, false);
        check(&["--payments", "sandbox"], true, false);
        check(&KEYS, false, true);
        check(&[&KEYS[..], &["--payments", "stripe"]].concat(), false, true);
        check(&[&KEYS[..], &["--payments", "sandbox,stripe"]].concat(), true, true);
        assert_eq!(applied(&KEYS).unwrap().stripe.unwrap().webhook_secrets.len(), 2);
    }

    #[test]
    fn line_30_what_is_missing_or_wrong_is_named_and_no_key_is_repeated() {
        let with = |place: usize, value: &'static str| {
            let mut keys = KEYS;
            keys[place] = value;
            keys.to_vec()
        };
        for (arguments, named) in [
            (vec!["--payments", "stripe"], "BUSHEL_STRIPE_SECRET_KEY"),
            ([&KEYS[..], &["--payments", "sandbox"]].concat(), "--payments"),
            (KEYS[..2].to_vec(), "BUSHEL_STRIPE_PUBLISHABLE_KEY"),
            (KEYS[..4].to_vec(), "BUSHEL_STRIPE_WEBHOOK_SECRET"),
            (with(1, "canary"), "BUSHEL_STRIPE_SECRET_KEY"),
            (with(1, "sk_live_canary"), "BUSHEL_STRIPE_SECRET_KEY"),
            (with(3, "sk_test_canary"), "BUSHEL_STRIPE_PUBLISHABLE_KEY"),
            (with(5, "canary"), "BUSHEL_STRIPE_WEBHOOK_SECRET"),
            ([&KEYS[..], &["--stripe-url", "http://example.org"]].concat(), "BUSHEL_STRIPE_URL"),
        ] {
            let error = applied(&arguments).err().expect("it is refused").to_string();
            assert!(error.contains(named), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
        assert!(applied(&["--payments", "paypal"]).is_err());
    }
}
