//! How fast callers are recognised and people sign in, on this machine:
//! `cargo run --release -p identity --example figures`.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http_body_util::BodyExt as _;
use identity::{Confirmation, Credential, Identity, IdentityOptions, Limits, NewUser};
use kernel::http::ClientInfo;
use kernel::{SystemClock, Vault, audit, bus};
use serde_json::{Value, json};
use testkit::TestDatabase;
use tower::ServiceExt as _;

const PASSWORD: &str = "plum kettle anchor fog";
const CALLS: u32 = 1_000_000;
const SIGN_INS: usize = 400;
const FLOOD: usize = 10_000;

#[tokio::main]
async fn main() {
    let migrations = [bus::MIGRATIONS, audit::MIGRATIONS, identity::MIGRATIONS];
    let database = TestDatabase::create(&migrations).await;
    let options = IdentityOptions { limits: Limits::none(), ..IdentityOptions::default() };
    let threads = options.password_threads;
    let (db, clock) = (database.database().clone(), Arc::new(SystemClock));
    let started = Identity::start(db, clock, Vault::new([7; 32]), options).await;
    let identity = started.expect("a new database is there");
    let mut ann = NewUser::new("ann@example.org", "Ann", PASSWORD);
    ann.confirmation = Some(Confirmation::Never);
    identity.create_user(ann).await.expect("nobody is there yet");
    let (router, _) = identity::routes(identity.clone()).split_for_parts();

    let (_, answer) = sign_in(router.clone(), PASSWORD).await;
    let token = answer["access_token"].as_str().expect("signed in").to_owned();
    let alone = recognise(&identity, &token, CALLS).await;
    println!("a known token is recognised in {alone} ns");

    let began = Instant::now();
    let all: FuturesUnordered<_> =
        (0..SIGN_INS).map(|_| sign_in(router.clone(), PASSWORD)).collect();
    let statuses: Vec<u16> = all.map(|(status, _)| status).collect().await;
    let good = statuses.iter().filter(|status| **status == 200).count();
    let rate = good as u128 * 1_000_000 / began.elapsed().as_micros().max(1);
    println!(
        "{rate} sign-ins a second with {threads} thread(s); {good} of {SIGN_INS} came through"
    );

    flood(&identity, &router, &token).await;
}

/// Nanoseconds for one.
async fn recognise(identity: &Identity, token: &str, calls: u32) -> u128 {
    let client = ClientInfo::default();
    let began = Instant::now();
    for _ in 0..calls {
        identity.authenticate(Credential::Bearer(token), &client).await.expect("it is known");
    }
    began.elapsed().as_nanos() / u128::from(calls)
}

/// Ten thousand wrong passwords at once, and how long another caller's request takes meanwhile.
async fn flood(identity: &Identity, router: &Router, token: &str) {
    let storm: FuturesUnordered<_> = (0..FLOOD).map(|_| sign_in(router.clone(), "wrong")).collect();
    let storm = tokio::spawn(storm.map(|(status, _)| status).collect::<Vec<u16>>());
    let (client, mut waits) = (ClientInfo::default(), Vec::new());
    while !storm.is_finished() {
        let began = Instant::now();
        identity.authenticate(Credential::Bearer(token), &client).await.expect("it is known");
        identity.public_keys().await.expect("they are known");
        waits.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let statuses = storm.await.expect("nothing panics");
    waits.sort_unstable();
    let refused = statuses.iter().filter(|status| **status == 503).count();
    let p99 = waits[waits.len() * 99 / 100];
    println!(
        "{FLOOD} wrong passwords at once: {refused} told to come back; meanwhile another caller's \
         look took {p99:?} (p99 of {})",
        waits.len()
    );
}

async fn sign_in(router: Router, password: &str) -> (u16, Value) {
    let body = json!({ "login": "ann@example.org", "password": password }).to_string();
    let request = Request::post("/v1/identity/sign-ins").header("content-type", "application/json");
    let request = request.body(Body::from(body)).expect("a fixed request");
    let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.expect("it is in memory").to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}
