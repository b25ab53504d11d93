use std::time::Duration;

use kernel::bus::{JobError, NewJob, Outcome};
use kernel::telemetry::{self, LogFormat};
use serde_json::json;

use crate::orchard::{Gardener, Orchard, Poisoned, Recorder};

/// No other test of this binary does jobs of it.
const SURVEY: &str = "orchard.tree.survey";

#[tokio::test]
async fn metrics_say_what_jobs_came_to_and_how_far_consumers_are() {
    let metrics = telemetry::init(LogFormat::Human, "off").unwrap();
    let orchard = Orchard::create().await;
    let surveys = Gardener::new(|job| async move {
        match job.payload.as_i64() {
            Some(0) => Outcome::Dead(JobError::new("felled")),
            Some(1) => Outcome::Retry(JobError::new("fog")),
            _ => Outcome::Done,
        }
    });
    let build = |gardener: Gardener| orchard.bus().worker(gardener.kind(SURVEY));
    orchard.enqueue(&(0..4).map(|n| NewJob::new(SURVEY, json!(n))).collect::<Vec<_>>()).await;
    let bus = build(surveys).start();
    bus.settle().await;
    bus.stop().await;
    // Dead jobs are counted at the start, and consumers when somebody looks.
    orchard.plant(0..3).await;
    let idle = Gardener::new(|_| async { Outcome::Done });
    let bus = build(idle).consumer(Recorder::poisoned("surveyor", Poisoned::Refuses, [1])).start();
    bus.settle().await;
    let expected = [
        format!("bus_jobs_total{{kind=\"{SURVEY}\",outcome=\"done\"}} 2"),
        format!("bus_jobs_total{{kind=\"{SURVEY}\",outcome=\"dead\"}} 1"),
        format!("bus_jobs_total{{kind=\"{SURVEY}\",outcome=\"retry\"}} 1"),
        format!("bus_job_seconds_count{{kind=\"{SURVEY}\"}} 4"),
        format!("bus_dead_jobs{{kind=\"{SURVEY}\"}} 1"),
        "bus_consumer_lag{consumer=\"surveyor\"} 3".to_owned(),
    ];
    let all_said = async {
        while !expected.iter().all(|line| metrics.render().contains(line)) {
            tokio::task::yield_now().await;
        }
    };
    let said = tokio::time::timeout(Duration::from_secs(10), all_said).await;
    assert!(said.is_ok(), "{}", metrics.render());
    bus.stop().await;
}
