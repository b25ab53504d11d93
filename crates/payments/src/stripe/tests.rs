//! The pure parts, and every request against Stripe's own mock: it refuses a field or a type that
//! the API doesn't have, and answers with the shapes of the version that we pin.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use ::http::HeaderMap;
use kernel::{Amount, SignedAmount, Timestamp};

use super::client::Fields;
use super::currencies::{asset_of, from_stripe, takes, to_stripe};
use super::objects::{DisputeObject, List};
use super::{Stripe, signature};
use crate::options::StripeOptions;
use crate::provider::{
    NextAction, PaymentOrder, PaymentStatus, Provider as _, ProviderError, RefundOrder,
    RefundStatus, WebhookError,
};

#[test]
fn line_25_amounts_are_written_as_each_currency_is_counted() {
    let check = |asset: &str, amount: u128, units: Option<u128>| {
        assert_eq!(to_stripe(asset, Amount::new(amount)), units, "{asset} {amount}");
        if let Some(units) = units {
            let back = from_stripe(asset, i64::try_from(units).unwrap());
            assert_eq!(
                back,
                SignedAmount::difference(Amount::new(amount), Amount::ZERO),
                "{asset}"
            );
        }
    };
    check("EUR", 1099, Some(1099));
    check("JPY", 500, Some(500));
    check("KWD", 5120, Some(5120));
    check("KWD", 5124, None);
    check("ISK", 5, Some(500));
    check("BTC", 5, None);
    assert_eq!(to_stripe("ISK", Amount::new(u128::MAX)), None);
    assert_eq!(from_stripe("ISK", 150), None, "no fractions of a króna");
    assert_eq!(from_stripe("EUR", -30), Some(SignedAmount::new(-30)));
    assert_eq!(asset_of("eur"), "EUR");
}

#[test]
fn an_asset_is_taken_only_if_both_count_it_alike() {
    let most = Some(Amount::new(99_999_999));
    assert!(takes("EUR", 2, None) && takes("EUR", 2, most));
    assert!(!takes("EUR", 2, Some(Amount::new(100_000_000))));
    assert!(!takes("EUR", 4, None), "another scale");
    assert!(takes("JPY", 0, None) && !takes("JPY", 2, None));
    assert!(takes("TND", 3, Some(Amount::new(10))) && !takes("TND", 3, Some(Amount::new(11))));
    assert!(takes("ISK", 0, Some(Amount::new(999_999))) && !takes("ISK", 0, most));
    assert!(!takes("UGX", 0, None), "the sources contradict each other");
    assert!(!takes("eur", 2, None) && !takes("", 2, None) && !takes("MILES", 2, None));
}

#[test]
fn a_signature_is_taken_while_it_is_fresh_and_from_any_good_secret() {
    // From Stripe's documentation of the scheme: a time, a dot and the body.
    let secrets = ["whsec_test".to_owned()];
    let header = |text: &str| {
        HeaderMap::from_iter([(signature::HEADER.parse().unwrap(), text.parse().unwrap())])
    };
    let now = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
    // echo -n '1700000000.{}' | openssl dgst -sha256 -hmac whsec_test
    let good = "35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91";
    let signed = header(&format!("t=1700000000,v1={good}"));
    let check = |headers: &HeaderMap, at| signature::verify(&secrets, headers, b"{}", now(at));
    assert_eq!(check(&signed, 1_700_000_300), Ok(()));
    assert_eq!(check(&signed, 1_700_000_301), Err(WebhookError::TooOld));
    assert_eq!(check(&signed, 1_699_999_699), Err(WebhookError::TooOld));
    let many = "v1=00,".repeat(16);
    let buried = header(&format!("t=1700000000,{many}v1={good}"));
    assert_eq!(check(&buried, 1_700_000_000), Err(WebhookError::Signature), "too many to compare");
    assert_eq!(
        signature::verify(&[], &signed, b"{}", now(1_700_000_000)),
        Err(WebhookError::Signature)
    );
}

