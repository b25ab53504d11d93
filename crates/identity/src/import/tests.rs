use std::io::Cursor;

use kernel::{Clock, MockClock, Timestamp};

use super::lines::Lines;
use super::record::{Header, NewUser};
use super::{ImportError, hashes};

const BCRYPT: &str = "$2b$12$LQv3c1yqBWVHxkd0LHAkCOYz6TtxMQJqhN8/LewdBPj3bp.gSjhyG";
const ARGON2ID: &str =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG";

fn lines(text: &str) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
    let mut lines = Lines::new(Cursor::new(text.as_bytes().to_vec()));
    std::iter::from_fn(|| lines.next().unwrap()).collect()
}

fn header(text: &str) -> Result<Header, String> {
    let fields: Vec<String> = text.split(',').map(str::to_owned).collect();
    Header::try_new(1, &fields).map_err(|error: ImportError| error.to_string())
}

fn now() -> Timestamp {
    MockClock::default().now()
}

fn user(fields: &[&str]) -> Result<NewUser, String> {
    let header =
        header("email,name,handle,password_hash,created_at,email_verified,locale").unwrap();
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    header.user(&fields, now())
}

#[test]
fn line_numbers_are_exact() {
    let all = lines("\u{feff}a,b\r\n\r\n1,2\n\n\"x, y\",\"say \"\"hi\"\"\"\nlast,one");
    let numbers: Vec<u64> = all.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 3, 5, 6]);
    assert_eq!(all[0].1.as_ref().unwrap(), &["a", "b"]);
    assert_eq!(all[2].1.as_ref().unwrap(), &["x, y", "say \"hi\""]);
}

#[test]
fn one_broken_line_costs_no_other() {
    let long = "x".repeat(70_000);
    let mut text = format!("a,b\n\"open\n1,2\n{long},3\na\rb,4\n").into_bytes();
    text.extend(b"\xff\xfe,5\n6,7\n");
    let mut lines = Lines::new(Cursor::new(text));
    let all: Vec<_> = std::iter::from_fn(|| lines.next().unwrap()).collect();
    let broken: Vec<u64> =
        all.iter().filter(|(_, fields)| fields.is_err()).map(|(number, _)| *number).collect();
    assert_eq!(broken, [2, 4, 5, 6]);
    assert_eq!(all.last().unwrap(), &(7, Ok(vec!["6".to_owned(), "7".to_owned()])));
}

#[test]
fn header_names_each_column_once() {
    assert!(header("password_hash,NAME,email").is_ok());
    let check = |text: &str, expected: &str| assert_eq!(header(text).unwrap_err(), expected);
    check("email,name", "line 1: the column `password_hash` is missing");
    check("email,name,email,password_hash", "line 1: the column `email` is there twice");
    assert!(header("email,name,password").unwrap_err().contains("no column `password`"));
}

#[test]
fn a_line_becomes_a_user() {
    let full = user(&["Ann@Example.ORG", "Ann", "Ann", BCRYPT, "2020-02-03", "yes", "de"]).unwrap();
    assert_eq!(full.email.as_str(), "Ann@example.org");
    assert_eq!(full.handle.unwrap().as_str(), "ann");
    assert_eq!(full.created_at.to_string(), "2020-02-03T00:00:00.000000Z");
    assert!(full.is_email_verified);
    let bare = user(&["bob@example.org", "Bob", "", ARGON2ID, "", "", ""]).unwrap();
    assert_eq!((bare.handle, bare.created_at, &*bare.locale), (None, now(), "en"));
    assert!(!bare.is_email_verified);
}

#[test]
fn line_26_what_a_line_says_is_checked() {
    let good = ["ann@example.org", "Ann", "ann", BCRYPT, "", "true", "en"];
    let check = |place: usize, text: &str, column: &str| {
        let mut fields = good;
        fields[place] = text;
        let reason = user(&fields).unwrap_err();
        assert!(reason.starts_with(&format!("{column}: ")), "{text}: {reason}");
    };
    for (place, text, column) in [
        (0, "", "email"),
        (0, "ann", "email"),
        (1, "", "name"),
        (1, "=HYPERLINK(\"http://evil\")", "name"),
        (1, "@SUM(1)", "name"),
        (1, "Ann\tBcc: bob@example.org", "name"),
        (2, "a b", "handle"),
        (2, "admin", "handle"),
        (3, "", "password_hash"),
        (3, "hunter2", "password_hash"),
        (4, "yesterday", "created_at"),
        (4, "2099-01-01", "created_at"),
        (5, "perhaps", "email_verified"),
        (6, "xx", "locale"),
    ] {
        check(place, text, column);
    }
    assert_eq!(user(&good[..6]).unwrap_err(), "expected 7 fields, found 6");
}

#[test]
fn line_03_hashes_of_bcrypt_and_argon2id_are_taken() {
    for hash in
        [BCRYPT, &BCRYPT.replacen("$2b$", "$2a$", 1), &BCRYPT.replacen("$2b$", "$2y$", 1), ARGON2ID]
    {
        assert_eq!(hashes::check(hash), Ok(()), "{hash}");
    }
}

#[test]
fn hashes_that_could_not_verify_or_cost_too_much_are_refused() {
    for hash in [
        "",
        "$2b$12$short",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        &BCRYPT.replacen("$2b$", "$2x$", 1),
        &BCRYPT.replacen("$12$", "$31$", 1),
        &BCRYPT.replacen("$12$", "$03$", 1),
        &ARGON2ID.replacen("argon2id", "argon2i", 1),
        &ARGON2ID.replacen("m=65536", "m=4194304", 1),
        &ARGON2ID.replacen("t=2", "t=1000", 1),
        &ARGON2ID.replacen("v=19", "v=16", 1),
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ",
        "$1$abcdefgh$0123456789012345678901",
    ] {
        assert!(hashes::check(hash).is_err(), "{hash}");
    }
}
