use std::net::IpAddr;
use std::time::Duration;

use kernel::{Timestamp, Vault};
use serde_json::json;

use super::schedule::{ATTEMPTS_MAX, Alarm, DISABLE_AFTER, Ended, Health, Next, WARN_AFTER, next};
use super::secret::Secret;
use super::{DeliveryId, WebhookError, WebhookId, kinds, message};
use crate::outgoing::{AddressGuard, Scheme, UrlRefusal};

const HOUR: Duration = Duration::from_secs(3_600);
const FAILED: Ended = Ended::Failed { retry_after: None };

fn strict() -> AddressGuard {
    AddressGuard::new(Vec::new())
}

fn for_development() -> AddressGuard {
    AddressGuard::new(vec!["127.0.0.0/8".parse().unwrap()])
}

fn start() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

#[test]
fn line_27_addresses_that_are_not_public_are_refused() {
    let refused = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.100.100.200",
        "100.127.255.255",
        "127.0.0.1",
        "127.1.2.3",
        "168.63.129.16",
        "169.254.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "192.168.255.255",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "2620:4f:8000::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ffff::1",
    ];
    for text in refused {
        let address: IpAddr = text.parse().unwrap();
        assert!(!strict().allows(Scheme::Https, address), "{text}");
    }
    let allowed = [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "169.253.1.1",
        "169.255.1.1",
        "172.15.1.1",
        "172.32.1.1",
        "192.167.1.1",
        "198.17.1.1",
        "198.20.1.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::1",
        "2001:4860::8888",
    ];
    for text in allowed {
        let address: IpAddr = text.parse().unwrap();
        assert!(strict().allows(Scheme::Https, address), "{text}");
        assert!(!strict().allows(Scheme::Http, address), "without TLS: {text}");
    }
}

#[test]
fn line_27_addresses_in_urls_are_refused_in_every_notation() {
    let check = |text: &str, refusal: UrlRefusal| {
        assert_eq!(strict().check_url(text).unwrap_err(), refusal, "{text}");
    };
    for text in ["https://127.0.0.1/", "https://10.0.0.1:8443/x", "https://169.254.169.254/latest"]
    {
        check(text, UrlRefusal::NotPublic);
    }
    for text in ["https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fd00::1]:444/"] {
        check(text, UrlRefusal::NotPublic);
    }
    for text in [
        "https://2130706433/",
        "https://134744072/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://8.8.8.8./",
        "https://%38.8.8.8/",
        "https://８.8.8.8/",
        "https://8。8。8。8/",
    ] {
        check(text, UrlRefusal::OddNotation);
    }
    assert!(strict().check_url("https://8.8.8.8:8443/hook?x=1").is_ok());
    assert!(strict().check_url("https://[2606:4700::1111]/").is_ok());
}

#[test]
fn line_27_urls_have_tls_and_nothing_hidden() {
    let check = |text: &str, refusal: UrlRefusal| {
        assert_eq!(strict().check_url(text).unwrap_err(), refusal, "{text}");
    };
    for text in ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://a/"] {
        check(text, UrlRefusal::Scheme);
    }
    for text in ["https://ann:secret@example.com/", "https://ann@example.com/", "https://@a.com/"] {
        check(text, UrlRefusal::Credentials);
    }
    for text in [
        "",
        "example.com",
        "https://",
        "https://exa mple.com/",
        " https://example.com/",
        "https://example.com/\n",
        "https:\\\\example.com\\",
        "https:example.com",
        "https:/example.com",
        "https://example.com\\@8.8.8.8/",
    ] {
        check(text, UrlRefusal::Malformed);
    }
    for port in [22, 25, 465, 5432, 6379, 11211] {
        check(&format!("https://example.com:{port}/"), UrlRefusal::Port);
    }
    check("https://example.com/#part", UrlRefusal::Fragment);
    check(&format!("https://example.com/{}", "a".repeat(2_048)), UrlRefusal::TooLong);
    assert!(strict().check_url("https://example.com:8443/hooks/bushel?key=1").is_ok());
}

#[test]
fn line_27_only_what_development_allows_is_reached_without_tls() {
    let guard = for_development();
    assert!(guard.check_url("http://127.0.0.1:8080/").is_ok());
    assert!(guard.check_url("http://localhost:8080/").is_ok(), "its address is checked later");
    assert_eq!(guard.check_url("http://10.0.0.1/").unwrap_err(), UrlRefusal::NotPublic);
    assert_eq!(guard.check_url("http://8.8.8.8/").unwrap_err(), UrlRefusal::NotPublic);
    assert!(!guard.allows(Scheme::Https, "::ffff:127.0.0.1".parse().unwrap()));
    assert!(guard.allows(Scheme::Https, "127.0.0.1".parse().unwrap()));
}

#[test]
fn kinds_are_patterns() {
    let is_good = |pattern: &str| kinds::check(vec![pattern.to_owned()]).is_ok();
    for pattern in ["*", "transfer.received", "transfer.*", "deposit.requires_action", "a.b.c.*"] {
        assert!(is_good(pattern), "{pattern}");
    }
    for pattern in
        ["", ".", "*.*", "transfer.", ".x", "Transfer.sent", "trans*", "a..b", "a.*.b", "ä"]
    {
        assert!(!is_good(pattern), "{pattern}");
    }
    assert!(matches!(kinds::check(Vec::new()), Err(WebhookError::KindsCount)));
    assert!(matches!(kinds::check(vec!["*".to_owned(); 51]), Err(WebhookError::KindsCount)));
    let given = ["b", "a", "b"].map(str::to_owned).to_vec();
    assert_eq!(kinds::check(given).unwrap(), ["a", "b"]);
    let second = ["a", "B"].map(str::to_owned).to_vec();
    assert!(matches!(kinds::check(second), Err(WebhookError::KindMalformed { index: 1 })));
}

