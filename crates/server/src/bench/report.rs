//! Figures, for people and for scripts.

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;

use crate::cli::output;
use crate::process;

/// What a process, and the Postgres under it, used.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Usage {
    /// At the end, and the most that it ever was.
    pub(super) resident_mib: u64,
    pub(super) resident_peak_mib: u64,
    /// All processes of Postgres; shared memory is counted once.
    pub(super) postgres_mib: u64,
    #[serde(flatten)]
    pub(super) cpu: Cpu,
}

impl Usage {
    /// Now; zeros where the system doesn't tell.
    pub(super) fn now(postgres: Option<u32>) -> Self {
        const MIB: u64 = 1 << 20;
        let own = process::usage(std::process::id()).unwrap_or_default();
        let of_postgres = postgres.and_then(process::family_resident_bytes).unwrap_or(0);
        Self {
            resident_mib: own.resident_bytes / MIB,
            resident_peak_mib: own.resident_peak_bytes / MIB,
            postgres_mib: of_postgres / MIB,
            cpu: Cpu::now(postgres),
        }
    }

    /// The time used since `earlier`, the memory of now.
    pub(super) fn since(self, earlier: Self) -> Self {
        Self { cpu: self.cpu.since(earlier.cpu), ..self }
    }
}

/// The part of it that costs next to nothing to look at: processor time, in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct Cpu {
    pub(super) cpu_ms: u64,
    pub(super) postgres_cpu_ms: u64,
}

impl Cpu {
    pub(super) fn now(postgres: Option<u32>) -> Self {
        Self {
            cpu_ms: process::own_cpu_ms(std::process::id()).unwrap_or(0),
            postgres_cpu_ms: postgres.and_then(process::family_cpu_ms).unwrap_or(0),
        }
    }

    pub(super) fn since(self, earlier: Self) -> Self {
        Self {
            cpu_ms: self.cpu_ms.saturating_sub(earlier.cpu_ms),
            postgres_cpu_ms: self.postgres_cpu_ms.saturating_sub(earlier.postgres_cpu_ms),
        }
    }
}

/// Shows a report, to scripts as the last line.
pub(super) fn present<R: Serialize>(
    report: &R,
    show: fn(&R) -> io::Result<()>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    show(report)?;
    if json {
        output::json(report)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How many per second, rounded down.
pub(super) fn rate(count: u64, time: Duration) -> u64 {
    let micros = time.as_micros().max(1);
    u64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(u64::MAX)
}

/// How many per hundred.
pub(super) fn percent(part: u64, whole: u64) -> u64 {
    part * 100 / whole.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_shares() {
        assert_eq!(rate(3, Duration::from_millis(1_500)), 2);
        assert_eq!(percent(4, 5), 80);
        assert_eq!(percent(4, 0), 400);
    }
}
