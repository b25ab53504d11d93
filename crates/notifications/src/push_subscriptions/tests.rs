use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::encryption::{Ephemeral, TEXT_BYTES_MAX, encrypt};
use super::payload::{Delivery, delivery, render};
use super::vapid::VapidKey;
use super::*;
use crate::ids::MailId;
use crate::messages::{Channel, Message, MessageStatus};
use crate::texts::{Names, Texts};

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

const BROWSER_KEY: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

fn browser() -> BrowserKeys {
    BrowserKeys::try_new(&decoded(BROWSER_KEY), &decoded("BTBZMqHH6r4Tts7J_aSIgg")).unwrap()
}

#[test]
fn encryption_is_that_of_the_example_in_rfc_8291() {
    let key = decoded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
    let ephemeral = Ephemeral {
        key: PrivateKey::from_private_key(&ECDH_P256, &key).unwrap(),
        salt: decoded("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
    };
    let body = encrypt(&browser(), &ephemeral, b"When I grow up, I want to be a watermelon");
    let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg\
                    Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZ\
                    wbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
    assert_eq!(URL_SAFE_NO_PAD.encode(body.unwrap()), expected);
}

#[test]
fn the_longest_text_fits_into_what_every_push_service_takes() {
    let ephemeral = Ephemeral::generate().unwrap();
    let body = encrypt(&browser(), &ephemeral, &vec![b'x'; TEXT_BYTES_MAX]).unwrap();
    assert_eq!(body.len(), 4_096);
}

#[test]
fn keys_that_are_none_are_refused() {
    let (point, secret) = (decoded(BROWSER_KEY), [1; 16]);
    assert!(BrowserKeys::try_new(&point, &secret[..15]).is_err());
    let mut off_the_curve = point.clone();
    off_the_curve[64] ^= 1;
    for bad in [&off_the_curve[..], &point[..64], &[0; 65], &[]] {
        assert!(BrowserKeys::try_new(bad, &secret).is_err());
    }
}

#[test]
fn sealed_secrets_open_in_their_own_row_only() {
    let (vault, keys) = (Vault::new([7; 32]), browser());
    let (own, other) = (PushSubscriptionId::from_u128(1), PushSubscriptionId::from_u128(2));
    let sealed = keys.sealed_secret(&vault, own);
    let open = |id| BrowserKeys::open(&vault, id, keys.public_key.clone(), &sealed);
    assert!(open(own).unwrap() == keys);
    assert!(open(other).is_err());
}

#[test]
fn senders_sign_for_one_push_service_and_half_a_day() {
    let (key, pkcs8) = VapidKey::generate().unwrap();
    let again = VapidKey::from_pkcs8(&pkcs8).unwrap();
    assert_eq!(key.public_key(), again.public_key());
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let header = again.authorization("https://push.example", "mailto:a@b.c", now).unwrap();
    let (token, public) = header.strip_prefix("vapid t=").unwrap().split_once(",k=").unwrap();
    assert_eq!(public, key.public_text());
    let parts: Vec<&str> = token.split('.').collect();
    let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)).unwrap();
    assert_eq!(json(parts[0]), json!({ "typ": "JWT", "alg": "ES256" }));
    let claims =
        json!({ "aud": "https://push.example", "exp": 1_767_268_800, "sub": "mailto:a@b.c" });
    assert_eq!(json(parts[1]), claims);
    let signed = format!("{}.{}", parts[0], parts[1]);
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public_key());
    public.verify(signed.as_bytes(), &decoded(parts[2])).unwrap();
}

fn message(kind: &str, params: Value) -> Message {
    let at = Timestamp::UNIX_EPOCH;
    Message {
        id: MailId::from_u128(1),
        channel: Channel::Push,
        kind: kind.to_owned(),
        user: None,
        to: String::new(),
        locale: "en".to_owned(),
        params,
        status: MessageStatus::Queued,
        attempt: 1,
        doubts: 0,
        provider: None,
        reply: None,
        created_at: at,
        updated_at: at,
    }
}

#[test]
fn later_states_of_a_thing_take_the_place_of_earlier_ones() {
    let texts = Texts::try_new().unwrap();
    let money = |kind| {
        message(
            kind,
            json!({ "transfer_id": "tr_1", "role": "sender", "asset": "EUR",
            "amount": "1250", "scale": 2, "event_id": "evt_1" }),
        )
    };
    let (sent, declined) = (money("transfer.sent"), money("transfer.declined"));
    let payload = render(&texts, &sent, &Names::new()).unwrap();
    assert_eq!((payload.url.as_str(), payload.tag.as_str()), ("/transfers/tr_1", "tr_1"));
    assert_eq!(payload.title.replace('\u{a0}', " "), "You sent 12.50 EUR");
    assert_eq!(delivery(&sent).topic, delivery(&declined).topic);
    assert_eq!(delivery(&sent).topic.unwrap().len(), 32);
    assert_eq!(delivery(&sent).urgency, "normal");
    assert_eq!(delivery(&money("transfer.waiting")).urgency, "high");
    // What protects the user is to be read one by one.
    let frozen = message("security.frozen", json!({ "event_id": "evt_2" }));
    assert_eq!(render(&texts, &frozen, &Names::new()).unwrap().tag, "evt_2");
    assert_eq!(delivery(&frozen), Delivery { urgency: "high", topic: None });
}

#[test]
fn hostile_names_fit_and_break_nothing() {
    let texts = Texts::try_new().unwrap();
    let eve = UserId::from_u128(7);
    let names = Names::from([(eve, "\u{1f52b}\"\\\u{202e}\r\n".repeat(500))]);
    let asked = json!({ "counterparty": eve, "asset": "EUR", "amount": "1", "scale": 2 });
    let payload = render(&texts, &message("request.created", asked), &names).unwrap();
    let read: Value = serde_json::from_slice(&payload.bytes()).unwrap();
    assert!(read["title"].as_str().unwrap().chars().count() <= 120);
    assert!(!read.to_string().contains('\u{202e}'));
}
