//! Consumers that say which kinds they are for.

use deadpool_postgres::Transaction;
use kernel::bus::{self, Consumer, Event, JobError, NewEvent};
use serde_json::json;

use crate::orchard::{Orchard, PLANTED, Recorder};

const FELLED: &str = "orchard.tree.felled";
const PRUNED: &str = "orchard.tree.pruned";

type Kinds = Option<&'static [&'static str]>;

/// Writes down what it is handed.
struct Picky(Recorder, Kinds);

impl Consumer for Picky {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn context(&self) -> &'static str {
        "orchard"
    }

    fn kinds(&self) -> Kinds {
        self.1
    }

    async fn handle(&self, tx: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        assert!(!events.is_empty());
        self.0.handle(tx, events).await
    }
}

async fn tell(orchard: &Orchard, kinds: &[&'static str]) {
    let event = |kind: &&'static str| NewEvent::new("orchard", kind, None, json!({}));
    let events: Vec<NewEvent> = kinds.iter().map(event).collect();
    let mut client = orchard.database().client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    bus::publish_in_tx(&tx, &*orchard.clock, &events).await.unwrap();
    tx.commit().await.unwrap();
}

/// The same without a bus that runs: only positions are given.
async fn tell_nobody(orchard: &Orchard, kinds: &[&'static str]) {
    tell(orchard, kinds).await;
    assert_eq!(bus::sequence(orchard.database()).await.unwrap(), kinds.len() as u64);
}

/// Lets the consumer handle all that is there.
async fn run(orchard: &Orchard, kinds: Kinds) {
    let bus = orchard.bus().consumer(Picky(Recorder::new("herald"), kinds)).start();
    bus.settle().await;
    bus.stop().await;
}

async fn position(orchard: &Orchard) -> i64 {
    bus::consumers(orchard.database()).await.unwrap()[0].position
}

#[tokio::test]
async fn only_its_kinds_are_handed_to_a_consumer() {
    let orchard = Orchard::create().await;
    tell(&orchard, &[PLANTED, FELLED, PLANTED, PRUNED, FELLED, PLANTED]).await;
    run(&orchard, Some(&[FELLED, PRUNED])).await;
    assert_eq!(orchard.seen("herald").await, [2, 4, 5]);
    assert_eq!(position(&orchard).await, 6);
    tell(&orchard, &[PLANTED; 1_200]).await;
    run(&orchard, Some(&[FELLED])).await;
    assert_eq!(orchard.seen("herald").await, [2, 4, 5]);
    assert_eq!(position(&orchard).await, 1_206);
}

#[tokio::test]
async fn with_its_position_moves_a_consumer_for_whom_there_is_nothing() {
    let orchard = Orchard::create().await;
    run(&orchard, Some(&[FELLED])).await;
    tell_nobody(&orchard, &[PLANTED, PRUNED]).await;
    assert_eq!(position(&orchard).await, 2, "nothing of it is for this one");
    tell_nobody(&orchard, &[PLANTED, FELLED]).await;
    assert_eq!(position(&orchard).await, 2, "the fourth is");
    tell_nobody(&orchard, &[PLANTED]).await;
    assert_eq!(position(&orchard).await, 2, "it is behind, and nothing is left out");
    run(&orchard, Some(&[FELLED])).await;
    assert_eq!(orchard.seen("herald").await, [4]);
    assert_eq!(position(&orchard).await, 5);
}

#[tokio::test]
async fn a_consumer_at_work_is_not_waited_for() {
    let orchard = Orchard::create().await;
    run(&orchard, Some(&[FELLED])).await;
    let mut client = orchard.database().client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    tx.execute("select from bus.consumers for update", &[]).await.unwrap();
    tell_nobody(&orchard, &[PLANTED]).await;
    tx.rollback().await.unwrap();
    assert_eq!(position(&orchard).await, 0);
    run(&orchard, Some(&[FELLED])).await;
    assert_eq!(position(&orchard).await, 1);
}

#[tokio::test]
async fn kinds_are_added_to_those_of_other_versions() {
    let orchard = Orchard::create().await;
    run(&orchard, Some(&[FELLED])).await;
    run(&orchard, Some(&[PRUNED])).await;
    tell_nobody(&orchard, &[PLANTED]).await;
    assert_eq!(position(&orchard).await, 1);
    tell_nobody(&orchard, &[FELLED]).await;
    assert_eq!(position(&orchard).await, 1, "the first version is for these");
    run(&orchard, None).await;
    run(&orchard, Some(&[PRUNED])).await;
    tell_nobody(&orchard, &[PLANTED]).await;
    assert_eq!(position(&orchard).await, 2, "one of them is for all");
}
