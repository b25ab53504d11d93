use kernel::bus::{self, JobError, JobFilter, JobState, NewJob, Outcome};
use serde_json::json;

use crate::orchard::{Diary, Gardener, Orchard, WATER, payload_tree, water};

const PRUNE: &str = "orchard.tree.prune";

/// Three dead jobs, and one of another kind that waits.
async fn dead_and_waiting(orchard: &Orchard) -> [NewJob; 4] {
    let jobs = [
        water("apple").subject(1),
        water("pear").subject(2),
        water("plum").subject(1),
        NewJob::new(PRUNE, json!({ "tree": "apple" })).subject(1).key("k"),
    ];
    orchard.enqueue(&jobs).await;
    let fails = Gardener::new(|_| async { Outcome::Dead(JobError::new("felled")) });
    let bus = orchard.bus().worker(fails).start();
    bus.settle().await;
    bus.stop().await;
    jobs
}

async fn list(orchard: &Orchard, filter: &JobFilter) -> Vec<u128> {
    let jobs = bus::jobs(orchard.database(), filter, None, 100).await.unwrap();
    jobs.iter().map(|job| job.id).collect()
}

#[tokio::test]
async fn jobs_are_listed_newest_first_by_state_kind_and_subject() {
    let orchard = Orchard::create().await;
    let [apple, pear, plum, prune] = dead_and_waiting(&orchard).await.map(|job| job.id);
    let any = JobFilter::default;
    assert_eq!(list(&orchard, &any()).await, [prune, plum, pear, apple]);
    let dead = JobFilter { state: Some(JobState::Dead), ..any() };
    assert_eq!(list(&orchard, &dead).await, [plum, pear, apple]);
    let pruning = JobFilter { kind: Some(PRUNE.to_owned()), ..any() };
    assert_eq!(list(&orchard, &pruning).await, [prune]);
    let of_one = JobFilter { subject: Some(1), state: Some(JobState::Dead), ..any() };
    assert_eq!(list(&orchard, &of_one).await, [plum, apple]);
    let running = JobFilter { state: Some(JobState::Running), ..any() };
    assert!(list(&orchard, &running).await.is_empty());

    let first = bus::jobs(orchard.database(), &any(), None, 3).await.unwrap();
    let rest = bus::jobs(orchard.database(), &any(), Some(first[2].id), 3).await.unwrap();
    assert_eq!((first.len(), rest.len(), rest[0].id), (3, 1, apple));

    let job = bus::job(orchard.database(), apple).await.unwrap().unwrap();
    assert_eq!(
        (payload_tree(&job.payload), job.state, job.subject),
        ("apple", JobState::Dead, Some(1))
    );
    assert_eq!((job.attempts, job.last_error.as_deref()), (1, Some("felled")));
    let job = bus::job(orchard.database(), prune).await.unwrap().unwrap();
    assert_eq!((job.key.as_deref(), job.locked_until, job.last_error), (Some("k"), None, None));
    assert_eq!(bus::job(orchard.database(), 1).await.unwrap(), None);
}

#[tokio::test]
async fn dead_jobs_are_redriven_one_by_one_or_all_of_a_kind() {
    let orchard = Orchard::create().await;
    let [apple, _, _, prune] = dead_and_waiting(&orchard).await.map(|job| job.id);
    assert!(orchard.redrive(apple).await);
    assert!(!orchard.redrive(apple).await, "it waits already");
    assert!(!orchard.redrive(prune).await);
    assert!(!orchard.redrive(1).await);
    assert_eq!(orchard.redrive_all(PRUNE).await, 0);
    assert_eq!(orchard.redrive_all(WATER).await, 2);
    let diary = Diary::default();
    let notes = diary.clone();
    let works = Gardener::new(move |job| {
        notes.note(&job);
        async { Outcome::Done }
    });
    let bus = orchard.bus().worker(works.policy(|policy| policy.concurrency = 1)).start();
    bus.settle().await;
    let expected = ["apple", "pear", "plum"].map(|tree| (tree.to_owned(), 1));
    assert_eq!(diary.notes(), expected);
    assert_eq!(list(&orchard, &JobFilter::default()).await, [prune]);
    bus.stop().await;
}

#[tokio::test]
async fn job_is_discarded_unless_it_runs() {
    let orchard = Orchard::create().await;
    let [apple, pear, plum, prune] = dead_and_waiting(&orchard).await.map(|job| job.id);
    for id in [apple, pear, prune] {
        assert!(orchard.discard(id).await);
    }
    assert!(!orchard.discard(apple).await);
    assert_eq!(list(&orchard, &JobFilter::default()).await, [plum]);

    let (begins, mut begun) = tokio::sync::mpsc::unbounded_channel();
    let hangs = Gardener::new(move |_| {
        begins.send(()).unwrap();
        std::future::pending()
    });
    let bus = orchard.bus().worker(hangs).start();
    assert!(orchard.redrive(plum).await);
    begun.recv().await.unwrap();
    assert!(!orchard.discard(plum).await);
    drop(bus);
}
