use super::*;

const NOTHING: Wish =
    Wish { in_app: false, email: false, webhook: false, sms: Some(false), push: Some(false) };
/// As it was asked for before there were short messages and browsers.
const ALL: Wish = Wish { in_app: true, email: true, webhook: true, sms: None, push: None };

fn choices(asked: &[(&str, Wish)]) -> Result<Choices, NotificationsError> {
    Choices::try_new(asked.iter().map(|(name, choice)| ((*name).to_owned(), *choice)))
}

#[test]
fn nothing_chosen_is_the_default() {
    let none = Choices::default();
    let asked = Choice { in_app: true, email: true, webhook: true, sms: false, push: true };
    assert_eq!(none.of(EventKind::TransferWaiting), asked);
    assert_eq!(none.of(EventKind::SecurityFrozen), Choice { sms: true, ..asked });
    let quiet = Choice { in_app: true, email: false, webhook: true, sms: false, push: false };
    assert_eq!(none.of(EventKind::TransferSent), quiet);
    let mailed = EventKind::ALL.iter().filter(|kind| kind.is_mailed_by_default()).count();
    assert_eq!(
        mailed, 37,
        "money in, what waits, what failed, withdrawals, purchases, webhooks, all security"
    );
}

#[test]
fn what_is_chosen_holds_and_defaults_are_not_stored() {
    let chosen = choices(&[("transfer.sent", NOTHING), ("transfer.waiting", ALL)]).unwrap();
    assert_eq!(chosen.of(EventKind::TransferSent), NOTHING.of(EventKind::TransferSent));
    let stored = serde_json::to_value(&chosen).unwrap();
    assert_eq!(stored.as_object().unwrap().keys().collect::<Vec<_>>(), ["transfer.sent"]);
}

#[test]
fn security_stays_on_in_every_channel() {
    for kind in EventKind::ALL.iter().filter(|kind| kind.is_security()) {
        for off in 0..3 {
            let choice = Wish { in_app: off != 0, email: off != 1, webhook: off != 2, ..ALL };
            let error = choices(&[(kind.as_str(), choice)]).unwrap_err();
            assert!(matches!(error, NotificationsError::SecurityRequired(_)), "{kind}: {error}");
        }
        choices(&[(kind.as_str(), ALL)]).unwrap();
    }
    // A row that says otherwise doesn't count.
    let stored = Choices(BTreeMap::from([("security.frozen".to_owned(), NOTHING)]));
    let quiet = Choice { in_app: true, email: true, webhook: true, sms: false, push: false };
    assert_eq!(stored.of(EventKind::SecurityFrozen), quiet, "phone and browsers may be quiet");
}

#[test]
fn choices_from_before_the_newer_channels_keep_their_defaults() {
    let stored = r#"{"deposit.failed": {"in_app": true, "email": false, "webhook": true}}"#;
    let stored: Choices = serde_json::from_str(stored).unwrap();
    let chosen = stored.of(EventKind::DepositFailed);
    assert_eq!((chosen.email, chosen.sms, chosen.push), (false, false, true));
}

#[test]
fn unknown_and_repeated_kinds_are_refused() {
    let error = choices(&[("transfer.lost", ALL)]).unwrap_err();
    assert!(matches!(error, NotificationsError::KindUnknown(kind) if kind == "transfer.lost"));
    let error = choices(&[("transfer.sent", ALL), ("transfer.sent", ALL)]).unwrap_err();
    assert!(matches!(error, NotificationsError::KindTwice(_)));
}

#[test]
fn names_of_kinds_are_unique_and_read_back() {
    for kind in EventKind::ALL {
        assert_eq!(EventKind::from_name(kind.as_str()), Some(*kind));
    }
    assert_eq!(EventKind::from_name("transfer.received "), None);
}
