use std::time::Duration;

use serde::Serialize;

/// Some measured times.
#[derive(Debug, Default, Clone)]
pub(super) struct Latencies {
    micros: Vec<u32>,
}

/// What is reported of them, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Percentiles {
    pub(super) count: usize,
    pub(super) p50_us: u32,
    pub(super) p99_us: u32,
    pub(super) max_us: u32,
}

impl Latencies {
    pub(super) fn add(&mut self, time: Duration) {
        self.micros.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.micros.append(&mut other.micros);
    }

    pub(super) fn percentiles(mut self) -> Percentiles {
        self.micros.sort_unstable();
        let count = self.micros.len();
        let at = |percent: usize| {
            let rank = (count * percent).div_ceil(100).max(1) - 1;
            self.micros.get(rank).copied().unwrap_or(0)
        };
        Percentiles { count, p50_us: at(50), p99_us: at(99), max_us: at(100) }
    }
}

impl Percentiles {
    /// For people, in milliseconds.
    pub(super) fn text(&self) -> String {
        let ms = |us: u32| format!("{}.{:02}", us / 1_000, us % 1_000 / 10);
        let Self { p50_us, p99_us, max_us, .. } = *self;
        format!("p50 {} ms, p99 {} ms, max {} ms", ms(p50_us), ms(p99_us), ms(max_us))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_values() {
        let mut latencies = Latencies::default();
        for micros in (1..=200).rev() {
            latencies.add(Duration::from_micros(micros));
        }
        let found = latencies.percentiles();
        assert_eq!(found, Percentiles { count: 200, p50_us: 100, p99_us: 198, max_us: 200 });
        assert_eq!(Latencies::default().percentiles(), Percentiles::default());
    }
}
