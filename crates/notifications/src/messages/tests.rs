use identity::UserId;
use kernel::{Clock as _, MockClock};
use lettre::transport::smtp::authentication::Mechanism;
use serde_json::{Value, json};

use super::compose::{ComposeError, compose};
use super::options::Tls;
use super::render::{Rendered, Secret, Setting};
use super::*;
use crate::texts::{Locale, Names, Texts};

const ANN: UserId = UserId::from_u128(1);
const BOB: UserId = UserId::from_u128(2);

/// Every kind with all that its source gives it, and some with less.
fn samples() -> Vec<(&'static str, Value)> {
    let money = |more: Value| {
        let mut data =
            json!({ "asset": "EUR", "amount": "125000", "scale": 2, "at": "2026-11-20T21:33:00Z" });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        data
    };
    let bare = || json!({ "at": "2026-11-20T21:33:00Z" });
    let mut samples = Vec::new();
    for kind in EventKind::ALL.iter().map(|kind| kind.as_str()) {
        match kind.split('.').next().unwrap() {
            "transfer" => {
                for role in ["sender", "recipient"] {
                    let id = "tr_00000000000000000000000001";
                    samples.push((
                        kind,
                        money(json!({
                            "role": role, "counterparty": BOB, "transfer_id": id,
                            "message": "for lunch", "reference": "R-1",
                        })),
                    ));
                }
                if kind != "transfer.received" && kind != "transfer.waiting" {
                    // An invitation: there is nobody on the other side yet.
                    samples.push((kind, money(json!({ "role": "sender" }))));
                }
            }
            "request" => {
                for role in ["payer", "payee"] {
                    samples.push((
                        kind,
                        money(json!({ "role": role, "counterparty": BOB, "request_id": "req_1" })),
                    ));
                }
            }
            "invite" => {
                samples.push((kind, money(json!({ "counterparty": BOB }))));
                samples.push((kind, bare()));
            }
            "schedule" => {
                samples.push((kind, money(json!({ "reason": "insufficient_funds" }))));
                samples.push((kind, bare()));
            }
            "order" | "return" => {
                samples.push((kind, money(purchase::tests::confirmed())));
                samples.push((kind, money(json!({ "order_number": 1001, "is_paid": true }))));
            }
            "deposit" | "withdrawal" => {
                samples.push((
                    kind,
                    money(json!({ "reason": "card_declined", "deposit_id": "dep_1" })),
                ));
                samples.push((kind, money(json!({ "reason": "do_not_honor" }))));
            }
            _ => {
                samples.push((
                    kind,
                    json!({
                        "device": "Firefox on Linux", "ip": "192.0.2.7", "credential": "passkey",
                        "credential_name": "my key", "old_email": "a@example.org",
                        "new_email": "b@example.org", "webhook_host": "hooks.example.org", "phone_hint": "…567",
                        "application_name": "Orchard planner", "at": "2026-11-20T21:33:00Z",
                    }),
                ));
                let names_something = kind.contains("credential") || kind.contains("application");
                if kind.starts_with("security.") && !names_something {
                    samples.push((kind, bare()));
                }
            }
        }
    }
    for kind in MAIL_KINDS {
        samples.push((kind, bare()));
    }
    samples.push(("invite.created", money(json!({ "counterparty": BOB }))));
    samples
}

pub(super) fn message(kind: &str, locale: Locale, params: Value) -> Message {
    let now = MockClock::default().now();
    Message {
        channel: Channel::Mail,
        doubts: 0,
        id: MailId::from_u128(7),
        kind: kind.to_owned(),
        user: Some(ANN),
        to: "ann@example.org".to_owned(),
        locale: locale.as_str().to_owned(),
        params,
        status: MessageStatus::Queued,
        attempt: 1,
        provider: None,
        reply: None,
        created_at: now,
        updated_at: now,
    }
}

pub(super) fn render(message: &Message, reader: &str, other: &str) -> Rendered {
    let link = "https://bank.example/confirm?token=chl_1.abc-_".to_owned();
    render_with(message, (reader, other), Some(link))
}

fn render_with(message: &Message, (reader, other): (&str, &str), link: Option<String>) -> Rendered {
    let now = MockClock::default().now();
    let names = Names::from([(ANN, reader.to_owned()), (BOB, other.to_owned())]);
    let code = Some(("12345678".to_owned(), now));
    let secret = Secret { code, link, expires_at: now };
    let setting = Setting {
        public_url: "https://bank.example",
        reader,
        names: &names,
        secret: message.is_challenge().then_some(&secret),
        order_token: purchase::is_guests(message).then_some("bshl_ot_1"),
    };
    let layouts = Layouts::try_new().unwrap();
    let rendered = layouts.render(&Texts::try_new().unwrap(), message, &setting);
    rendered.unwrap_or_else(|error| panic!("{} in {}: {error}", message.kind, message.locale))
}