#[test]
fn signature_is_the_one_of_the_standard() {
    // The example of Standard Webhooks' libraries, with a secret of our length.
    let secret = Secret::from_bytes(*b"01234567890123456789012345678901");
    let id = DeliveryId::from_u128(7);
    let body = br#"{"test": 2432232314}"#;
    let signature = secret.sign(id, 1_614_265_330, body);
    let library = standardwebhooks::Webhook::new(&secret.text()).unwrap();
    assert_eq!(signature, library.sign(&id.to_string(), 1_614_265_330, body).unwrap());
    assert!(secret.text().starts_with("whsec_") && !format!("{secret:?}").contains('0'));
    let two = message::signatures(&[secret, Secret::generate()], id, 1_614_265_330, body);
    assert!(two.starts_with(&signature) && two.split(' ').count() == 2);
}

#[test]
fn line_30_sealed_secret_opens_only_for_its_webhook() {
    let (vault, secret) = (Vault::new([7; 32]), Secret::generate());
    let (ours, other) = (WebhookId::from_u128(1), WebhookId::from_u128(2));
    let sealed = secret.seal(&vault, ours);
    assert_eq!(Secret::open(&vault, ours, &sealed).unwrap(), secret);
    assert!(Secret::open(&vault, other, &sealed).is_err());
    assert!(Secret::open(&Vault::new([8; 32]), ours, &sealed).is_err());
}

#[test]
fn messages_stay_small() {
    let small = message::body("deposit.succeeded", start(), 7, &json!({ "amount": "1250" }));
    insta::assert_snapshot!(
        String::from_utf8(small).unwrap(),
        @r#"{"type":"deposit.succeeded","timestamp":"2026-01-01T00:00:00.000000Z","sequence":7,"data":{"amount":"1250"}}"#
    );
    let large = json!({ "text": "a".repeat(message::BODY_BYTES_MAX) });
    let large = message::body("deposit.succeeded", start(), 7, &large);
    insta::assert_snapshot!(
        String::from_utf8(large).unwrap(),
        @r#"{"type":"deposit.succeeded","timestamp":"2026-01-01T00:00:00.000000Z","sequence":7,"data":{},"is_truncated":true}"#
    );
}

#[test]
fn message_is_tried_ten_times_in_about_three_days() {
    let (mut now, mut attempts) = (start(), 1);
    while let Next::Again(at) = next(now, attempts, 42, FAILED) {
        assert!(at > now);
        now = at;
        attempts += 1;
    }
    assert_eq!(attempts, ATTEMPTS_MAX);
    let hours = now.since(start()).as_secs() / 3_600;
    assert!((68..=83).contains(&hours), "{hours} h");
    let Next::Again(first) = next(start(), 1, 42, FAILED) else { panic!("a second attempt") };
    let wait = first.since(start());
    assert!(
        wait >= Duration::from_millis(4_500) && wait <= Duration::from_millis(5_500),
        "{wait:?}"
    );
    assert_ne!(next(start(), 5, 1, FAILED), next(start(), 5, 2, FAILED), "jitter");
}

#[test]
fn endpoint_says_when_to_come_back_within_bounds() {
    let again = |seconds| {
        let asked = Ended::Failed { retry_after: Some(Duration::from_secs(seconds)) };
        let Next::Again(at) = next(start(), 1, 42, asked) else { panic!("another attempt") };
        let health = Health::default().after(start(), asked).0;
        (at.since(start()).as_secs(), health.rests_until.unwrap().since(start()).as_secs())
    };
    assert_eq!(again(120), (120, 120));
    assert_eq!(again(1_000_000), (86_400, 86_400));
    let (message, endpoint) = again(0);
    assert!(message >= 4 && endpoint == 0, "{message} {endpoint}");
}

#[test]
fn failing_endpoint_rests_and_a_success_forgives() {
    let mut health = Health::default();
    let mut rests = Vec::new();
    for _ in 0..12 {
        health = health.after(start(), FAILED).0;
        rests.push(health.rests_until.map(|until| until.since(start()).as_secs()));
    }
    assert_eq!(rests[..5], [None, None, None, Some(15), Some(30)]);
    assert_eq!(rests[11], Some(900));
    assert!(health.is_suspect());
    assert_eq!(health.after(start(), Ended::Succeeded), (Health::default(), None));
}

#[test]
fn user_is_warned_once_after_a_day_and_after_five_it_ends() {
    let (mut health, mut alarms) = (Health::default(), Vec::new());
    for hours in 0..=121 {
        let now = start().saturating_add(HOUR * hours);
        let (after, alarm) = health.after(now, FAILED);
        health = after;
        alarms.extend(alarm.map(|alarm| (hours, alarm)));
    }
    assert_eq!(alarms[..2], [(24, Alarm::Failing), (120, Alarm::DisabledAsFailing)]);
    assert_eq!((WARN_AFTER, DISABLE_AFTER), (24 * HOUR, 120 * HOUR));
    let gone = Health::default().after(start(), Ended::Gone).1;
    assert_eq!(gone, Some(Alarm::DisabledAsGone));
    assert_eq!(next(start(), 1, 42, Ended::Gone), Next::Failed);
}

#[test]
fn every_refusal_has_a_code_of_this_context_and_a_sentence() {
    use kernel::DomainError as _;
    for error in WebhookError::all() {
        let code = error.code();
        assert!(
            code.starts_with("notifications.webhook") || code.starts_with("request."),
            "{code}"
        );
        assert!(error.client_message().len() > 10);
    }
}
