use super::*;

#[test]
fn networks_are_written_exactly() {
    let check = |text: &str, expected: Option<&str>| {
        let network = parse_network(text).map(|network| network.to_string());
        assert_eq!(network.as_deref(), expected, "{text}");
    };
    for (text, expected) in [
        ("10.0.0.0/8", Some("10.0.0.0/8")),
        ("192.0.2.7", Some("192.0.2.7/32")),
        ("2001:db8::/32", Some("2001:db8::/32")),
        ("::ffff:10.0.0.0/104", Some("10.0.0.0/8")),
        ("::ffff:10.0.0.1", Some("10.0.0.1/32")),
        ("10.0.0.1/8", None),
        ("10.0.0.0/33", None),
        ("10.0.0/8", None),
        ("example.org", None),
        ("", None),
    ] {
        check(text, expected);
    }
}

#[test]
fn line_11_scopes_never_reach_staff_or_security() {
    let scopes = parse_scopes(&["wallet.read", "payments.write"]).unwrap();
    assert_eq!(scopes.iter().count(), 2);
    for name in ["users.read", "users.roles", "security.write", "wallet", "", "WALLET.READ"] {
        assert_eq!(parse_scopes(&["wallet.read", name]), Err(name));
    }
}
