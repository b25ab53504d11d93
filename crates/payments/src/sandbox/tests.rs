use ::http::{HeaderMap, HeaderValue};
use kernel::{Amount, Timestamp};

use super::cards::{CardBehaviour, IbanBehaviour, brand, flaw};
use super::flow::*;
use super::*;
use crate::provider::{CardDetails, DisputeStatus, WebhookError};

const NOW: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

fn card(number: &str, month: u8, year: u16, cvc: &str) -> CardDetails {
    let (number, cvc) = (number.to_owned(), cvc.to_owned());
    CardDetails { number, exp_month: month, exp_year: year, cvc }
}

#[test]
fn cards_and_ibans_for_trying_out_are_well_formed() {
    for known in TEST_CARDS {
        let cvc = if brand(known.number) == "amex" { "1234" } else { "123" };
        assert_eq!(flaw(&card(known.number, 12, 2030, cvc), NOW), None, "{}", known.number);
        let behaviour = CardBehaviour::of(known.number);
        assert_eq!(CardBehaviour::from_name(behaviour.name()), behaviour);
    }
    for known in TEST_IBANS {
        assert!(crate::withdrawals::Iban::parse(known.iban).is_some(), "{}", known.iban);
        let behaviour = IbanBehaviour::of(known.iban);
        assert_eq!(IbanBehaviour::from_name(behaviour.name()), behaviour);
    }
}

#[test]
fn cards_that_were_typed_in_wrong_are_refused_at_once() {
    for (card, code) in [
        (card("4242424242424241", 12, 2030, "123"), Some("number_invalid")),
        (card("42424242424", 12, 2030, "123"), Some("number_invalid")),
        (card("424242424242424x", 12, 2030, "123"), Some("number_invalid")),
        (card("4242424242424242", 12, 2025, "123"), Some("expired")),
        (card("4242424242424242", 13, 2030, "123"), Some("expired")),
        (card("4242424242424242", 0, 2030, "123"), Some("expired")),
        (card("4242424242424242", 1, 2026, "123"), None),
        (card("4242424242424242", 12, 2030, "12"), Some("cvc_invalid")),
        (card("4242424242424242", 12, 2030, "1234"), Some("cvc_invalid")),
        (card("378282246310005", 12, 2030, "1234"), None),
    ] {
        assert_eq!(flaw(&card, NOW), code);
    }
}

fn payment(behaviour: CardBehaviour) -> PaymentRow {
    PaymentRow {
        id: "py_1".to_owned(),
        reference: "dep_1".to_owned(),
        asset: "EUR".to_owned(),
        amount: Amount::new(1000),
        behaviour,
        return_url: None,
        status: PaymentState::Processing,
        reason: None,
        refunded: Amount::ZERO,
        reversed: Amount::ZERO,
        dispute: None,
    }
}

/// Lets happen what follows, and returns what was told.
fn run(row: &mut PaymentRow) -> Vec<&'static str> {
    let mut happened = Some(row.begin());
    let mut told = Vec::new();
    while let Some(now) = happened {
        told.push(now.event);
        happened = now.next.and_then(|(_, step)| row.take(step));
    }
    told
}

#[test]
fn payments_go_as_their_card_says() {
    use CardBehaviour as C;
    for (behaviour, events, status) in [
        (C::Succeeds, &["payment.processing", "payment.succeeded"][..], PaymentState::Succeeded),
        (
            C::Fails("card_declined"),
            &["payment.processing", "payment.failed"],
            PaymentState::Failed,
        ),
        (C::Slow, &["payment.processing", "payment.succeeded"], PaymentState::Succeeded),
        (
            C::Reversed,
            &["payment.processing", "payment.succeeded", "payment.reversed"],
            PaymentState::Reversed,
        ),
        (
            C::DisputeLost,
            &["payment.processing", "payment.succeeded", "dispute.opened", "dispute.lost"],
            PaymentState::Succeeded,
        ),
        (
            C::DisputeWon,
            &["payment.processing", "payment.succeeded", "dispute.opened", "dispute.won"],
            PaymentState::Succeeded,
        ),
    ] {
        let mut row = payment(behaviour);
        assert_eq!(run(&mut row), events, "{behaviour:?}");
        assert_eq!(row.status, status, "{behaviour:?}");
    }
}

#[test]
fn a_step_that_comes_again_does_nothing() {
    let mut row = payment(CardBehaviour::DisputeLost);
    run(&mut row);
    let end = row.clone();
    for step in [Step::Decide, Step::Expire, Step::Dispute, Step::EndDispute, Step::ComeBack] {
        assert_eq!(row.take(step), None, "{step:?}");
    }
    assert_eq!(row, end);
    assert_eq!(row.dispute.unwrap().status, DisputeStatus::Lost);
}

