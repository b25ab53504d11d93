use super::WithdrawalStatus::{Failed, Paid, Pending, Processing, Returned};
use super::*;
use crate::verdict::Verdict::{Ask, Contradiction, Go, Stay};

#[test]
fn every_transition_is_in_the_table() {
    let news = [Processing, Paid, Failed, Returned];
    #[rustfmt::skip]
    let table = [
        (Pending,    [(Go, Go),     (Go, Go),             (Go, Go),             (Go, Go)]),
        (Processing, [(Stay, Stay), (Go, Go),             (Go, Go),             (Go, Go)]),
        (Paid,       [(Stay, Stay), (Stay, Stay),         (Ask, Contradiction), (Ask, Go)]),
        (Failed,     [(Stay, Stay), (Ask, Contradiction), (Stay, Stay),         (Ask, Contradiction)]),
        (Returned,   [(Stay, Stay), (Stay, Stay),         (Stay, Stay),         (Stay, Stay)]),
    ];
    for (current, row) in table {
        for (news, expected) in news.into_iter().zip(row) {
            let found =
                (verdict(current, news, Source::Event), verdict(current, news, Source::Provider));
            assert_eq!(found, expected, "{current:?} hears {news:?}");
        }
    }
}

#[test]
fn a_hold_ends_once() {
    for current in [Pending, Processing] {
        assert_eq!(steps(current, Processing), [Step::Note]);
        assert_eq!(steps(current, Paid), [Step::Capture]);
        assert_eq!(steps(current, Failed), [Step::Release]);
        assert_eq!(steps(current, Returned), [Step::Capture, Step::Return]);
    }
    assert_eq!(steps(Paid, Returned), [Step::Return]);
}

#[test]
fn names_are_read_back() {
    for status in WithdrawalStatus::ALL {
        assert_eq!(WithdrawalStatus::from_name(status.as_str()), Some(status));
    }
}

#[test]
fn ibans_have_the_length_of_their_country_and_right_check_digits() {
    for (text, country, last4) in [
        ("DE89 3704 0044 0532 0130 00", "DE", "3000"),
        ("gb82west12345698765432", "GB", "5432"),
        ("FR1420041010050500013M02606", "FR", "2606"),
        ("AT611904300234573201", "AT", "3201"),
    ] {
        let iban = Iban::parse(text).unwrap();
        assert_eq!((iban.country(), iban.last4()), (country, last4));
    }
    for text in [
        "",
        "DE",
        "DE88370400440532013000",
        "DE8937040044053201300",
        "DE893704004405320130000",
        "XX89370400440532013000",
        "DE89-3704-0044-0532-0130-00",
        "DÉ89370400440532013000",
        "89DE370400440532013000",
    ] {
        assert!(Iban::parse(text).is_none(), "{text}");
    }
}

#[test]
fn an_iban_does_not_show_itself() {
    let iban = Iban::parse("DE89370400440532013000").unwrap();
    assert_eq!(format!("{iban:?}"), "Iban(DE…3000)");
}
