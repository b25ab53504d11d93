//! Canaries: card numbers, security codes, IBANs and the addresses of confirmations are nowhere
//! in the database, in answers, or in the log.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::app::{ANN, App, GOOD_CARD, deposit_body, withdrawal_body};

const CARD: &str = "4000000000003220";
const CVC: &str = "737";
const IBAN: &str = "DE89370400440532013000";

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn secrets_are_in_no_row_no_answer_and_no_log() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_max_level(tracing::Level::TRACE)
        .finish();
    // The driver's own log records come along, too.
    let _guard = subscriber.set_default();
    let app = App::start().await;
    let mut body = deposit_body(CARD, 500);
    body["card"]["cvc"] = json!(CVC);
    let mut answers = vec![app.process.post(ANN, "/v1/payments/deposits", body.clone()).await];
    // Every way in which a body can be wrong.
    for (pointer, value) in [
        ("/card/number", json!(CARD.parse::<u64>().unwrap())),
        ("/card/number", json!(format!("{}1", &CARD[..15]))),
        ("/card/exp_month", json!("x")),
        ("/card/exp_year", json!(2001)),
        ("/amount", json!("x")),
        ("/asset", json!("XXX")),
    ] {
        let mut wrong = body.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        answers.push(app.process.post(ANN, "/v1/payments/deposits", wrong).await);
    }
    // And every way in which we fail: those are logged.
    app.process.payments.sandbox().set_down(true);
    answers.push(app.process.post(ANN, "/v1/payments/deposits", body.clone()).await);
    assert_eq!(answers.last().unwrap().status, 503);
    app.process.bus.settle().await;
    app.process.payments.sandbox().set_down(false);
    app.process.deposit(ANN, GOOD_CARD, 5000).await;
    app.process.pass(std::time::Duration::from_secs(60)).await;
    let withdrawal = withdrawal_body(IBAN, 700);
    answers.push(app.process.post(ANN, "/v1/payments/withdrawals", withdrawal).await);
    assert_eq!(answers.last().unwrap().status, 202);
    app.process.bus.settle().await;
    let path = format!("/v1/payments/deposits/{}", answers[0].id());
    let deposit = app.process.get(ANN, &path).await;
    let url = deposit.body["next_action"]["url"].as_str().unwrap();
    let proof = url.rsplit_once('.').unwrap().1;
    for answer in &answers {
        for secret in [CARD, &CARD[..12], IBAN, &IBAN[..18]] {
            assert!(!answer.text.contains(secret), "{answer:?}");
        }
        // Three digits may be a part of any id.
        let mut words = answer.text.split(|it: char| !it.is_ascii_alphanumeric());
        assert!(words.all(|word| word != CVC), "{answer:?}");
    }
    let secrets = [CARD, GOOD_CARD, &CARD[..12], IBAN, &IBAN[..18], "Ann Example"];
    let rows = dump(&app).await;
    assert!(rows.contains("3220") && rows.contains("3000"), "the dump holds the last digits");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("payments.provider.unavailable"), "the log is caught: {log}");
    for secret in secrets.into_iter().chain([proof]) {
        assert!(!log.contains(secret), "the log holds {secret}");
        assert!(!rows.contains(secret), "the database holds {secret}");
    }
}

/// All rows of all tables that can hold something of ours, as text; bytes in hexadecimal and,
/// where they are text, as that.
pub(crate) async fn dump(app: &App) -> String {
    let client = app.world.database().client().await.unwrap();
    let tables = "select quote_ident(schemaname) || '.' || quote_ident(tablename)
        from pg_tables where schemaname in ('payments', 'bus', 'ledger', 'audit')";
    let mut dump = String::new();
    for row in client.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        let sql = format!("select it::text from {table} as it");
        for row in client.query(&sql, &[]).await.unwrap() {
            dump.push_str(row.get(0));
            dump.push('\n');
        }
    }
    let bodies = "select convert_from(body, 'UTF8') from payments.webhooks";
    for row in client.query(bodies, &[]).await.unwrap() {
        dump.push_str(row.get(0));
    }
    dump
}