#[test]
fn a_payment_is_confirmed_once_and_in_time() {
    let mut row = payment(CardBehaviour::NeedsAction);
    row.status = PaymentState::RequiresAction;
    let mut declined = row.clone();
    assert_eq!(declined.confirm(false).unwrap().event, "payment.failed");
    assert_eq!(declined.confirm(true), None);
    let mut late = row.clone();
    assert_eq!(late.take(Step::Expire).unwrap().event, "payment.failed");
    assert_eq!(late.confirm(true), None);
    assert_eq!(row.confirm(true).unwrap().event, "payment.processing");
    assert_eq!(row.take(Step::Expire), None);
    assert_eq!(row.take(Step::Decide).unwrap().event, "payment.succeeded");
}

#[test]
fn refunds_never_exceed_the_payment_and_wait_for_disputes() {
    let mut row = payment(CardBehaviour::Succeeds);
    assert_eq!(row.begin_refund(Amount::new(1)), Err("payment_not_refundable"));
    run(&mut row);
    assert!(row.begin_refund(Amount::new(600)).is_ok());
    assert_eq!(row.begin_refund(Amount::new(401)), Err("refund_too_large"));
    row.refund_came_back(Amount::new(600));
    assert!(row.begin_refund(Amount::new(1000)).is_ok());
    let mut disputed = payment(CardBehaviour::DisputeLost);
    run(&mut disputed);
    assert_eq!(disputed.begin_refund(Amount::new(1)), Err("payment_disputed"));
}

#[test]
fn webhooks_come_once_unless_disorder_is_asked_for() {
    assert_eq!(deliveries(None, "payment.failed", 3).len(), 1);
    let copies: Vec<usize> =
        (0..40).map(|number| deliveries(Some(7), "payment.failed", number).len()).collect();
    assert!((1..=3).all(|count| copies.contains(&count)), "{copies:?}");
    assert_eq!(deliveries(Some(7), "payment.failed", 3), deliveries(Some(7), "payment.failed", 3));
}

fn signed(now: Timestamp, body: &[u8]) -> HeaderMap {
    let headers = signature::headers(&[7; 32], "evt_1", now, body).into_iter();
    let header = |(name, value): (&'static str, String)| {
        (::http::HeaderName::from_static(name), HeaderValue::try_from(value).unwrap())
    };
    headers.map(header).collect()
}

#[test]
fn signatures_are_those_of_standard_webhooks() {
    let body = br#"{"type":"payment.succeeded"}"#;
    // The reference implementation takes the time from the host's clock, so sign with that.
    let now = kernel::Clock::now(&kernel::SystemClock);
    let theirs = standardwebhooks::Webhook::from_bytes(vec![7; 32]).unwrap();
    theirs.verify(body, &signed(now, body)).unwrap();
}

#[test]
fn forged_changed_and_old_webhooks_are_refused() {
    let (body, key) = (b"{}", [7; 32]);
    let headers = signed(NOW, body);
    assert_eq!(signature::verify(&key, &headers, body, NOW), Ok("evt_1"));
    assert_eq!(signature::verify(&[8; 32], &headers, body, NOW), Err(WebhookError::Signature));
    assert_eq!(signature::verify(&key, &headers, b"{ }", NOW), Err(WebhookError::Signature));
    for name in [signature::ID, signature::TIMESTAMP, signature::SIGNATURE] {
        let mut without = headers.clone();
        without.remove(name);
        assert_eq!(signature::verify(&key, &without, body, NOW), Err(WebhookError::Signature));
        let mut changed = headers.clone();
        changed.insert(name, HeaderValue::from_static("1"));
        assert_eq!(signature::verify(&key, &changed, body, NOW), Err(WebhookError::Signature));
    }
    let minutes = |minutes: u64| std::time::Duration::from_secs(60 * minutes);
    for (now, expected) in [
        (NOW.saturating_add(minutes(5)), Ok("evt_1")),
        (NOW.saturating_add(minutes(6)), Err(WebhookError::TooOld)),
        (NOW.saturating_sub(minutes(6)), Err(WebhookError::TooOld)),
    ] {
        assert_eq!(signature::verify(&key, &headers, body, now), expected);
    }
}

#[test]
fn texts_in_the_page_are_escaped() {
    assert_eq!(http::escaped("<a b=\"c\">&'"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
}
