use super::*;

const SECRET: &[u8; SECRET_BYTES] = b"12345678901234567890";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn vault() -> Vault {
    Vault::new([7; 32])
}

fn enrolment() -> Enrolment {
    Enrolment {
        secret: vault().seal(PURPOSE, SECRET),
        created_at: at(0),
        confirmed_at: Some(at(0)),
        last_step: 0,
        failures: 0,
        failed_at: None,
    }
}

/// RFC 6238, appendix B, cut to six digits.
#[test]
fn codes_are_those_of_the_specification() {
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
    ] {
        assert_eq!(enrolment().step_of(&vault(), code, at(seconds)), Some(seconds / 30));
    }
}

#[test]
fn line_08_a_step_is_used_once() {
    let mut enrolment = enrolment();
    let step = enrolment.step_of(&vault(), "081804", at(1_111_111_109)).unwrap();
    enrolment.last_step = step;
    assert_eq!(enrolment.step_of(&vault(), "081804", at(1_111_111_109)), None);
    // The next step's code is still good, and an older one isn't any more.
    assert_eq!(enrolment.step_of(&vault(), "050471", at(1_111_111_111)), Some(step + 1));
    enrolment.last_step = step + 1;
    assert_eq!(enrolment.step_of(&vault(), "081804", at(1_111_111_109)), None);
}

#[test]
fn one_step_before_and_after_is_taken() {
    let check = |now: i64, is_taken: bool| {
        let step = enrolment().step_of(&vault(), "005924", at(now));
        assert_eq!(step.is_some(), is_taken, "{now}");
    };
    // The code of step 41152263, which lasts from 1234567890 to 1234567919.
    for (now, is_taken) in [
        (1_234_567_859, false),
        (1_234_567_860, true),
        (1_234_567_949, true),
        (1_234_567_950, false),
    ] {
        check(now, is_taken);
    }
}

#[test]
fn codes_are_six_digits_perhaps_with_spaces() {
    let step = |code: &str| enrolment().step_of(&vault(), code, at(1_234_567_890));
    assert!(step("005 924").is_some());
    for code in ["5924", "0059240", "00592４", "+05924", "", "00592x"] {
        assert_eq!(step(code), None, "{code}");
    }
}

#[test]
fn another_vault_key_opens_nothing() {
    assert_eq!(enrolment().step_of(&Vault::new([8; 32]), "005924", at(1_234_567_890)), None);
}

#[test]
fn tries_wait_after_five_failures_and_ever_longer() {
    let check = |failures: u32, waits: Option<u64>| {
        let failed = Enrolment { failures, failed_at: Some(at(1000)), ..enrolment() };
        assert_eq!(failed.locked_for_s(at(1000)), waits, "{failures}");
        if let Some(seconds) = waits {
            assert_eq!(failed.locked_for_s(at(1000 + i64::try_from(seconds).unwrap())), None);
        }
    };
    for (failures, waits) in [
        (0, None),
        (4, None),
        (5, Some(60)),
        (6, Some(120)),
        (10, Some(1920)),
        (11, Some(3600)),
        (4_000_000_000, Some(3600)),
    ] {
        check(failures, waits);
    }
}

#[test]
fn an_app_has_a_quarter_of_an_hour_for_its_first_code() {
    let new = Enrolment { confirmed_at: None, ..enrolment() };
    assert!(new.is_waiting(at(899)) && !new.is_waiting(at(900)));
    assert!(!enrolment().is_waiting(at(1)));
}

#[test]
fn url_is_what_apps_scan() {
    let url = otpauth_url(SECRET, "Apple: bank", "ann@example.org");
    assert_eq!(
        url,
        "otpauth://totp/Apple%20%20bank:ann%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Apple%20%20bank"
    );
}

#[test]
fn apps_call_us_by_the_name_of_the_address() {
    assert_eq!(bank_name("https://bank.example:8443/app"), "bank.example");
    assert_eq!(bank_name("http://localhost:8080"), "localhost");
    assert_eq!(bank_name("no address"), "Bushel");
}
