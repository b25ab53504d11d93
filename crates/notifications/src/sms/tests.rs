use super::options::Sender;
use super::*;

const URL: &str = "twilio://AC1:to%2Fk%3Aen@api.twilio.com?from=%2B15550100199&timeout_s=5";

#[test]
fn providers_are_read_from_their_urls() {
    let url: SmsUrl = URL.parse().unwrap();
    assert_eq!((url.base.as_str(), url.account.as_str()), ("https://api.twilio.com", "AC1"));
    assert_eq!((url.token.as_str(), url.timeout.as_secs()), ("to/k:en", 5));
    assert_eq!(url.from, Sender::From("+15550100199".to_owned()));
    let other = "twilio://a:b@sms.example:8443/api/?messaging_service=MG1".parse::<SmsUrl>();
    let other = other.unwrap();
    assert_eq!(other.base, "https://sms.example:8443/api");
    assert_eq!(other.from, Sender::MessagingService("MG1".to_owned()));
    let local = "twilio://a:b@127.0.0.1:9?from=x&tls=none".parse::<SmsUrl>().unwrap();
    assert_eq!(local.base, "http://127.0.0.1:9");
    assert_eq!(local.provider(), "twilio 127.0.0.1:9");
}

#[test]
fn line_30_broken_urls_are_refused_without_their_token() {
    let refused = [
        "twilio://AC1:hunter2@?from=x",
        "https://AC1:hunter2@api.twilio.com?from=x",
        "twilio://AC1:hunter2@api.twilio.com",
        "twilio://:hunter2@api.twilio.com?from=x",
        "twilio://AC1@api.twilio.com?from=x",
        "twilio://AC1:hunter2@api.twilio.com?from=x&tls=none",
        "twilio://AC1:hunter2@api.twilio.com?from=x&timeout_s=0",
        "twilio://AC1:hunter2@api.twilio.com?from=x&colour=red",
    ];
    for text in refused {
        let error = text.parse::<SmsUrl>().unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
    let url: SmsUrl = URL.parse().unwrap();
    assert!(!format!("{url:?}").contains("to/k"));
}
