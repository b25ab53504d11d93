use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;
use axum::routing::post;
use kernel::replay::{self, Replay};
use kernel::{Clock, MockClock, Timestamp};
use testkit::TestDatabase;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

type Waiting = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// An orchard whose one operation counts how often it was carried out.
struct Orchard {
    router: Router,
    replay: Replay,
    clock: Arc<MockClock>,
    picked: Arc<AtomicU32>,
    /// The operation waits for a permit.
    gate: Arc<Semaphore>,
    /// How many have come to the gate: they stand in line in this order.
    arrived: Arc<AtomicU32>,
    database: TestDatabase,
}

impl Orchard {
    async fn plant() -> Self {
        let database = TestDatabase::create(&[replay::MIGRATIONS]).await;
        let (clock, picked) = (Arc::new(MockClock::default()), Arc::new(AtomicU32::new(0)));
        let gate = Arc::new(Semaphore::new(1_000));
        let as_clock: Arc<dyn Clock> = clock.clone();
        let replay = Replay::new(database.database().clone(), as_clock);
        let arrived = Arc::new(AtomicU32::new(0));
        let (count, door, line) = (picked.clone(), gate.clone(), arrived.clone());
        let pick = move |body: String| async move {
            line.fetch_add(1, Ordering::SeqCst);
            door.acquire().await.unwrap().forget();
            let n = count.fetch_add(1, Ordering::SeqCst) + 1;
            let status = match (&*body, n) {
                ("storm", 1) => StatusCode::SERVICE_UNAVAILABLE,
                ("fog", 1) => {
                    return (StatusCode::CONFLICT, [("retry-after", "1")]).into_response();
                }
                _ => StatusCode::CREATED,
            };
            let headers =
                [("content-type", "text/apple"), ("etag", "\"1\""), ("location", "/apples/1")];
            (status, headers, format!("{body} {n}")).into_response()
        };
        let router = Router::new()
            .route("/apples", post(pick.clone()))
            .route("/pears", post(pick))
            .layer(from_fn_with_state(replay.clone(), replay::answer));
        Self { router, replay, clock, picked, gate, arrived, database }
    }

    /// Keys that are claimed since `at` and have no answer.
    async fn claims(&self, at: Timestamp) -> i64 {
        let client = self.database.database().client().await.unwrap();
        let sql = "select count(*) from replay.answers where status is null and claimed_at >= $1";
        client.query_one(sql, &[&at]).await.unwrap().get(0)
    }

    /// A request that has claimed its key by now and stands in line at the gate.
    async fn wait_at_gate(&self, key: &str, body: &'static str) -> Waiting {
        let request = Request::post("/apples").header("idempotency-key", key);
        let request = request.body(Body::from(body)).unwrap();
        let mut waiting: Waiting = Box::pin(self.router.clone().oneshot(request));
        let before = self.arrived.load(Ordering::SeqCst);
        while self.arrived.load(Ordering::SeqCst) == before {
            tokio::select! {
                biased;
                _ = &mut waiting => panic!("the gate is closed"),
                () = tokio::task::yield_now() => {}
            }
        }
        waiting
    }