#[test]
fn every_kind_says_something_in_every_language() {
    let samples = samples();
    for kind in EventKind::ALL.iter().map(|kind| kind.as_str()).chain(MAIL_KINDS) {
        assert!(samples.iter().any(|(sample, _)| *sample == kind), "{kind} has no sample");
    }
    for (kind, data) in samples {
        let mut said = Vec::new();
        for locale in Locale::ALL {
            let mail = render(&message(kind, locale, data.clone()), "Ann", "Bob");
            assert!(!mail.subject.is_empty() && mail.subject.chars().count() < 80, "{kind}");
            for part in [&mail.text, &mail.html] {
                assert!(part.contains("https://bank.example/"), "{kind} leads nowhere");
                assert!(part.contains("Ann"), "{kind} greets nobody");
                for gap in ["{{", "{%", "undefined", "none", "  ,"] {
                    assert!(!part.contains(gap) || gap == "none", "{kind}: {gap}");
                }
            }
            assert!(mail.html.contains("prefers-color-scheme: dark"));
            assert!(mail.html.contains(&format!("lang=\"{}\"", locale.as_str())));
            assert!(!mail.text.contains('<'), "{kind}: markup in the plain text");
            said.push(mail);
        }
        assert_ne!(said[0].subject, said[1].subject, "{kind} is not translated");
    }
}

#[test]
fn challenge_shows_code_and_link_in_both_parts() {
    for kind in MAIL_KINDS.iter().filter(|kind| kind.starts_with("challenge.")) {
        let mail = render(&message(kind, Locale::En, json!({})), "Ann", "");
        for part in [&mail.text, &mail.html] {
            assert!(part.contains("12345678"), "{part}");
            assert!(part.contains("https://bank.example/confirm?token=chl_1.abc-_"), "{part}");
        }
        assert!(!mail.subject.contains("12345678"), "codes aren't for lock screens");
    }
}

#[test]
fn who_waits_with_an_app_gets_a_code_and_no_link() {
    for locale in Locale::ALL {
        let mail = render_with(&message("challenge.sign_in", locale, json!({})), ("Ann", ""), None);
        for part in [&mail.text, &mail.html] {
            assert!(part.contains("12345678"), "{part}");
            assert!(!part.contains("/confirm") && !part.contains("href"), "{part}");
            assert!(!part.contains("Link") && !part.contains("link "), "{part}");
        }
    }
}

