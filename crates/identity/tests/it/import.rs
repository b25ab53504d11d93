//! Users from a file of another system.

use std::fmt::Write as _;

use axum::http::Method;
use identity::{ImportError, ImportSummary, ImportedLine, LineOutcome, UserKey};
use serde_json::json;

use crate::bank::Bank;

/// Of `correct horse battery`, with costs that a test can bear.
const BCRYPT: &str = "$2b$04$..CA.uOD/eaGAOmJB.yMBuNCWwTWx9VnGWhLbWkzDYbcnLsKJz8Yu";
const ARGON2ID: &str =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG";

impl Bank {
    async fn import(&self, file: &str) -> (ImportSummary, Vec<ImportedLine>) {
        let mut lines = Vec::new();
        let read = file.as_bytes();
        let summary = self.identity.import_users(read, |line| lines.push(line)).await.unwrap();
        (summary, lines)
    }
}

/// Line numbers, and in which way each ended.
fn outcomes(lines: &[ImportedLine]) -> Vec<(u64, &str)> {
    let text = |line: &ImportedLine| match &line.outcome {
        LineOutcome::Created(_) => "created".to_owned(),
        LineOutcome::Exists => "exists".to_owned(),
        LineOutcome::Rejected(reason) => reason.clone(),
    };
    lines.iter().map(|line| (line.line, &*String::leak(text(line)))).collect()
}

#[tokio::test]
async fn users_keep_their_names_and_passwords() {
    let bank = Bank::start().await;
    let hash = bcrypt::hash("correct horse battery", 4).unwrap();
    let file = format!(
        "email,name,handle,password_hash,created_at,email_verified,locale\r\n\
         Ann@Example.org,Ann Apple,ann,{hash},2020-02-03T04:05:06Z,true,de\r\n\
         bob@example.org,\"Bob, the Builder\",,\"{ARGON2ID}\",,no,\r\n"
    );
    let (summary, lines) = bank.import(&file).await;
    assert_eq!(summary, ImportSummary { created: 2, existing: 0, rejected: 0 });
    assert_eq!(outcomes(&lines), [(2, "created"), (3, "created")]);
    let ann = bank.identity.find(UserKey::Handle("ann")).await.unwrap().unwrap();
    assert_eq!((&*ann.email, &*ann.name, &*ann.locale), ("Ann@example.org", "Ann Apple", "de"));
    assert_eq!(ann.created_at.to_string(), "2020-02-03T04:05:06.000000Z");
    assert!(ann.is_email_verified);
    let bob = bank.identity.find(UserKey::Email("bob@example.org")).await.unwrap().unwrap();
    assert_eq!(
        (&*bob.name, bob.handle.as_deref(), bob.created_at),
        ("Bob, the Builder", None, bank.now())
    );
    assert!(!bob.is_email_verified);
    assert_eq!(bank.events(ann.id, "").await, [("identity.user.imported".to_owned(), json!({}))]);

    bank.sign_in("ann@example.org", "correct horse battery").await;
    // The next time it is a hash of today.
    assert!(!bank.dump("identity").await.contains(&hash));
    bank.sign_in("ann", "correct horse battery").await;
    let body = json!({ "login": "ann", "password": "correct horse batterz" });
    let wrong = bank.send(Method::POST, "/v1/identity/sign-ins", None, &[], Some(body)).await;
    assert_eq!(wrong.problem().0, 401);
}

#[tokio::test]
async fn a_second_run_creates_nothing() {
    let bank = Bank::start().await;
    bank.person("carol").await;
    let file = format!(
        "email,name,password_hash,handle\n\
         ann@example.org,Ann,{BCRYPT},ann\n\
         CAROL@example.org,Carol,{BCRYPT},\n"
    );
    assert_eq!(bank.import(&file).await.0, ImportSummary { created: 1, existing: 1, rejected: 0 });
    let (summary, lines) = bank.import(&file).await;
    assert_eq!(summary, ImportSummary { created: 0, existing: 2, rejected: 0 });
    assert_eq!(outcomes(&lines), [(2, "exists"), (3, "exists")]);
}

#[tokio::test]
async fn every_line_ends_in_one_of_three_ways() {
    let bank = Bank::start().await;
    bank.person("carol").await;
    let file = format!(
        "email,name,password_hash,handle\n\
         ann@example.org,Ann,{BCRYPT},ann\n\
         \n\
         nobody,Nobody,{BCRYPT},\n\
         ANN@example.org,Ann again,{BCRYPT},\n\
         bob@example.org,Bob,{BCRYPT},Ann\n\
         dan@example.org,Dan,plain text,\n\
         eve@example.org,=cmd|'/c calc'!A0,{BCRYPT},\n\
         fay@example.org,Fay,{BCRYPT},carol\n\
         gus@example.org,Gus\n\
         carol@example.org,Carol,{BCRYPT},\n\
         \"hal@example.org,Hal,{BCRYPT},\n\
         ida@example.org,Ida,{BCRYPT},ida"
    );
    let (summary, lines) = bank.import(&file).await;
    assert_eq!(summary, ImportSummary { created: 2, existing: 1, rejected: 8 });
    assert_eq!(
        outcomes(&lines),
        [
            (2, "created"),
            (4, "email: expected an e-mail address such as ann@example.org"),
            (5, "email: line 2 has the same address"),
            (6, "handle: line 2 has the same handle"),
            (
                7,
                "password_hash: expected a hash of bcrypt ($2a$, $2b$, $2y$) or of Argon2id ($argon2id$)"
            ),
            (8, "name: a name doesn't begin with =, +, - or @, as formulas do"),
            (9, "handle: somebody has, or had, this handle"),
            (10, "expected 4 fields, found 2"),
            (11, "exists"),
            (12, "a quote isn't closed on this line; fields can't have line breaks"),
            (13, "created"),
        ]
    );
}

#[tokio::test]
async fn a_file_with_the_wrong_header_is_refused_as_a_whole() {
    let bank = Bank::start().await;
    let check = async |file: &str, expected: &str| {
        let refused = bank.identity.import_users(file.as_bytes(), |_| panic!("a line")).await;
        let Err(error @ ImportError::Header { .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(error.to_string(), expected);
    };
    check("", "line 1: the file is empty").await;
    check("\n\nemail,name\na@b.org,A", "line 3: the column `password_hash` is missing").await;
    assert_eq!(bank.identity.find(UserKey::Email("a@b.org")).await.unwrap(), None);
}

#[tokio::test]
async fn ten_thousand_users_come_in_batches() {
    let bank = Bank::start().await;
    let mut file = String::from("email,name,handle,password_hash\n");
    for number in 0..10_000 {
        writeln!(file, "user{number}@example.org,User {number},user{number},{BCRYPT}").unwrap();
    }
    let (summary, lines) = bank.import(&file).await;
    assert_eq!(summary, ImportSummary { created: 10_000, existing: 0, rejected: 0 });
    assert!(lines.iter().zip(2..).all(|(line, number)| line.line == number));
    let last = bank.identity.find(UserKey::Handle("user9999")).await.unwrap().unwrap();
    assert_eq!(last.name, "User 9999");
    assert_eq!(bank.import(&file).await.0.existing, 10_000);
}
