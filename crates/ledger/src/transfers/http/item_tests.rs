use serde_json::json;

use super::*;

fn item(value: serde_json::Value) -> TransferItem {
    serde_json::from_value(value).unwrap()
}

/// The field that is refused.
fn refused(value: serde_json::Value) -> String {
    let problem = item(value).check(str::to_owned).unwrap_err();
    assert_eq!((problem.status, &*problem.code), (400, "request.body.invalid"));
    problem.errors[0].pointer.clone()
}

fn names() -> Names {
    Names {
        accounts: HashMap::from_iter([("a".into(), 1), ("b".into(), 2)]),
        assets: HashMap::from_iter([("EUR".into(), 3)]),
    }
}

fn command(value: serde_json::Value) -> NewTransfer {
    let item = item(value);
    item.check(str::to_owned).unwrap();
    item.into_command(9, false, &names())
}

#[test]
fn plain_transfer_carries_nothing_extra() {
    let command = command(
        json!({ "debit_account": "a", "credit_account": "b", "amount": 5, "asset": "EUR" }),
    );
    assert_eq!(command.extra, None);
    let expected = NewTransfer {
        id: 9,
        debit_account: 1,
        credit_account: 2,
        amount: 5,
        asset: 3,
        code: 1,
        ..NewTransfer::default()
    };
    assert_eq!(command, expected);
}

#[test]
fn kinds_become_flags() {
    let id = TransferId::from_u128(7);
    let post = command(json!({ "kind": "post", "pending_id": id, "partial": true, "amount": "3" }));
    assert_eq!(post.flags.0, TransferFlags::POST_PENDING | TransferFlags::PARTIAL);
    assert_eq!((post.amount, post.code, post.extra().pending_id), (3, 0, 7));
    assert_eq!(command(json!({ "kind": "post", "pending_id": id })).amount, AMOUNT_MAX);
    let void = command(json!({ "kind": "void", "pending_id": id }));
    assert_eq!((void.flags.0, void.amount), (TransferFlags::VOID_PENDING, 0));
    let extend = command(json!({ "kind": "extend", "pending_id": id, "timeout_s": 60 }));
    assert_eq!((extend.amount, extend.extra().timeout_s), (0, 60));
    let reverse = command(json!({ "kind": "reverse", "reverses": id, "amount": "max" }));
    assert_eq!((reverse.flags.0, reverse.amount, reverse.extra().reverses), (0, AMOUNT_MAX, 7));
    let closing = command(json!({
        "kind": "pending", "debit_account": "a", "credit_account": "b", "asset": "EUR",
        "balancing": "both", "closing": "debit", "linked": true
    }));
    let flags = TransferFlags::PENDING
        | TransferFlags::BALANCING_DEBIT
        | TransferFlags::BALANCING_CREDIT
        | TransferFlags::CLOSING_DEBIT
        | TransferFlags::LINKED;
    assert_eq!((closing.flags.0, closing.amount), (flags, AMOUNT_MAX));
}

#[test]
fn fields_of_other_kinds_are_refused_by_name() {
    let id = TransferId::from_u128(7);
    let base =
        json!({ "debit_account": "a", "credit_account": "b", "amount": "5", "asset": "EUR" });
    let with = |name: &str, value: serde_json::Value| {
        let mut item = base.clone();
        item[name] = value;
        item
    };
    assert_eq!(refused(json!({})), "debit_account");
    assert_eq!(refused(json!({ "debit_account": "a", "credit_account": "b" })), "asset");
    assert_eq!(refused(with("timeout_s", json!(5))), "timeout_s");
    assert_eq!(refused(with("pending_id", json!(id))), "pending_id");
    assert_eq!(refused(with("partial", json!(false))), "partial");
    assert_eq!(refused(with("amount", json!("max"))), "amount");
    assert_eq!(refused(with("amount", json!(null))), "amount");
    assert_eq!(refused(with("kind", json!("post"))), "debit_account");
    assert_eq!(refused(json!({ "kind": "post" })), "pending_id");
    assert_eq!(refused(json!({ "kind": "extend", "pending_id": id })), "timeout_s");
    assert_eq!(refused(json!({ "kind": "reverse" })), "reverses");
    assert_eq!(refused(json!({ "kind": "void", "pending_id": id, "amount": "1" })), "amount");
}

#[test]
fn unknown_and_malformed_fields_are_refused() {
    for value in [
        json!({ "colour": "red" }),
        json!({ "kind": "expire" }),
        json!({ "debit_account": "acct_1" }),
        json!({ "debit_account": "a b" }),
        json!({ "reference": "\0" }),
        json!({ "amount": -1 }),
        json!({ "amount": 1.5 }),
        json!({ "code": 65536 }),
        json!({ "timeout_s": -1 }),
        json!({ "asset": "eur" }),
        json!({ "effective_at": "10000-01-01T00:00:00Z" }),
        json!({ "user_data_64": "18446744073709551616" }),
    ] {
        assert!(serde_json::from_value::<TransferItem>(value.clone()).is_err(), "{value}");
    }
}

#[test]
fn document_has_a_shape_for_each_kind() {
    let schema = json!(TransferItemShapes::schema());
    let shapes = schema["oneOf"].as_array().unwrap();
    assert_eq!(shapes.len(), 6);
    assert_eq!(shapes[2]["required"], json!(["kind", "pending_id"]));
    assert_eq!(shapes[0]["properties"]["kind"]["enum"], json!(["single"]));
    assert_eq!(shapes[0]["additionalProperties"], json!(false));
}