#[test]
fn plain_text_reads_well() {
    let data = json!({
        "asset": "EUR", "amount": "1250", "scale": 2, "role": "recipient", "counterparty": BOB,
        "message": "for lunch", "transfer_id": "tr_1", "at": "2026-11-20T21:33:00Z",
    });
    let mail = render(&message("transfer.received", Locale::En, data), "Ann", "Bob");
    insta::assert_snapshot!(mail.text.replace('\u{a0}', " "), @r"
    Hello Ann,

    Bob sent you 12.50 EUR.

    Amount: 12.50 EUR
    From: Bob
    Message: for lunch
    Time: 20 November 2026, 21:33 UTC

    See the transfer:
    https://bank.example/transfers/tr_1

    --
    You get this mail because of your notification settings: https://bank.example/settings/notifications
    This mail was sent automatically; nobody reads answers to it.
    ");
}

#[test]
fn hostile_names_become_neither_markup_nor_links_nor_headers() {
    let evil = "Bob\r\nBcc: all@example.org\r\n\r\n<script>alert(1)</script> https://evil.example";
    let data = json!({
        "asset": "EUR", "amount": "1", "scale": 2, "role": "payer", "counterparty": BOB,
        "message": "\"><img src=x onerror=alert(1)>",
    });
    for locale in Locale::ALL {
        let message = message("request.created", locale, data.clone());
        let mail = render(&message, evil, evil);
        assert!(!mail.html.contains("<script>alert") && !mail.html.contains("<img"));
        assert!(!mail.html.contains("https://evil.example"));
        assert!(!mail.text.contains("\r\nBcc:") && !mail.text.contains("\nBcc:"));
        assert!(!mail.subject.contains(['\r', '\n']), "{:?}", mail.subject);
        let from = mailbox_of("Bank <no-reply@bank.example>").unwrap();
        let composed = compose(&message, &mail, &from).unwrap();
        let names: Vec<&str> = composed.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!(!names.contains(&"Bcc"), "{names:?}");
        assert_eq!(composed.envelope.to().len(), 1);
    }
}

#[test]
fn headers_refuse_line_breaks() {
    let message = message("security.frozen", Locale::En, json!({}));
    let mail = render(&message, "Ann", "");
    let from = mailbox_of("Bank <no-reply@bank.example>").unwrap();
    let refused = |message: &Message, mail: &Rendered| compose(message, mail, &from).err();
    for evil in ["a\r\nBcc: b@example.org", "a\nb", "a\rb", "a\0b"] {
        let mail = Rendered { subject: evil.to_owned(), ..mail.clone() };
        assert_eq!(refused(&message, &mail), Some(ComposeError::LineBreak("Subject")), "{evil:?}");
        let to = format!("ann@example.org{evil}");
        let message = Message { to, ..message.clone() };
        assert!(refused(&message, &mail).is_some());
        assert_eq!(mailbox_of(&format!("{evil} <a@example.org>")), None);
    }
    for address in ["", "ann", "ann@", "@example.org", "a b@example.org", "a@b@c", "<a@b.c>"] {
        let message = Message { to: address.to_owned(), ..message.clone() };
        assert_eq!(refused(&message, &mail), Some(ComposeError::Address), "{address}");
    }
}

#[test]
fn headers_are_complete_and_the_same_at_each_attempt() {
    let message = message("security.frozen", Locale::De, json!({}));
    let mail = render(&message, "Änn", "");
    let from = mailbox_of("Bank <no-reply@bank.example>").unwrap();
    let of = |name: &str| {
        let composed = compose(&message, &mail, &from).unwrap();
        assert!(composed.bytes.is_ascii(), "any server takes it");
        composed.headers.into_iter().find(|(it, _)| it == name).map(|(_, value)| value)
    };
    assert_eq!(of("Message-ID").unwrap(), format!("<{}@bank.example>", message.id));
    assert_eq!(of("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(of("Date").unwrap(), "Thu, 01 Jan 2026 00:00:00 +0000");
    assert_eq!(of("From").unwrap(), "Bank <no-reply@bank.example>");
    assert_eq!(of("To").unwrap(), "ann@example.org");
    assert!(of("Content-Type").unwrap().starts_with("multipart/alternative"));
}

#[test]
fn url_says_how_the_server_is_reached() {
    let read = |text: &str| text.parse::<SmtpUrl>().unwrap();
    let url = read("smtp://mail.example.org");
    assert_eq!((url.port, url.tls), (587, Tls::Required));
    assert!(url.credentials.is_none() && url.tls_parameters.is_some());
    let url = read("smtps://ann%40example.org:p%2Ba+s%25@mail.example.org");
    assert_eq!((url.port, url.tls), (465, Tls::Implicit));
    let expected = lettre::transport::smtp::authentication::Credentials::new(
        "ann@example.org".to_owned(),
        "p+a+s%".to_owned(),
    );
    assert!(url.credentials == Some(expected), "a plus is a plus");
    let url = read("smtp://localhost:1025?tls=none&timeout_s=3");
    assert_eq!((url.port, url.tls, url.timeout.as_secs()), (1025, Tls::None, 3));
    let url = read("smtp://a:b@mail.example.org?auth=login&tls=optional");
    assert_eq!((url.tls, url.mechanisms), (Tls::Optional, vec![Mechanism::Login]));
}

#[test]
fn nonsense_is_refused_and_the_password_is_never_shown() {
    for text in [
        "mail.example.org:25",
        "http://mail.example.org",
        "smtp://ann:hunter2@",
        "smtp://ann@mail.example.org",
        "smtp://ann:hunter2@mail.example.org?tls=none",
        "smtp://ann:hunter2@mail.example.org?tls=maybe",
        "smtp://ann:hunter2@mail.example.org?tsl=none",
        "smtps://ann:hunter2@mail.example.org?tls=none",
        "smtp://ann:hunter2@mail.example.org?auth=xoauth2",
        "smtp://ann:hunter2@mail.example.org?timeout_s=0",
        "smtp://ann:hunter2@mail.example.org?ca=/no/such/file",
    ] {
        let error = text.parse::<SmtpUrl>().unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
    let options = MailOptions {
        smtp: vec!["smtp://ann:hunter2@mail.example.org".parse().unwrap()],
        ..MailOptions::default()
    };
    assert!(!format!("{options:?}").contains("hunter2"), "{options:?}");
    let options = MailOptions { from: "nobody".to_owned(), ..options };
    assert!(options.sender().is_err());
}
