use super::*;

#[test]
fn numbers_are_e164_whatever_stands_between_the_digits() {
    let is = |text: &str| PhoneNumber::try_new(text).map(|number| number.to_string());
    assert_eq!(is("+49 170 1234567").unwrap(), "+491701234567");
    assert_eq!(is(" +1 (555) 010-0199 ").unwrap(), "+15550100199");
    assert_eq!(is("+49/170.1234567").unwrap(), "+491701234567");
    let refused = [
        "",
        "+",
        "0170 1234567",
        "0049 170 1234567",
        "+049 170 1234567",
        "+123456",
        "+1234567890123456",
        "+49 170 12345x7",
        "+49 170 1234567\r\nBcc: all",
        "+49 170 ١٢٣٤٥٦٧",
        "++491701234567",
    ];
    for text in refused {
        assert!(is(text).is_err(), "{text:?}");
    }
}

#[test]
fn hints_show_three_digits() {
    assert_eq!(hint("+491701234567"), "…567");
    assert_eq!(hint(""), "…");
}

#[test]
fn line_07_days_have_an_end_for_number_user_and_all() {
    let options = PhoneOptions { codes_per_day_max: 20, ..PhoneOptions::default() };
    let allows = |to_number, for_user, to_all| {
        CodesOfADay { to_number, for_user, to_all }.allow_another(&options)
    };
    assert!(allows(0, 0, 0) && allows(4, 9, 19));
    assert!(!allows(5, 5, 5) && !allows(0, 10, 10) && !allows(0, 0, 20));
}

#[test]
fn only_countries_that_were_named_are_taken() {
    let takes = |prefixes: &[&str], number: &str| {
        let prefixes = prefixes.iter().map(|it| (*it).to_owned()).collect();
        let options = PhoneOptions { prefixes, ..PhoneOptions::default() };
        options.takes(&PhoneNumber::try_new(number).unwrap())
    };
    assert!(takes(&[], "+491701234567"));
    assert!(takes(&["+1", "+49"], "+491701234567"));
    assert!(!takes(&["+1", "+43"], "+491701234567"));
}
