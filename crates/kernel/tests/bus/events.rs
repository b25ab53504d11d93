use std::sync::Arc;
use std::time::Duration;

use kernel::Clock as _;
use kernel::bus::{self, Event, NewEvent};
use serde_json::json;
use tokio::task::JoinSet;

use crate::orchard::{Orchard, PLANTED, Recorder, numbers, planted, positions};

async fn all(orchard: &Orchard) -> Vec<Event> {
    bus::events(orchard.database(), "orchard", 0, 100_000).await.unwrap()
}

#[tokio::test]
async fn event_is_read_as_it_was_published() {
    let orchard = Orchard::create().await;
    let data = json!({ "amount": "340282366920938463463374607431768211455", "note": "a\u{0}b ä" });
    let new = NewEvent::new("orchard", PLANTED, Some(u128::MAX), &data);
    let mut client = orchard.database().client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    bus::publish_in_tx(&tx, &*orchard.clock, std::slice::from_ref(&new)).await.unwrap();
    bus::publish_in_tx(&tx, &*orchard.clock, &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(all(&orchard).await, [], "it has no position yet");
    assert_eq!(bus::sequence(orchard.database()).await.unwrap(), 1);
    let expected = Event {
        position: 1,
        id: new.id,
        context: "orchard".to_owned(),
        kind: PLANTED.to_owned(),
        subject: Some(u128::MAX),
        data,
        at: orchard.clock.now(),
    };
    assert_eq!(all(&orchard).await, [expected]);
    for (context, last) in [("orchard", 1), ("cellar", 0)] {
        assert_eq!(bus::last_position(orchard.database(), context).await.unwrap(), last);
    }
}

#[tokio::test]
async fn slow_transaction_is_not_skipped_and_a_rolled_back_one_leaves_no_gap() {
    let orchard = Orchard::create().await;
    let (mut slow, mut lost) =
        (orchard.database().client().await.unwrap(), orchard.database().client().await.unwrap());
    let slow_tx = slow.transaction().await.unwrap();
    bus::publish_in_tx(&slow_tx, &*orchard.clock, &[planted(1)]).await.unwrap();
    let lost_tx = lost.transaction().await.unwrap();
    bus::publish_in_tx(&lost_tx, &*orchard.clock, &[planted(2)]).await.unwrap();
    orchard.plant(3..5).await;
    bus::sequence(orchard.database()).await.unwrap();
    let first = all(&orchard).await;
    assert_eq!((numbers(&first), positions(&first)), (vec![3, 4], vec![1, 2]));
    slow_tx.commit().await.unwrap();
    lost_tx.rollback().await.unwrap();
    bus::sequence(orchard.database()).await.unwrap();
    let rest = bus::events(orchard.database(), "orchard", 2, 10).await.unwrap();
    assert_eq!((numbers(&rest), positions(&rest)), (vec![1], vec![3]));
}

/// Publishes as one of many: some transactions are rolled back, all overlap with others.
async fn publish_some(orchard: &Orchard, publisher: i64) -> usize {
    let mut committed = 0;
    for round in 0..20 {
        let mut client = orchard.database().client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        let count = usize::try_from((publisher + round) % 3 + 1).unwrap();
        let events: Vec<NewEvent> = (0..count).map(|_| planted(publisher)).collect();
        bus::publish_in_tx(&tx, &*orchard.clock, &events).await.unwrap();
        if publisher % 4 == 0 {
            tx.execute("select pg_sleep(0.005)", &[]).await.unwrap();
        }
        if (publisher + round) % 5 == 0 {
            tx.rollback().await.unwrap();
        } else {
            tx.commit().await.unwrap();
            committed += count;
        }
    }
    committed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_publishers_at_once_leave_no_gap_and_a_reader_misses_none() {
    let orchard = Arc::new(Orchard::create().await);
    let (first, second) = (orchard.bus().start(), orchard.other_bus().await.start());
    let mut publishers = JoinSet::new();
    for publisher in 0..20 {
        let orchard = Arc::clone(&orchard);
        publishers.spawn(async move { publish_some(&orchard, publisher).await });
    }
    // Reads along while they publish, as a feed does.
    let reader = {
        let orchard = Arc::clone(&orchard);
        let (done, mut is_done) = tokio::sync::watch::channel(false);
        let task = tokio::spawn(async move {
            let mut read: Vec<Event> = Vec::new();
            loop {
                let is_last = *is_done.borrow_and_update();
                let after = read.last().map_or(0, |event| event.position);
                let more = bus::events(orchard.database(), "orchard", after, 7).await.unwrap();
                if more.is_empty() && is_last {
                    return read;
                }
                read.extend(more);
            }
        });
        (done, task)
    };
    let committed: usize = publishers.join_all().await.into_iter().sum();
    first.settle().await;
    reader.0.send_replace(true);
    let read = reader.1.await.unwrap();
    assert_eq!(read.len(), committed);
    assert_eq!(positions(&read), (1..=i64::try_from(committed).unwrap()).collect::<Vec<_>>());
    let ids: std::collections::HashSet<u128> = read.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), committed);
    second.stop().await;
    first.stop().await;
}

