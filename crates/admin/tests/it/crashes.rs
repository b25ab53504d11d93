//! A process may die at any await. Here the work is dropped after every number of polls there is,
//! then a new process comes up on the same database.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::Method;
use identity::{Role, UserId};

use crate::app::{App, new_admin, person, send, start_bus, start_ledger};

/// A future that is given up after some polls.
struct Killed<F> {
    work: Pin<Box<F>>,
    polls_left: u32,
}

impl<F: Future> Future for Killed<F> {
    /// `None` if it was killed.
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls_left == 0 {
            return Poll::Ready(None);
        }
        self.polls_left -= 1;
        match self.work.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.polls_left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

async fn killed_after<F: Future>(polls: u32, work: F) -> Option<F::Output> {
    pin!(Killed { work: Box::pin(work), polls_left: polls }).await
}

/// As deterministic as the database's answers: SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

const MAKER: u128 = 1;
const CHECKER: u128 = 2;

/// Approves and is killed; whether it came to its end.
async fn approve_and_die(app: &App, id: &str, polls: u32) -> bool {
    let path = format!("/v1/admin/adjustments/{id}/approve");
    let actor = person(CHECKER, Role::Manager);
    let work = send(app.router(), actor, Method::POST, &path, &[], None);
    killed_after(polls, work).await.is_some()
}

/// What must hold once the jobs are done: nothing was decided and nothing moved, or it was
/// decided and moved once.
async fn check(app: &App, id: &str, user: UserId, what: &str) -> bool {
    let path = format!("/v1/admin/adjustments/{id}");
    let adjustment = app.get(person(CHECKER, Role::Manager), &path).await.body;
    let balance = app.balance(user).await;
    match adjustment["state"].as_str().unwrap() {
        "proposed" => assert_eq!(balance, 0, "{what}: moved without a decision"),
        "applied" => assert_eq!(balance, 100, "{what}: applied, but not moved once"),
        other => panic!("{what}: {other}"),
    }
    adjustment["state"] == "applied"
}

#[tokio::test]
async fn killed_at_every_await_of_an_approval_it_is_moved_once_or_not_decided() {
    let app = App::start().await;
    let mut applied_after_death = 0;
    for polls in 1.. {
        let user = UserId::from_u128(1_000 + u128::from(polls));
        app.open(user, 0).await;
        let id = app.propose(person(MAKER, Role::Manager), user, "credit", 100).await;
        let is_complete = approve_and_die(&app, &id, polls).await;
        app.pass(Duration::from_secs(30)).await;
        let is_applied = check(&app, &id, user, &format!("killed after {polls} polls")).await;
        assert!(is_applied || !is_complete, "the approval was answered");
        if is_complete {
            break;
        }
        applied_after_death += u32::from(is_applied);
    }
    assert!(applied_after_death > 0, "no kill fell between the decision and the result");
    let house = app.house_balance().await;
    let applied = app.count("admin.adjustments where state = 'applied'").await;
    assert_eq!(house, -100 * i128::from(applied));
}

#[tokio::test]
async fn seeded_kills_of_requests_and_jobs_move_each_adjustment_once() {
    let mut app = App::start().await;
    for seed in 0..12_u64 {
        let mut chance = Chance(seed);
        let user = UserId::from_u128(2_000 + u128::from(seed));
        app.open(user, 0).await;
        let id = app.propose(person(MAKER, Role::Manager), user, "credit", 100).await;
        approve_and_die(&app, &id, 1 + chance.below(40) as u32).await;
        for _ in 0..chance.below(3) {
            // Dropping the bus breaks its runs off; their leases run out in the next life.
            app.clock.advance(Duration::from_secs(20));
            app.bus.wake();
            killed_after(1 + chance.below(60) as u32, app.bus.settle()).await;
            app.admin =
                new_admin(&app.database, &app.clock, &app.ledger, &app.identity, &app.payments);
            app.bus = start_bus(&app.database, &app.clock, &app.admin);
        }
        app.pass(Duration::from_secs(3_600)).await;
        check(&app, &id, user, &format!("seed {seed}")).await;
        let left = app.count("bus.jobs where kind = 'admin.adjustments.settle'").await;
        assert_eq!(left, 0, "seed {seed}");
    }
}

#[tokio::test]
async fn refusal_that_was_not_noted_is_noted_by_the_job() {
    let app = App::start().await;
    let user = UserId::from_u128(3_000);
    app.open(user, 50).await;
    for polls in 1.. {
        let id = app.propose(person(MAKER, Role::Manager), user, "debit", 100).await;
        let is_complete = approve_and_die(&app, &id, polls).await;
        app.pass(Duration::from_secs(30)).await;
        let path = format!("/v1/admin/adjustments/{id}");
        let adjustment = app.get(person(CHECKER, Role::Manager), &path).await.body;
        match adjustment["state"].as_str().unwrap() {
            "proposed" => assert!(!is_complete),
            "failed" => assert_eq!(adjustment["failure"], "exceeds_floor", "after {polls} polls"),
            other => panic!("after {polls} polls: {other}"),
        }
        if is_complete {
            break;
        }
    }
    assert_eq!(app.balance(user).await, 50);
}

#[tokio::test]
async fn approved_while_the_ledger_is_away_it_is_moved_when_the_ledger_is_back() {
    let mut app = App::start().await;
    let user = UserId::from_u128(4_000);
    app.open(user, 0).await;
    let id = app.propose(person(MAKER, Role::Manager), user, "credit", 100).await;
    app.ledger.stop().await;
    let path = format!("/v1/admin/adjustments/{id}/approve");
    let answer = app.post_empty(person(CHECKER, Role::Manager), &path).await;
    assert_eq!((answer.status, answer.body["state"].as_str()), (202, Some("approved")));
    app.pass(Duration::from_secs(30)).await;
    let waiting = "bus.jobs where kind = 'admin.adjustments.settle' and state = 'waiting'";
    assert_eq!(app.count(waiting).await, 1, "the ledger's absence is no failure of the job");

    app.ledger = start_ledger(&app.database, &app.clock).await;
    app.admin = new_admin(&app.database, &app.clock, &app.ledger, &app.identity, &app.payments);
    app.bus = start_bus(&app.database, &app.clock, &app.admin);
    app.pass(Duration::from_secs(30)).await;
    assert!(check(&app, &id, user, "the ledger is back").await);
}