/// Stripe's mock on a free port of the loopback; it ends with this value.
struct Mock {
    child: Child,
    /// Held open: the mock dies when nobody can read what it says.
    _said: BufReader<ChildStdout>,
    url: String,
}

impl Drop for Mock {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Mock {
    /// `None`, with a word about it, if there is no Go to make it with.
    fn start() -> Option<Self> {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let script = repository.join("scripts/stripe-mock.sh");
        let made = Command::new(&script).output().expect("the script can be started");
        let said = String::from_utf8_lossy(&made.stderr);
        if made.status.code() == Some(3) {
            println!("SKIPPED: {said}");
            return None;
        }
        assert!(made.status.success(), "{} failed:\n{said}", script.display());
        let loopback = "127.0.0.1:0";
        let mut child = Command::new(String::from_utf8(made.stdout).unwrap().trim())
            .args(["-http-addr", loopback, "-https-addr", loopback, "-strict-version-check"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the mock can be started");
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let lines = said.by_ref().lines().map_while(Result::ok);
        let address = lines.filter_map(|line| {
            Some(line.strip_prefix("Listening for HTTP at address: ")?.to_owned())
        });
        let address = { address }.next().expect("it says where it listens");
        Some(Self { child, _said: said, url: format!("http://{address}") })
    }

    fn provider(&self) -> Stripe {
        Stripe::new(StripeOptions {
            url: self.url.clone(),
            secret_key: "sk_test_123".to_owned(),
            publishable_key: "pk_test_123".to_owned(),
            webhook_secrets: vec!["whsec_123".to_owned()],
        })
    }
}

/// What we read of an answer is there, whatever the mock's example says.
fn is_readable<T>(answer: Result<T, ProviderError>) -> T {
    answer
        .unwrap_or_else(|error| panic!("Stripe's mock refuses this, or we can't read it: {error}"))
}

#[tokio::test]
async fn every_request_has_a_shape_that_stripe_takes() {
    let Some(mock) = Mock::start() else { return };
    let stripe = mock.provider();
    let order = PaymentOrder {
        reference: "dep_01h455vb4pex5vsknk084sn02q".to_owned(),
        asset: "EUR".to_owned(),
        amount: Amount::new(1250),
        card_token: None,
        return_url: None,
    };
    let payment = is_readable(stripe.create_payment(order).await);
    assert!(payment.id.starts_with("pi_"), "{payment:?}");
    let PaymentStatus::RequiresAction { action: NextAction::StripeForm { client_secret } } =
        payment.status
    else {
        panic!("{payment:?}");
    };
    assert!(client_secret.contains("_secret_"));
    is_readable(stripe.payment("pi_1".to_owned()).await);
    is_readable(stripe.cancel_payment("pi_1".to_owned()).await);
    let order = RefundOrder {
        reference: "rfd_01h455vb4pex5vsknk084sn02q".to_owned(),
        payment: "pi_1".to_owned(),
        asset: "EUR".to_owned(),
        amount: Amount::new(400),
    };
    let refund = is_readable(stripe.create_refund(order).await);
    assert_eq!(refund.status, RefundStatus::Succeeded);
    is_readable(stripe.refund("re_1".to_owned()).await);
    is_readable(stripe.balance("USD".to_owned()).await);
    let since = Timestamp::from_micros(1_700_000_000_000_000);
    let page = is_readable(stripe.entries(since, None).await);
    assert!(!page.entries.is_empty());
    is_readable(stripe.entries(since, Some("txn_1".to_owned())).await);
    let query = [("payment_intent", "pi_1".to_owned()), ("limit", "100".to_owned())];
    let disputes: Result<List<DisputeObject>, _> = stripe.client.get("/v1/disputes", &query).await;
    assert!(!is_readable(disputes).data.is_empty());
    let wrong: &Fields<'_> = &[("amonut", "5".to_owned())];
    let refused: Result<serde_json::Value, _> =
        stripe.client.post("/v1/payment_intents", "dep_1", wrong).await;
    assert!(matches!(refused, Err(ProviderError::Refused(_))), "the mock checks what it gets");
}
