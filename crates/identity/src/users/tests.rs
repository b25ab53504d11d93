use super::*;

#[test]
fn addresses_are_checked_and_their_domain_is_lower_case() {
    let check = |text: &str, expected: Option<&str>| {
        let found = EmailAddress::try_new(text).ok();
        assert_eq!(found.as_ref().map(EmailAddress::as_str), expected, "{text:?}");
    };
    check("Ann.Smith+x@Example.ORG", Some("Ann.Smith+x@example.org"));
    check("a@b.co", Some("a@b.co"));
    check("o'hara@mail.example.museum", Some("o'hara@mail.example.museum"));
    for text in [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@localhost",
        "ann@@example.org",
        "a b@example.org",
        ".ann@example.org",
        "ann.@example.org",
        "a..b@example.org",
        "ann@-example.org",
        "ann@example-.org",
        "ann@example..org",
        "ann@[127.0.0.1]",
        "ann@127.0.0.1",
        "\"ann\"@example.org",
        "ann@example.org\r\nBcc: bob@example.org",
        "ann\0@example.org",
        "änn@example.org",
        "ann@exämple.org",
        "<ann@example.org>",
    ] {
        check(text, None);
    }
    let longest =
        format!("{}@{}.{}.{}.org", "a".repeat(64), "b".repeat(63), "c".repeat(63), "d".repeat(57));
    assert_eq!(longest.len(), 254);
    check(&longest.clone(), Some(&longest));
    check(&longest.replace("org", "orgx"), None);
    assert_eq!(EmailAddress::try_new("Ann@B.co").unwrap().key(), "ann@b.co");
}

#[test]
fn handles_are_short_lower_case_and_nobody_elses() {
    let check = |text: &str, expected: Option<&str>| {
        let found = Handle::try_new(text).ok();
        assert_eq!(found.as_ref().map(Handle::as_str), expected, "{text:?}");
    };
    check("Ann.Apple_1-x", Some("ann.apple_1-x"));
    check("ann", Some("ann"));
    for text in ["", "an", "1ann", ".ann", "ann apple", "änn", "ann@x", "ann\n", &"a".repeat(31)] {
        check(text, None);
    }
    for text in ["admin", "Support", "bushel", "a.d.m.i.n", "bushel-bank", "bushel_help"] {
        check(text, None);
    }
}

#[test]
fn line_26_names_have_no_line_feeds() {
    for name in ["Ann", "Änn O'Hara-Müller", "安", "Ann 🍎"] {
        assert_eq!(check_name(name), Ok(()), "{name}");
    }
    for name in ["", "  ", "Ann\r\nBcc: x", "Ann\0", "Ann\u{2028}", "\u{202e}nnA", &"a".repeat(101)]
    {
        assert!(check_name(name).is_err(), "{name:?}");
    }
}

#[test]
fn names_in_the_database_go_both_ways() {
    for status in UserStatus::ALL {
        assert_eq!(UserStatus::from_name(status.as_str()), Some(status));
    }
    for confirmation in Confirmation::ALL {
        assert_eq!(Confirmation::from_name(confirmation.as_str()), Some(confirmation));
    }
    assert_eq!(UserStatus::from_name("emperor"), None);
}