#[tokio::test]
async fn contexts_count_on_their_own_and_one_batch_is_in_the_order_of_ids() {
    let orchard = Orchard::create().await;
    let cellar =
        |n: i64| NewEvent::new("cellar", "cellar.jar.filled", None, json!({ "number": n }));
    let mut events: Vec<NewEvent> = (0..3).flat_map(|n| [planted(n), cellar(n)]).collect();
    events.reverse();
    let mut client = orchard.database().client().await.unwrap();
    let tx = client.transaction().await.unwrap();
    bus::publish_in_tx(&tx, &*orchard.clock, &events).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bus::sequence(orchard.database()).await.unwrap(), 6);
    orchard.plant(3..4).await;
    bus::sequence(orchard.database()).await.unwrap();
    let trees = all(&orchard).await;
    let jars = bus::events(orchard.database(), "cellar", 0, 10).await.unwrap();
    assert_eq!((numbers(&trees), positions(&trees)), (vec![0, 1, 2, 3], vec![1, 2, 3, 4]));
    assert_eq!((numbers(&jars), positions(&jars)), (vec![0, 1, 2], vec![1, 2, 3]));
}

#[tokio::test]
async fn backlog_larger_than_a_batch_of_the_sequencer_gets_its_positions() {
    let orchard = Orchard::create().await;
    orchard.plant(0..12_345).await;
    let bus = orchard.bus().start();
    bus.settle().await;
    let events = all(&orchard).await;
    assert_eq!(positions(&events), (1..=12_345).collect::<Vec<_>>());
    assert_eq!(numbers(&events), (0..12_345).collect::<Vec<_>>());
    bus.stop().await;
}

#[tokio::test]
async fn timeline_of_a_user_is_paged_newest_first() {
    let orchard = Orchard::create().await;
    let of = |context, subject, n: i64| {
        NewEvent::new(context, "any.thing.happened", Some(subject), json!({ "number": n }))
    };
    for n in 0..6 {
        let mut client = orchard.database().client().await.unwrap();
        let tx = client.transaction().await.unwrap();
        let context = if n == 2 { "secret" } else { "orchard" };
        let events = [of(context, 7, n), of("orchard", 8, n), planted(n)];
        bus::publish_in_tx(&tx, &*orchard.clock, &events).await.unwrap();
        tx.commit().await.unwrap();
        if n % 2 == 0 {
            orchard.advance(1);
        }
    }
    bus::sequence(orchard.database()).await.unwrap();
    let (mut before, mut pages) = (None, Vec::new());
    loop {
        let contexts = ["orchard", "cellar"];
        let page =
            bus::events_of_subject(orchard.database(), 7, &contexts, before, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.at, last.id));
        pages.push(numbers(&page));
    }
    assert_eq!(pages, [vec![5, 4], vec![3, 1], vec![0]]);
}

#[tokio::test]
async fn published_event_reaches_its_consumer_without_anyone_asking() {
    let orchard = Orchard::create().await;
    let recorder = Recorder::new("herald");
    let batches = Arc::clone(&recorder.batches);
    let bus = orchard.bus().consumer(recorder).start();
    bus.settle().await;
    orchard.plant(0..1).await;
    while batches.lock().is_empty() {
        tokio::task::yield_now().await;
    }
    bus.stop().await;
    assert_eq!(orchard.seen("herald").await, [1]);
}

#[tokio::test]
async fn events_are_forgotten_after_a_year_if_everybody_has_read_them() {
    let orchard = Orchard::create().await;
    let forget = || bus::forget_events(orchard.database(), &*orchard.clock);
    let year = Duration::from_secs(365 * 24 * 3_600);
    orchard.plant(1..7_001).await;
    let bus = orchard.bus().consumer(Recorder::new("reader")).start();
    bus.settle().await;
    bus.stop().await;
    orchard.clock.advance(Duration::from_secs(60));
    orchard.plant(7_001..7_003).await;
    bus::sequence(orchard.database()).await.unwrap();
    orchard.clock.advance(year);
    bus::set_position(orchard.database(), &*orchard.clock, "reader", 6_000).await.unwrap();
    assert_eq!(forget().await.unwrap(), 6_000, "the others are still to be read");
    let bus = orchard.bus().consumer(Recorder::new("reader")).start();
    bus.settle().await;
    bus.stop().await;
    assert_eq!(forget().await.unwrap(), 1_000, "two are not older than a year");
    assert_eq!(positions(&all(&orchard).await), [7_001, 7_002]);
    orchard.plant(7_003..7_004).await;
    orchard.clock.advance(year);
    assert_eq!(forget().await.unwrap(), 2, "what has no position yet stays");
    bus::sequence(orchard.database()).await.unwrap();
    assert_eq!(positions(&all(&orchard).await), [7_003]);
}
