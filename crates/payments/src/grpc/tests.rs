use kernel::Timestamp;
use proto::payments::v1 as api;

use super::*;

#[test]
fn a_destination_is_needed_and_no_source_is_the_providers_form() {
    assert!(matches!(convert::pay_with(None), Ok(crate::deposits::PayWith::Form)));
    assert!(convert::pay_to(None).unwrap_err().message().starts_with("destination:"));
    let account = api::BankAccount { iban: "DE89370400440532013000".into(), name: String::new() };
    let nameless = api::create_withdrawal_request::Destination::BankAccount(account);
    let error = convert::pay_to(Some(nameless)).unwrap_err();
    assert!(error.message().starts_with("bank_account.name:"));
}

#[test]
fn refusals_never_repeat_a_card_number() {
    let card = api::Card {
        number: "4242424242424242".into(),
        exp_month: 300,
        exp_year: 2030,
        cvc: "123".into(),
    };
    let source = api::create_deposit_request::Source::Card(card);
    let error = convert::pay_with(Some(source)).unwrap_err();
    assert!(!format!("{error:?}").contains("4242"));
}

#[test]
fn times_before_1970_are_right_too() {
    let time = convert::time(Timestamp::from_micros(-1));
    assert_eq!((time.seconds, time.nanos), (-1, 999_999_000));
}

#[test]
fn pages_have_limits_and_cursors() {
    assert_eq!(page::<DepositId>(0, "").unwrap().0, Limit::DEFAULT);
    assert!(page::<DepositId>(201, "").unwrap_err().message().starts_with("limit:"));
    assert!(page::<DepositId>(1, "x").unwrap_err().message().starts_with("cursor:"));
}
