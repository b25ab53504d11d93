use deadpool_postgres::Transaction;
use identity::{Actor, Role, UserId};
use kernel::bus::{self, Bus, Consumer, Event, Job, JobError, NewEvent, NewJob, Outcome, Worker};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crate::app::{App, person};

/// Fails until it is repaired.
struct Picker {
    is_repaired: Arc<AtomicBool>,
    picked: Arc<AtomicU32>,
}

impl Worker for Picker {
    fn kind(&self) -> &'static str {
        "orchard.apple.pick"
    }

    async fn run(&self, _: &Job) -> Outcome {
        if !self.is_repaired.load(Ordering::SeqCst) {
            return Outcome::Dead(JobError::new("the ladder is broken"));
        }
        self.picked.fetch_add(1, Ordering::SeqCst);
        Outcome::Done
    }
}

struct Reader;

impl Consumer for Reader {
    fn name(&self) -> &'static str {
        "press.apples"
    }

    fn context(&self) -> &'static str {
        "orchard"
    }

    async fn handle(&self, _: &Transaction<'_>, _: &[Event]) -> Result<(), JobError> {
        Ok(())
    }
}

struct Orchard {
    is_repaired: Arc<AtomicBool>,
    picked: Arc<AtomicU32>,
    bus: bus::RunningBus,
}

