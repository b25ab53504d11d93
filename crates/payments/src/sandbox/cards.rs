//! Which test cards and IBANs behave how.

use kernel::Timestamp;

use crate::provider::CardDetails;

/// How a payment with a card goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CardBehaviour {
    Succeeds,
    Fails(&'static str),
    NeedsAction,
    /// Is decided after ten minutes.
    Slow,
    /// Succeeds, and the bank takes it back an hour later.
    Reversed,
    /// Succeeds, is disputed an hour later, and lost after a week.
    DisputeLost,
    /// The same, won after a week.
    DisputeWon,
    /// Succeeds; its refunds succeed and fail an hour later.
    RefundFails,
}

/// How a payout to an IBAN goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IbanBehaviour {
    Pays,
    Fails,
    /// Is paid, and comes back a day later.
    Returns,
    /// Is paid after ten minutes.
    Slow,
}

/// A number for trying things out. Any other number that is well-formed succeeds.
#[derive(Clone, Copy, Debug)]
pub struct TestCard {
    pub number: &'static str,
    /// What it shows.
    pub meaning: &'static str,
    behaviour: CardBehaviour,
}

/// An IBAN for trying things out. Any other one that is right succeeds.
#[derive(Clone, Copy, Debug)]
pub struct TestIban {
    pub iban: &'static str,
    /// What it shows.
    pub meaning: &'static str,
    behaviour: IbanBehaviour,
}

use CardBehaviour as C;

const fn card(number: &'static str, behaviour: CardBehaviour, meaning: &'static str) -> TestCard {
    TestCard { number, meaning, behaviour }
}

/// The numbers are those that people know from other processors, where there is one.
pub const TEST_CARDS: &[TestCard] = &[
    card("4242424242424242", C::Succeeds, "succeeds"),
    card("5555555555554444", C::Succeeds, "succeeds (Mastercard)"),
    card("378282246310005", C::Succeeds, "succeeds (American Express)"),
    card("4000000000000002", C::Fails("card_declined"), "is declined"),
    card("4000000000009995", C::Fails("insufficient_funds"), "has not enough funds"),
    card("4000000000000069", C::Fails("expired_card"), "has expired, says its bank"),
    card("4000000000000127", C::Fails("incorrect_cvc"), "has another security code"),
    card("4000000000000119", C::Fails("processing_error"), "fails while it is processed"),
    card("4000000000003220", C::NeedsAction, "has to be confirmed by its holder (3-D Secure)"),
    card("4000000000000077", C::Slow, "succeeds after ten minutes"),
    card("4000000000000341", C::Reversed, "succeeds, and its bank takes it back an hour later"),
    card(
        "4000000000000259",
        C::DisputeLost,
        "succeeds, is disputed an hour later, lost after a week",
    ),
    card(
        "4000000000001976",
        C::DisputeWon,
        "succeeds, is disputed an hour later, won after a week",
    ),
    card("4000000000005126", C::RefundFails, "succeeds; refunds to it fail an hour later"),
];

pub const TEST_IBANS: &[TestIban] = &[
    TestIban { iban: "AT611904300234573201", meaning: "is paid", behaviour: IbanBehaviour::Pays },
    TestIban { iban: "AT861904300235473202", meaning: "fails", behaviour: IbanBehaviour::Fails },
    TestIban {
        iban: "AT591904300235473203",
        meaning: "is paid, and comes back a day later",
        behaviour: IbanBehaviour::Returns,
    },
    TestIban {
        iban: "AT321904300235473204",
        meaning: "is paid after ten minutes",
        behaviour: IbanBehaviour::Slow,
    },
];

const CARD_NAMES: [(&str, CardBehaviour); 12] = [
    ("succeeds", C::Succeeds),
    ("card_declined", C::Fails("card_declined")),
    ("insufficient_funds", C::Fails("insufficient_funds")),
    ("expired_card", C::Fails("expired_card")),
    ("incorrect_cvc", C::Fails("incorrect_cvc")),
    ("processing_error", C::Fails("processing_error")),
    ("needs_action", C::NeedsAction),
    ("slow", C::Slow),
    ("reversed", C::Reversed),
    ("dispute_lost", C::DisputeLost),
    ("dispute_won", C::DisputeWon),
    ("refund_fails", C::RefundFails),
];

const IBAN_NAMES: [(&str, IbanBehaviour); 4] = [
    ("pays", IbanBehaviour::Pays),
    ("fails", IbanBehaviour::Fails),
    ("returns", IbanBehaviour::Returns),
    ("slow", IbanBehaviour::Slow),
];

impl CardBehaviour {
    pub(super) fn of(number: &str) -> Self {
        let known = TEST_CARDS.iter().find(|card| card.number == number);
        known.map_or(Self::Succeeds, |card| card.behaviour)
    }

    /// As stored.
    pub(super) fn name(self) -> &'static str {
        let found = CARD_NAMES.iter().find(|(_, behaviour)| *behaviour == self);
        found.expect("every behaviour has a name").0
    }

    pub(super) fn from_name(name: &str) -> Self {
        let found = CARD_NAMES.iter().find(|(known, _)| *known == name);
        found.map_or(Self::Succeeds, |(_, behaviour)| *behaviour)
    }
}

impl IbanBehaviour {
    pub(super) fn of(iban: &str) -> Self {
        let known = TEST_IBANS.iter().find(|known| known.iban == iban);
        known.map_or(Self::Pays, |known| known.behaviour)
    }

    /// As stored.
    pub(super) fn name(self) -> &'static str {
        let found = IBAN_NAMES.iter().find(|(_, behaviour)| *behaviour == self);
        found.expect("every behaviour has a name").0
    }

    pub(super) fn from_name(name: &str) -> Self {
        let found = IBAN_NAMES.iter().find(|(known, _)| *known == name);
        found.map_or(Self::Pays, |(_, behaviour)| *behaviour)
    }
}

/// What is wrong with a card before anybody is asked; the code of the refusal.
pub(super) fn flaw(card: &CardDetails, now: Timestamp) -> Option<&'static str> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(12..=19).contains(&card.number.len()) || !digits(&card.number) || !luhn(&card.number) {
        return Some("number_invalid");
    }
    // A card is good to the end of its month.
    let text = now.to_string();
    let (year, month) = (text[..4].parse().unwrap_or(u16::MAX), text[5..7].parse().unwrap_or(12));
    let is_month = (1..=12).contains(&card.exp_month);
    if !is_month || (card.exp_year, card.exp_month) < (year, month) {
        return Some("expired");
    }
    let is_amex = brand(&card.number) == "amex";
    if card.cvc.len() != (if is_amex { 4 } else { 3 }) || !digits(&card.cvc) {
        return Some("cvc_invalid");
    }
    None
}

/// The check digit of ISO/IEC 7812, by Luhn's formula.
fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0');
            match (at % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

pub(super) fn brand(number: &str) -> &'static str {
    match number.as_bytes() {
        [b'4', ..] => "visa",
        [b'5', b'1'..=b'5', ..] | [b'2', b'2'..=b'7', ..] => "mastercard",
        [b'3', b'4' | b'7', ..] => "amex",
        [b'6', ..] => "discover",
        _ => "unknown",
    }
}
