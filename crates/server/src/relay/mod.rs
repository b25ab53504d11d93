//! Events for programs outside: every event of every context is published to Kafka, each context's to
//! a topic of its own, `bushel.<context>.v1`. What they look like there stands in docs/kafka.md.
//!
//! Invariants:
//! - Each event is published at least once, and a topic's first occurrences of events are in the
//!   order of their positions, in each partition.
//! - While the broker is gone nothing is put aside or left out: the relay waits, and says so once.

mod kafka;
mod message;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool_postgres::Transaction;
use kernel::bus::{self, Bus, Consumer, Event, JobError};
use kernel::{Clock, Database, DatabaseError};
use parking_lot::Mutex;
use tokio::task::AbortHandle;

pub(crate) use kafka::KafkaServers;
use kafka::Line;

/// Between two looks for a broker that wasn't there at the start.
const LOOK_EACH: Duration = Duration::from_secs(4);

/// Where the events of a context go.
#[derive(Debug, Clone, Copy)]
struct Topic {
    context: &'static str,
    topic_name: &'static str,
    /// The relay's name on the bus.
    consumer_name: &'static str,
    /// Fields of an event's data that say what it is about, if that isn't its subject; the first one
    /// that is there does.
    about: &'static [&'static str],
}

macro_rules! topic {
    ($context:literal) => {
        topic!($context, [])
    };
    ($context:literal, $about:tt) => {
        Topic {
            context: $context,
            topic_name: concat!("bushel.", $context, ".v1"),
            consumer_name: concat!("kafka.", $context),
            about: &$about,
        }
    };
}

/// Every context that publishes events.
const TOPICS: [Topic; 8] = [
    topic!("admin"),
    topic!("catalogue"),
    topic!("identity"),
    topic!("notifications"),
    topic!("oauth"),
    topic!("payments"),
    topic!("shop"),
    // These concern now one of the two, now the other.
    topic!("wallet", ["request_id", "invite_id"]),
];

/// Publishes the events of one context.
struct Relay {
    topic: Topic,
    line: Line,
    clock: Arc<dyn Clock>,
    waiting: Waiting,
}

/// Adds a relay for each context, and looks whether there is a broker.
pub(crate) async fn register(
    mut bus: Bus,
    database: &Database,
    clock: &Arc<dyn Clock>,
    servers: &KafkaServers,
) -> Result<(Bus, FirstLook), DatabaseError> {
    for context in bus::contexts(database).await? {
        if !TOPICS.iter().any(|topic| topic.context == context) {
            tracing::error!(context, "the events of a context are not published to Kafka");
        }
    }
    let all = Arc::<AtomicUsize>::default();
    let waiting = || Waiting { all: Arc::clone(&all), is_one: Mutex::new(false) };
    metrics::gauge!("kafka_topics_waiting").set(0.0);
    for topic in TOPICS {
        let line = Line::new(servers, topic.topic_name);
        let (clock, waiting) = (Arc::clone(clock), waiting());
        bus = bus.consumer(Relay { topic, line, clock, waiting });
    }
    Ok((bus, FirstLook::start(servers.clone(), waiting())))
}

/// Says at the start that there is no broker, also if there is no event yet. Ends with this value.
pub(crate) struct FirstLook(AbortHandle);

impl FirstLook {
    fn start(servers: KafkaServers, waiting: Waiting) -> Self {
        let look = async move {
            while let Err(error) = kafka::look(&servers).await {
                waiting.begin(&error);
                tokio::time::sleep(LOOK_EACH).await;
            }
            waiting.end();
        };
        Self(tokio::spawn(look).abort_handle())
    }
}

impl Drop for FirstLook {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Consumer for Relay {
    fn name(&self) -> &'static str {
        self.topic.consumer_name
    }

    fn context(&self) -> &'static str {
        self.topic.context
    }

    fn is_patient(&self) -> bool {
        true
    }

    async fn handle(&self, _: &Transaction<'_>, events: &[Event]) -> Result<(), JobError> {
        self.measure(events.first());
        let published = self.line.publish(message::messages(events, self.topic.about)).await;
        match published {
            Ok(()) => {
                metrics::counter!("kafka_events_total", "topic" => self.topic.topic_name)
                    .increment(events.len() as u64);
                self.measure(events.last());
                if self.waiting.end() {
                    metrics::gauge!("kafka_topics_waiting").decrement(1.0);
                }
                Ok(())
            }
            Err(error) => {
                if self.waiting.begin(&error) {
                    metrics::gauge!("kafka_topics_waiting").increment(1.0);
                }
                Err(JobError::new(format_args!("Kafka: {error}")))
            }
        }
    }
}

impl Relay {
    /// How long ago the event happened that is to be published, or was just published.
    fn measure(&self, event: Option<&Event>) {
        let Some(event) = event else { return };
        let age = self.clock.now().since(event.at);
        metrics::gauge!("kafka_lag_seconds", "topic" => self.topic.topic_name)
            .set(age.as_secs_f64());
    }
}

/// Whether somebody waits for the broker, and how many of this process do. The first one to wait says
/// so, and the last one to go on.
struct Waiting {
    all: Arc<AtomicUsize>,
    is_one: Mutex<bool>,
}

impl Waiting {
    /// Whether this is new.
    fn begin(&self, error: &dyn std::fmt::Display) -> bool {
        if std::mem::replace(&mut *self.is_one.lock(), true) {
            return false;
        }
        if self.all.fetch_add(1, Ordering::AcqRel) == 0 {
            tracing::warn!(%error, "Kafka is lost; events wait until it is back");
        }
        true
    }

    /// Whether this is new.
    fn end(&self) -> bool {
        if !std::mem::take(&mut *self.is_one.lock()) {
            return false;
        }
        if self.all.fetch_sub(1, Ordering::AcqRel) == 1 {
            tracing::info!("Kafka is back; events go on from where they waited");
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    fn publishes(folder: &Path) -> bool {
        fs::read_dir(folder).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                return publishes(&path);
            }
            fs::read_to_string(&path).is_ok_and(|text| text.contains("NewEvent::new("))
        })
    }

    #[test]
    fn every_crate_that_publishes_events_has_a_topic() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let names = fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().file_name());
        // A context has the name of its crate; the bus itself and this file are none.
        let publishing: BTreeSet<String> = names
            .map(|name| name.into_string().unwrap())
            .filter(|name| !["kernel", "server"].contains(&name.as_str()))
            .filter(|name| publishes(&crates.join(name).join("src")))
            .collect();
        // The shop's crate publishes for two.
        let relayed: BTreeSet<String> = TOPICS
            .iter()
            .map(|topic| topic.context.to_owned())
            .filter(|context| context != "catalogue")
            .collect();
        assert_eq!(publishing, relayed);
    }
}
