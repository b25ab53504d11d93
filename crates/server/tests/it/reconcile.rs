//! `bushel admin reconcile`: whether the books agree with the payment provider.

use serde_json::{Value, json};

use crate::bushel::{run, stderr, stdout};
use crate::people::{Bank, ok};

#[test]
fn what_agrees_is_said_and_what_does_not_ends_with_a_status_of_its_own() {
    let bank = Bank::open();
    let ann = bank.sign_up("ann");
    ann.deposit(10_000);
    let command = ["admin", "reconcile", "--grace-s", "0"];
    let agrees = run(bank.data.path(), &command);
    assert!(agrees.status.success(), "{}", stderr(&agrees));
    assert!(stdout(&agrees).contains("0 differences"), "{}", stdout(&agrees));
    // Somebody with the operator's token moves what the provider knows nothing of.
    let fees = json!({ "accounts": [{ "address": "by/hand", "asset": "EUR", "code": 1 }] });
    ok(&bank.operator.post("/v1/ledger/accounts", &fees));
    let moved = json!({ "transfers": [{ "debit_account": "payments/clearing/EUR",
        "credit_account": "by/hand", "amount": "7", "asset": "EUR", "code": 9 }] });
    ok(&bank.operator.post("/v1/ledger/transfers", &moved));
    let differs = run(bank.data.path(), &command);
    assert_eq!(differs.status.code(), Some(1), "{}", stderr(&differs));
    let printed = stdout(&differs);
    assert!(printed.contains("1 difference") && printed.contains("missing_there"), "{printed}");
    let listed =
        run(bank.data.path(), &[&command[..], &["--provider", "sandbox", "--json"]].concat());
    assert_eq!(listed.status.code(), Some(1));
    let last = stdout(&listed).lines().last().unwrap_or_default().to_owned();
    let all: Value = serde_json::from_str(&last).unwrap();
    let run_of = &all["reconciliations"][0];
    assert_eq!(
        (&run_of["provider"], &run_of["found"][0]["ours"]),
        (&json!("sandbox"), &json!("7"))
    );
    let unknown = run(bank.data.path(), &["admin", "reconcile", "--provider", "nobody"]);
    assert!(stderr(&unknown).contains("payments.provider.not_offered"), "{}", stderr(&unknown));
}
