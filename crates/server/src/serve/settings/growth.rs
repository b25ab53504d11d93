//! What is added when one machine is not enough.

use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use kernel::DatabaseOptions;
use kernel::db::{ReplicaOptions, parse_url};
use kernel::redis::RedisUrl;

use crate::relay::KafkaServers;

/// Settings of what a server grows by
#[derive(Clone, Args)]
pub(crate) struct GrowthSettings {
    /// A Postgres that follows the database, for reads that may be a little old, such as
    /// postgres://user:password@db-2.example/bushel; for several, give it several times, or with
    /// blanks between them. See scripts/replica.sh
    #[arg(
        long,
        value_name = "URL",
        env = "BUSHEL_REPLICAS",
        hide_env_values = true,
        value_delimiter = ' '
    )]
    replica: Vec<String>,
    /// How old a read from a replica may be, in seconds; whoever is further behind isn't read from
    #[arg(
        long,
        value_name = "SECONDS",
        env = "BUSHEL_REPLICA_LAG_MAX",
        default_value_t = 5,
        value_parser = clap::value_parser!(u64).range(1..=3_600)
    )]
    replica_lag_max: u64,
    /// A Redis that all processes share, for limits and a cache, such as
    /// redis://:password@cache.example:6379/0; without one each process has its own
    #[arg(long, value_name = "URL", env = "REDIS_URL", hide_env_values = true)]
    redis: Option<String>,
    /// Brokers of Kafka, to which every event is published, such as
    /// kafka-1.example:9092,kafka-2.example:9092. See docs/kafka.md
    #[arg(long, value_name = "HOST:PORT", env = "BUSHEL_KAFKA")]
    kafka: Option<String>,
}

/// The same, understood. Without any of it a server does everything itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct GrowthOptions {
    pub(crate) replicas: Option<ReplicaOptions>,
    pub(crate) redis: Option<RedisUrl>,
    pub(crate) kafka: Option<KafkaServers>,
}

/// The URLs hold passwords.
impl std::fmt::Debug for GrowthSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GrowthSettings")
            .field("replica_lag_max", &self.replica_lag_max)
            .field("kafka", &self.kafka)
            .finish_non_exhaustive()
    }
}

impl GrowthSettings {
    /// What is malformed is said; what isn't there now may be there later.
    pub(super) fn options(&self) -> anyhow::Result<GrowthOptions> {
        let servers = self.replica.iter().filter(|url| !url.is_empty()).map(|url| parse_url(url));
        let servers: Vec<_> = servers.collect::<Result<_, _>>().context("--replica")?;
        let lag_max = Duration::from_secs(self.replica_lag_max);
        let options = ReplicaOptions { servers, lag_max, pool: DatabaseOptions::default() };
        let replicas = (!options.servers.is_empty()).then_some(options);
        let redis = self.redis.as_deref().filter(|url| !url.is_empty()).map(RedisUrl::try_new);
        let redis = redis.transpose().context("REDIS_URL")?;
        let kafka = self.kafka.as_deref().filter(|servers| !servers.is_empty()).map(str::parse);
        Ok(GrowthOptions { replicas, redis, kafka: kafka.transpose().context("BUSHEL_KAFKA")? })
    }
}
