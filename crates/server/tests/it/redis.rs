//! Two servers that share a Redis, which is killed.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{OwnRedis, TestDatabase};

use crate::bushel::{Running, bushel, folder, lines_with, pause, run, stderr};
use crate::forwarding;
use crate::http::{Answer, Client};
use crate::people::{Bank, until};

/// Twice as much at once.
const PER_SECOND: u32 = 20;

fn serve(database: &TestDatabase, redis: &OwnRedis) -> Command {
    let limit = PER_SECOND.to_string();
    let mut command = bushel(&["serve", "--listen", "127.0.0.1:0", "--rate-limit", &limit]);
    command.args(["--public-url", "https://bank.example", "--redis", &redis.url()]);
    command.env("DATABASE_URL", forwarding::url(database));
    command
}

fn remaining(answer: &Answer) -> u32 {
    let text = answer.header("ratelimit").unwrap_or_else(|| panic!("{}", answer.body));
    let (_, rest) = text.split_once("r=").unwrap();
    rest.split(';').next().unwrap().parse().unwrap()
}

/// Lets the whole burst come back, which asking would prevent.
fn rest() {
    pause(Duration::from_secs(2));
}

/// Asks both in turn, without a rest, and says how many were answered, and how many would be if the
/// limit were one.
fn ask_in_turn(one: &Client, other: &Client) -> (u32, u32) {
    let (began, mut answered) = (Instant::now(), 0);
    for turn in 0..200 {
        let client = if turn % 2 == 0 { one } else { other };
        let answer = client.get("/v1/identity/roles");
        assert!([200, 429].contains(&answer.status), "{}", answer.body);
        answered += u32::from(answer.status == 200);
    }
    let seconds = began.elapsed().as_millis().div_ceil(1_000);
    (answered, PER_SECOND * (2 + u32::try_from(seconds).unwrap()))
}

#[tokio::test]
async fn limits_are_shared_by_servers_and_hold_in_each_while_redis_is_dead() {
    let database = TestDatabase::create(&[]).await;
    let mut redis = OwnRedis::start();
    let (data, beside) = (folder(), folder());
    let leader = Running::start_with(data.path(), serve(&database, &redis));
    let token = std::fs::read_to_string(data.path().join("token")).unwrap();
    std::fs::copy(data.path().join("secret"), beside.path().join("secret")).unwrap();
    let printed = beside.path().join("printed");
    let mut command = serve(&database, &redis);
    command.env("BUSHEL_TOKEN", token.trim());
    let follower = Running::start_into(beside.path(), command, &printed);
    let bank = Bank::of(leader, data);
    let ann = bank.sign_up("ann").client;
    let elsewhere = ann.at(&follower.url);

    let (answered, one_limit) = ask_in_turn(&ann, &elsewhere);
    // A busy machine answers some of them by what the process knows.
    assert!(answered <= one_limit + 5, "{answered} of {one_limit}");

    rest();
    let body = json!({ "to": { "handle": "nobody" }, "asset": "EUR", "amount": "1" });
    let (began, times) = (Instant::now(), 20);
    let passed_on: Vec<_> =
        (0..times).map(|_| elsewhere.post("/v1/wallet/transfers", &body)).collect();
    let left = remaining(passed_on.last().unwrap());
    assert!(
        began.elapsed() > Duration::from_secs(1) || left >= PER_SECOND * 2 - times - 3,
        "{left}"
    );

    redis.kill();
    until("it is said", || (lines_with(&printed, "Redis is lost") == 1).then_some(()));
    let operator = follower.client(beside.path());
    assert!(operator.get("/metrics").body.contains("redis_up 0\n"));
    assert_eq!(operator.get("/readyz").status, 200);
    let (answered, _) = ask_in_turn(&elsewhere, &elsewhere);
    assert!(answered < 200, "its own limit holds");
    let began = Instant::now();
    assert!([200, 429].contains(&elsewhere.get("/v1/identity/roles").status));
    assert!(began.elapsed() < Duration::from_secs(1), "nobody waits: {:?}", began.elapsed());

    redis.start_again();
    until("it is said", || (lines_with(&printed, "Redis is back") == 1).then_some(()));
    assert!(operator.get("/metrics").body.contains("redis_up 1\n"));
    rest();
    let (answered, one_limit) = ask_in_turn(&ann, &elsewhere);
    assert!(answered <= one_limit + 5, "{answered} of {one_limit}");
    assert_eq!(
        (lines_with(&printed, "Redis is lost"), lines_with(&printed, "Redis is back")),
        (1, 1)
    );
}

#[test]
fn redis_with_a_malformed_address_is_refused_and_one_that_is_not_there_is_not() {
    let folder = folder();
    let data = folder.path().join("data");
    for url in ["cache.example", "redis://amy:canary@cache.example:port", "rediss://amy:canary@a"] {
        let output = run(&data, &["serve", "--listen", "127.0.0.1:0", "--redis", url]);
        let text = stderr(&output);
        assert!(!output.status.success() && text.contains("REDIS_URL: "), "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
    assert!(!data.exists());
    let printed = folder.path().join("printed");
    let mut command = bushel(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("REDIS_URL", "redis://amy:canary@127.0.0.1:1");
    let _server = Running::start_into(&data, command, &printed);
    until("it is said", || (lines_with(&printed, "Redis is lost") == 1).then_some(()));
    assert_eq!(lines_with(&printed, "canary"), 0);
}