/// Some dead jobs, and a bus that does them.
async fn orchard(app: &App, count: usize) -> Orchard {
    let (is_repaired, picked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let picker = Picker { is_repaired: is_repaired.clone(), picked: picked.clone() };
    let database = app.database.database();
    let bus = Bus::new(database.clone(), app.clock.clone()).worker(picker).consumer(Reader).start();
    let jobs: Vec<NewJob> = (0..count)
        .map(|tree| NewJob::new("orchard.apple.pick", json!({ "tree": tree })).subject(100))
        .collect();
    bus::enqueue(database, &*app.clock, &jobs).await.unwrap();
    bus.settle().await;
    Orchard { is_repaired, picked, bus }
}

async fn dead(app: &App, actor: Actor) -> Vec<Value> {
    let page = app.get(actor, "/v1/admin/jobs?filter[state]=dead").await;
    assert_eq!(page.status, 200, "{page:?}");
    page.body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn dead_job_is_seen_and_runs_again() {
    let app = App::start().await;
    let orchard = orchard(&app, 2).await;
    let jobs = dead(&app, person(1, Role::Support)).await;
    assert_eq!(jobs.len(), 2);
    assert_eq!(jobs[0]["last_error"], "the ladder is broken");
    assert_eq!(jobs[0]["subject"], json!(UserId::from_u128(100)));
    let id = jobs[0]["id"].as_str().unwrap();
    assert_eq!(app.get(Actor::OPERATOR, &format!("/v1/admin/jobs/{id}")).await.body, jobs[0]);

    orchard.is_repaired.store(true, Ordering::SeqCst);
    let path = format!("/v1/admin/jobs/{id}/redrive");
    let support = app.post_empty(person(1, Role::Support), &path).await;
    assert_eq!(support.problem(), (403, "identity.permission.missing"));
    assert_eq!(app.post_empty(Actor::OPERATOR, &path).await.status, 200);
    orchard.bus.settle().await;
    assert_eq!(orchard.picked.load(Ordering::SeqCst), 1);
    assert_eq!(dead(&app, Actor::OPERATOR).await.len(), 1);
    let gone = app.post_empty(Actor::OPERATOR, &path).await;
    assert_eq!(gone.problem(), (404, "admin.job.not_found"));
    let entries = app.audited("admin.job.redriven").await;
    assert_eq!((entries.len(), entries[0].object.as_deref()), (1, Some(id)));
}

#[tokio::test]
async fn all_dead_jobs_of_a_kind_run_again() {
    let app = App::start().await;
    let orchard = orchard(&app, 3).await;
    orchard.is_repaired.store(true, Ordering::SeqCst);
    let redrive = async |kind: &str| {
        let body = json!({ "kind": kind });
        app.post(Actor::OPERATOR, "/v1/admin/jobs/redrive", body).await.body
    };
    assert_eq!(redrive("orchard.pear.pick").await, json!({ "redriven": 0 }));
    assert_eq!(redrive("orchard.apple.pick").await, json!({ "redriven": 3 }));
    orchard.bus.settle().await;
    assert_eq!(orchard.picked.load(Ordering::SeqCst), 3);
    let body = json!({ "kind": "orchard.apple.pick", "all": true });
    let answer = app.post(Actor::OPERATOR, "/v1/admin/jobs/redrive", body).await;
    assert_eq!(answer.problem(), (400, "request.body.invalid"));
}

#[tokio::test]
async fn discarded_job_is_gone_and_its_trace_stays() {
    let app = App::start().await;
    let _orchard = orchard(&app, 1).await;
    let job = dead(&app, Actor::OPERATOR).await.remove(0);
    let path = format!("/v1/admin/jobs/{}/discard", job["id"].as_str().unwrap());
    let silent = app.post(Actor::OPERATOR, &path, json!({ "reason": "" })).await;
    assert_eq!(silent.problem(), (400, "request.body.invalid"));
    let why = json!({ "reason": "the tree was felled" });
    let manager = app.post(person(1, Role::Manager), &path, why.clone()).await;
    assert_eq!(manager.problem(), (403, "identity.permission.missing"));
    assert_eq!(app.post(Actor::OPERATOR, &path, why.clone()).await.status, 204);
    assert!(dead(&app, Actor::OPERATOR).await.is_empty());
    let again = app.post(Actor::OPERATOR, &path, why).await;
    assert_eq!(again.problem(), (404, "admin.job.not_found"));
    let entry = app.audited("admin.job.discarded").await.remove(0);
    assert_eq!(entry.reason.as_deref(), Some("the tree was felled"));
    assert_eq!(entry.data["last_error"], "the ladder is broken");
    assert_eq!(entry.subject, Some(100));
}

/// Lets nothing be recorded in the audit log.
async fn gag(app: &App) {
    let trap = "create function audit.gag() returns trigger language plpgsql as
            'begin raise exception ''the log is full''; end';
        create trigger gag before insert on audit.entries for each row
            execute function audit.gag()";
    app.database.database().client().await.unwrap().batch_execute(trap).await.unwrap();
}

#[tokio::test]
async fn line_31_what_cannot_be_recorded_is_not_done() {
    let app = App::start().await;
    let orchard = orchard(&app, 2).await;
    orchard.is_repaired.store(true, Ordering::SeqCst);
    let id = dead(&app, Actor::OPERATOR).await[0]["id"].as_str().unwrap().to_owned();
    gag(&app).await;
    let why = json!({ "reason": "the tree was felled" });
    let all = json!({ "kind": "orchard.apple.pick" });
    for (path, body) in [
        (format!("/v1/admin/jobs/{id}/redrive"), None),
        (format!("/v1/admin/jobs/{id}/discard"), Some(why)),
        ("/v1/admin/jobs/redrive".to_owned(), Some(all)),
    ] {
        let answer = app.send(Actor::OPERATOR, axum::http::Method::POST, &path, &[], body).await;
        assert_eq!(answer.status, 500, "{answer:?}");
        orchard.bus.settle().await;
        assert_eq!(dead(&app, Actor::OPERATOR).await.len(), 2, "{path}");
    }
    assert_eq!(orchard.picked.load(Ordering::SeqCst), 0);
}

/// Its key has gone to another job.
#[tokio::test]
async fn line_31_what_was_not_done_is_not_recorded() {
    let app = App::start().await;
    let orchard = orchard(&app, 0).await;
    let job = |at: Duration| {
        let at = app.clock.advance(Duration::ZERO).saturating_add(at);
        NewJob::new("orchard.apple.pick", json!({})).key("tree 1").at(at)
    };
    let database = app.database.database();
    bus::enqueue(database, &*app.clock, &[job(Duration::ZERO)]).await.unwrap();
    orchard.bus.settle().await;
    bus::enqueue(database, &*app.clock, &[job(Duration::from_secs(60))]).await.unwrap();
    let id = dead(&app, Actor::OPERATOR).await[0]["id"].as_str().unwrap().to_owned();
    let redriven = app.post_empty(Actor::OPERATOR, &format!("/v1/admin/jobs/{id}/redrive")).await;
    assert_eq!(redriven.problem(), (409, "admin.job.not_dead"));
    assert!(app.audited("admin.job.redriven").await.is_empty());
}

#[tokio::test]
async fn kinds_that_no_job_can_have_are_refused() {
    let app = App::start().await;
    for kind in ["%00", "a%0Ab", &"a".repeat(101)] {
        let page = app.get(Actor::OPERATOR, &format!("/v1/admin/jobs?filter[kind]={kind}")).await;
        assert_eq!(page.problem(), (400, "request.query.invalid"), "{kind}");
    }
    for kind in ["\0", "a\nb", &"a".repeat(101)] {
        let body = json!({ "kind": kind });
        let answer = app.post(Actor::OPERATOR, "/v1/admin/jobs/redrive", body).await;
        assert_eq!(answer.problem(), (400, "request.body.invalid"), "{kind}");
    }
}

#[tokio::test]
async fn waiting_job_cannot_be_redriven_but_given_up() {
    let app = App::start().await;
    let later = app.clock.advance(Duration::ZERO).saturating_add(Duration::from_secs(3_600));
    let job = NewJob::new("orchard.apple.pick", json!({})).at(later);
    bus::enqueue(app.database.database(), &*app.clock, &[job]).await.unwrap();
    let page = app.get(Actor::OPERATOR, "/v1/admin/jobs?filter[kind]=orchard.apple.pick").await;
    let id = page.body["data"][0]["id"].as_str().unwrap();
    let redriven = app.post_empty(Actor::OPERATOR, &format!("/v1/admin/jobs/{id}/redrive")).await;
    assert_eq!(redriven.problem(), (409, "admin.job.not_dead"));
    let why = json!({ "reason": "nobody wants apples" });
    let path = format!("/v1/admin/jobs/{id}/discard");
    assert_eq!(app.post(Actor::OPERATOR, &path, why).await.status, 204);
}

#[tokio::test]
async fn a_job_that_comes_again_cannot_be_discarded_while_it_waits() {
    let app = App::start().await;
    let job = NewJob::new("orchard.clean", ());
    bus::ensure_recurring(app.database.database(), &*app.clock, job).await.unwrap();
    let list = "/v1/admin/jobs?filter[kind]=orchard.clean";
    let page = app.get(Actor::OPERATOR, list).await;
    let path = format!("/v1/admin/jobs/{}/discard", page.body["data"][0]["id"].as_str().unwrap());
    let why = json!({ "reason": "nobody cleans here" });
    let refused = app.post(Actor::OPERATOR, &path, why).await;
    assert_eq!(refused.problem(), (409, "admin.job.recurring"));
    assert_eq!(app.get(Actor::OPERATOR, list).await.body, page.body);
}

#[tokio::test]
async fn jobs_are_filtered_and_paged() {
    let app = App::start().await;
    let _orchard = orchard(&app, 3).await;
    let kind = "filter[kind]=orchard.apple.pick&limit=2";
    let first = app.get(Actor::OPERATOR, &format!("/v1/admin/jobs?{kind}")).await;
    assert_eq!(first.body["data"].as_array().unwrap().len(), 2);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let rest = app.get(Actor::OPERATOR, &format!("/v1/admin/jobs?{kind}&cursor={cursor}")).await;
    assert_eq!(rest.body["data"][0]["payload"], json!({ "tree": 0 }));
    assert_eq!(rest.body["next_cursor"], Value::Null);
    let other = UserId::from_u128(7);
    let none = app.get(Actor::OPERATOR, &format!("/v1/admin/jobs?filter[subject]={other}")).await;
    assert_eq!(none.body["data"], json!([]));
    let wrong = app.get(Actor::OPERATOR, "/v1/admin/jobs?filter[state]=asleep").await;
    assert_eq!(wrong.problem(), (400, "request.query.invalid"));
}

#[tokio::test]
async fn consumers_say_how_far_they_are() {
    let app = App::start().await;
    let orchard = orchard(&app, 0).await;
    let mut client = app.database.database().client().await.unwrap();
    let publish = NewEvent::new("orchard", "orchard.apple.ripened", None, json!({}));
    let tx = client.transaction().await.unwrap();
    bus::publish_in_tx(&tx, &*app.clock, &[publish]).await.unwrap();
    tx.commit().await.unwrap();
    orchard.bus.settle().await;
    let list = app.get(person(1, Role::Support), "/v1/admin/consumers").await;
    let press = &list.body["data"][0];
    assert_eq!(
        (press["name"].as_str(), press["context"].as_str()),
        (Some("press.apples"), Some("orchard"))
    );
    assert_eq!((press["position"].as_i64(), press["lag"].as_i64()), (Some(1), Some(0)));
    let refused = app.get(person(1, Role::User), "/v1/admin/consumers").await;
    assert_eq!(refused.problem(), (403, "identity.permission.missing"));
}