    async fn pick(&self, path: &str, key: Option<&str>, body: &'static str) -> (u16, bool, String) {
        let mut request = Request::post(path);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let is_replayed = response.headers().contains_key("idempotency-replayed");
        if status == 201 {
            assert_eq!(response.headers()["content-type"], "text/apple");
        }
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, is_replayed, String::from_utf8(body.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn same_key_and_body_get_the_first_answer_again() {
    let orchard = Orchard::plant().await;
    let first = orchard.pick("/apples", Some("k"), "red").await;
    assert_eq!(first, (201, false, "red 1".to_owned()));
    assert_eq!(orchard.pick("/apples", Some("k"), "red").await, (201, true, "red 1".to_owned()));
    assert_eq!(orchard.pick("/pears", Some("k"), "red").await.2, "red 2");
    assert_eq!(orchard.pick("/apples", None, "red").await.2, "red 3");
    assert_eq!(orchard.pick("/apples", Some("l"), "red").await.2, "red 4");
}

#[tokio::test]
async fn same_key_with_another_body_is_refused() {
    let orchard = Orchard::plant().await;
    orchard.pick("/apples", Some("k"), "red").await;
    let (status, _, problem) = orchard.pick("/apples", Some("k"), "green").await;
    assert_eq!(status, 422);
    assert!(problem.contains("request.idempotency_key.reused"), "{problem}");
    assert_eq!(orchard.picked.load(Ordering::SeqCst), 1);
    assert_eq!(orchard.pick("/apples", Some("a b"), "red").await.0, 400);
}

#[tokio::test]
async fn failures_of_the_server_are_not_kept() {
    let orchard = Orchard::plant().await;
    assert_eq!(orchard.pick("/apples", Some("k"), "storm").await.0, 503);
    assert_eq!(
        orchard.pick("/apples", Some("k"), "storm").await,
        (201, false, "storm 2".to_owned())
    );
}

#[tokio::test]
async fn an_answer_that_says_when_to_come_again_is_not_kept() {
    let orchard = Orchard::plant().await;
    assert_eq!(orchard.pick("/apples", Some("k"), "fog").await.0, 409);
    let again = orchard.pick("/apples", Some("k"), "fog").await;
    assert_eq!(again, (201, false, "fog 2".to_owned()));
}

#[tokio::test]
async fn of_a_hundred_at_once_one_is_carried_out() {
    let orchard = Arc::new(Orchard::plant().await);
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let orchard = Arc::clone(&orchard);
            tokio::spawn(async move { orchard.pick("/apples", Some("k"), "red").await })
        })
        .collect();
    for task in tasks {
        let (status, is_replayed, body) = task.await.unwrap();
        match status {
            201 => assert_eq!(body, "red 1"),
            409 => assert!(!is_replayed && body.contains("in_flight"), "{body}"),
            _ => panic!("{status} {body}"),
        }
    }
    assert_eq!(orchard.picked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn claim_of_a_dead_process_is_taken_over_and_old_answers_are_forgotten() {
    let orchard = Orchard::plant().await;
    orchard.gate.forget_permits(1_000);
    // Neither goes on nor is dropped, as it is with the process.
    std::mem::forget(orchard.wait_at_gate("k", "red").await);
    assert_eq!(orchard.pick("/apples", Some("k"), "red").await.0, 409);
    orchard.clock.advance(Duration::from_secs(61));
    orchard.gate.add_permits(10);
    assert_eq!(orchard.pick("/apples", Some("k"), "red").await, (201, false, "red 1".to_owned()));
    assert_eq!(orchard.replay.clean().await.unwrap(), 0);
    orchard.clock.advance(Duration::from_secs(25 * 3600));
    assert_eq!(orchard.replay.clean().await.unwrap(), 1);
    assert_eq!(orchard.pick("/apples", Some("k"), "red").await.2, "red 2");
}

#[tokio::test]
async fn repeat_gets_the_version_and_the_place_of_what_was_made() {
    let orchard = Orchard::plant().await;
    orchard.pick("/apples", Some("k"), "red").await;
    let request = Request::post("/apples").header("idempotency-key", "k").body(Body::from("red"));
    let response = orchard.router.clone().oneshot(request.unwrap()).await.unwrap();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
    assert_eq!(header("idempotency-replayed"), Some("true"));
    assert_eq!((header("etag"), header("location")), (Some("\"1\""), Some("/apples/1")));
}

#[tokio::test]
async fn caller_who_went_away_can_repeat_at_once() {
    let orchard = Orchard::plant().await;
    orchard.gate.forget_permits(1_000);
    drop(orchard.wait_at_gate("k", "red").await);
    orchard.gate.add_permits(1);
    let began = orchard.clock.now();
    while orchard.claims(began).await > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(orchard.pick("/apples", Some("k"), "red").await, (201, false, "red 1".to_owned()));
}

#[tokio::test]
async fn run_that_lost_its_claim_leaves_the_next_one_alone() {
    let orchard = Orchard::plant().await;
    orchard.gate.forget_permits(1_000);
    let first = orchard.wait_at_gate("k", "storm").await;
    let late = orchard.clock.advance(Duration::from_secs(61));
    let second = orchard.wait_at_gate("k", "storm").await;
    // They stand in line, so the first one fails now, and would let go of the key.
    orchard.gate.add_permits(1);
    assert_eq!(first.await.unwrap().status(), 503);
    assert_eq!(orchard.claims(late).await, 1);
    assert_eq!(orchard.pick("/apples", Some("k"), "storm").await.0, 409);
    orchard.gate.add_permits(1);
    assert_eq!(second.await.unwrap().status(), 201);
    assert_eq!(orchard.pick("/apples", Some("k"), "storm").await.2, "storm 2");
}

#[tokio::test]
async fn answer_that_is_too_long_to_keep_is_passed_on() {
    let orchard = Orchard::plant().await;
    let long: &'static str = "a".repeat(1 << 20).leak();
    for _ in 0..2 {
        let request = Request::post("/apples").header("idempotency-key", "k");
        let request = request.body(Body::from(long)).unwrap();
        let response = orchard.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 201);
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(body.len() > long.len());
    }
    assert_eq!(orchard.picked.load(Ordering::SeqCst), 2, "its repeat is carried out");
}

#[tokio::test]
async fn body_that_breaks_off_is_not_taken_for_a_long_one() {
    let orchard = Orchard::plant().await;
    let status = async |body| {
        let request = Request::post("/apples").header("idempotency-key", "k").body(body).unwrap();
        orchard.router.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    let broken = futures_util::stream::iter([Ok("red"), Err("the caller hung up")]);
    assert_eq!(status(Body::from_stream(broken)).await, 400);
    assert_eq!(status(Body::from(vec![b'a'; (1 << 20) + 1])).await, 413);
}
