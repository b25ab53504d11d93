//! The way to one topic.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use futures_util::future::try_join_all;
use krafka::admin::{CreateTopicsOptions, NewTopic};
use krafka::producer::{Acks, Producer};
use krafka::{CloseOptions, Kafka, KrafkaError, Record};
use parking_lot::Mutex;
use thiserror::Error;

use super::message::{Message, parts};

const CONNECT_MAX: Duration = Duration::from_secs(2);
const ANSWER_MAX: Duration = Duration::from_secs(4);
/// For a part to be acknowledged, with all that is tried again on the way.
const PUBLISH_MAX: Duration = Duration::from_secs(6);
/// What is flushed doesn't wait for more; this is only how long it could.
const LINGER: Duration = Duration::from_secs(1);
/// A broker takes batches of a megabyte, unless it was told otherwise. A part is half of that, so
/// that it is one batch for each partition.
const BATCH_LEN_MAX: usize = 900 * 1024;
const PART_LEN_MAX: usize = 450 * 1024;
/// The broker decides.
const AS_CONFIGURED: i32 = -1;

/// Brokers to begin with, `HOST:PORT` each; they tell of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KafkaServers(String);

/// Why there can be no brokers there.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` is no address of a broker; an address is HOST:PORT, several have commas between them"
)]
pub(crate) struct KafkaServersError(String);

impl FromStr for KafkaServers {
    type Err = KafkaServersError;

    fn from_str(text: &str) -> Result<Self, KafkaServersError> {
        let servers: Vec<&str> = text.split(',').map(str::trim).collect();
        match servers.iter().find(|server| !is_address(server)) {
            Some(wrong) => Err(KafkaServersError((*wrong).to_owned())),
            None => Ok(Self(servers.join(","))),
        }
    }
}

fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let is_bracketed = host.starts_with('[') && host.ends_with(']');
    let is_plain = |char: char| char.is_ascii_alphanumeric() || ".-_".contains(char);
    let is_host = if is_bracketed {
        host[1..host.len() - 1].parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        !host.is_empty() && host.chars().all(is_plain)
    };
    is_host && port.parse::<u16>().is_ok_and(|port| port > 0)
}

impl fmt::Display for KafkaServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Publishes to one topic.
pub(super) struct Line {
    servers: KafkaServers,
    topic: &'static str,
    /// Nothing is on its way in it. `None` after a failure: whatever was on its way then must not
    /// arrive behind what is published next, as far as we can help it.
    open: Mutex<Option<Producer>>,
}

impl Line {
    pub(super) fn new(servers: &KafkaServers, topic: &'static str) -> Self {
        Self { servers: servers.clone(), topic, open: Mutex::new(None) }
    }

    /// Publishes all of them in order, or says why not all are published: then some may be, from the
    /// first on and without gaps.
    pub(super) async fn publish(&self, messages: Vec<Message>) -> Result<(), KrafkaError> {
        let open = self.open.lock().take();
        let producer = match open {
            Some(producer) => producer,
            None => self.connect().await?,
        };
        for part in parts(messages, PART_LEN_MAX) {
            if let Err(error) = publish_part(&producer, self.topic, part).await {
                // What it has is given up; how that ends is of no interest.
                let _ = producer.close_with(CloseOptions::new().timeout(Duration::ZERO)).await;
                return Err(error);
            }
        }
        *self.open.lock() = Some(producer);
        Ok(())
    }

    async fn connect(&self) -> Result<Producer, KrafkaError> {
        let kafka = connect(&self.servers).await?;
        self.ensure_topic(&kafka).await;
        kafka
            .producer()
            .acks(Acks::All)
            .idempotent(true)
            .linger(LINGER)
            .batch_size(BATCH_LEN_MAX)
            .delivery_timeout(PUBLISH_MAX)
            .max_block(ANSWER_MAX)
            .metrics_push(false)
            .build()
            .await
    }

    /// Where topics are made by somebody else only, this is refused, and the topic is there.
    async fn ensure_topic(&self, kafka: &Kafka) {
        let replicas = i16::try_from(AS_CONFIGURED).expect("it is a small number");
        let topic = NewTopic::new(self.topic, AS_CONFIGURED, replicas);
        let topic = topic.expect("the name and the numbers are right");
        let options = CreateTopicsOptions::default().timeout(ANSWER_MAX);
        match kafka.admin().create_topics([topic], options).await {
            Ok(made) => tracing::debug!(topic = self.topic, ?made, "the topic is there"),
            Err(error) => tracing::debug!(topic = self.topic, %error, "the topic can't be made"),
        }
    }
}

/// Whether there is a broker that answers.
pub(super) async fn look(servers: &KafkaServers) -> Result<(), KrafkaError> {
    connect(servers).await.map(drop)
}

async fn connect(servers: &KafkaServers) -> Result<Kafka, KrafkaError> {
    let kafka = Kafka::builder(servers.to_string()).client_id("bushel");
    kafka.connect_timeout(CONNECT_MAX).request_timeout(ANSWER_MAX).connect().await
}

/// One batch for each partition, so that a part of it that fails has nothing behind it.
async fn publish_part(
    producer: &Producer,
    topic: &str,
    part: Vec<Message>,
) -> Result<(), KrafkaError> {
    let mut on_their_way = Vec::with_capacity(part.len());
    for message in part {
        let mut record = Record::new(topic, message.value).key(message.key);
        record = record.timestamp(message.at_ms);
        for (name, text) in message.headers {
            record = record.header(name, text);
        }
        on_their_way.push(producer.enqueue(record).await?);
    }
    producer.flush().await?;
    try_join_all(on_their_way).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_brokers_are_checked() {
        let check = |text: &str, expected: &str| {
            assert_eq!(text.parse::<KafkaServers>().unwrap().to_string(), expected);
        };
        check("127.0.0.1:9092", "127.0.0.1:9092");
        check("a.example:9092, b.example:9093", "a.example:9092,b.example:9093");
        check("[::1]:9092", "[::1]:9092");
        for wrong in ["", "a.example", ":9092", "a:0", "a:99999", "kafka://a:1", "[x]:1", "a:1,"] {
            assert!(wrong.parse::<KafkaServers>().is_err(), "{wrong}");
        }
        let error = "a:1,b".parse::<KafkaServers>().unwrap_err().to_string();
        assert!(error.starts_with("`b` is no address of a broker"), "{error}");
    }
}
