//! The operator's token.

use std::time::{Duration, Instant};

use crate::bushel::{Running, folder, run, stderr, stdout};
use crate::http::Client;

#[test]
fn rotated_token_replaces_the_old_one_at_once() {
    let folder = folder();
    let server = Running::start(folder.path());
    let old = server.client(folder.path());
    let rotated = run(folder.path(), &["token", "rotate"]);
    let new = stdout(&rotated).trim().to_owned();
    assert!(new.starts_with("bshl_op_"), "{}", stderr(&rotated));
    assert_eq!(old.get("/metrics").code(), "request.token.invalid");
    assert_eq!(Client::new(&server.url, &new).get("/metrics").status, 200);
    assert_eq!(stdout(&run(folder.path(), &["token", "show"])).trim(), new);
    let audited =
        Client::new(&server.url, &new).get("/v1/admin/audit?filter[action]=operator.token.rotated");
    let entries = audited.json();
    assert_eq!(entries["data"].as_array().unwrap().len(), 1, "{entries}");
    assert_eq!(entries["data"][0]["actor"]["kind"], "operator", "{entries}");
    assert_eq!(entries["data"][0]["ip"], "127.0.0.1", "{entries}");
}

#[test]
fn lost_token_is_replaced_where_no_server_runs() {
    let folder = folder();
    let server = Running::start(folder.path());
    std::fs::remove_file(folder.path().join("token")).unwrap();
    let refused = run(folder.path(), &["ledger", "balances"]);
    assert!(stderr(&refused).contains("BUSHEL_TOKEN"), "{}", stderr(&refused));
    server.signal("TERM");
    server.wait();
    let rotated = run(folder.path(), &["token", "rotate"]);
    assert!(rotated.status.success(), "{}", stderr(&rotated));
    assert!(run(folder.path(), &["ledger", "balances"]).status.success());
}

#[tokio::test]
async fn rotation_reaches_other_processes_within_a_second() {
    let database = testkit::TestDatabase::create(&[]).await;
    let url = crate::forwarding::url(&database);
    let (one, two) = (folder(), folder());
    let first = crate::forwarding::start(one.path(), &url);
    let second = crate::forwarding::start_beside(one.path(), two.path(), &url);
    let token = std::fs::read_to_string(one.path().join("token")).unwrap();
    let elsewhere = Client::new(&second.url, token.trim());
    assert_eq!(elsewhere.get("/metrics").status, 200);
    let answer = first.client(one.path()).post("/v1/operator/token/rotate", &serde_json::json!({}));
    let began = Instant::now();
    let new = Client::new(&second.url, answer.json()["token"].as_str().unwrap());
    while new.get("/metrics").status != 200 || elsewhere.get("/metrics").status != 401 {
        assert!(began.elapsed() < Duration::from_secs(1), "the old one still counts");
    }
}
