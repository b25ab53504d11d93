//! What a process uses, from /proc: for the metrics and the benchmarks. Linux only; elsewhere
//! nothing is known.

use std::fs;
use std::time::Duration;

/// Memory and processor time of one process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) resident_bytes: u64,
    /// The most that it ever had.
    pub(crate) resident_peak_bytes: u64,
    pub(crate) cpu_ms: u64,
}

/// What a process uses now; `None` if it is gone or the system doesn't tell.
pub(crate) fn usage(pid: u32) -> Option<Usage> {
    let status = status(pid)?;
    Some(Usage {
        resident_bytes: kib(&status, "VmRSS:")? * 1024,
        resident_peak_bytes: kib(&status, "VmHWM:")? * 1024,
        cpu_ms: own_cpu_ms(pid)?,
    })
}

/// Memory of a process and its children: for Postgres. What they share is counted once.
pub(crate) fn family_resident_bytes(pid: u32) -> Option<u64> {
    // Proportional where we may see it: each member has a share of what is shared.
    let of_one = |member: u32| {
        let rollup = fs::read_to_string(format!("/proc/{member}/smaps_rollup"));
        let share = rollup.ok().and_then(|rollup| kib(&rollup, "Pss:"));
        let kib = share.or_else(|| kib(&status(member)?, "VmRSS:"))?;
        Some(kib * 1024)
    };
    Some(members(pid)?.filter_map(of_one).sum())
}

/// Processor time of a process and its children. Times of children that have ended are in their
/// parent's. It costs much less than to look at the memory of all of them.
pub(crate) fn family_cpu_ms(pid: u32) -> Option<u64> {
    let of_children = times_ms(&stat(pid)?, 13)?;
    Some(members(pid)?.filter_map(own_cpu_ms).sum::<u64>() + of_children)
}

/// Processor time of a process alone.
pub(crate) fn own_cpu_ms(pid: u32) -> Option<u64> {
    cpu_ms(&stat(pid)?)
}

/// Processor time of the thread that asks.
pub(crate) fn thread_cpu() -> Option<Duration> {
    let nanos = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    nanos.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn status(pid: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/status")).ok()
}

fn stat(pid: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/stat")).ok()
}

/// A process and its children.
fn members(pid: u32) -> Option<impl Iterator<Item = u32>> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).ok()?;
    let children: Vec<u32> =
        children.split_whitespace().filter_map(|child| child.parse().ok()).collect();
    Some(std::iter::once(pid).chain(children))
}

fn kib(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// User and system time of the process itself.
fn cpu_ms(stat: &str) -> Option<u64> {
    times_ms(stat, 11)
}

/// Two times that stand side by side. The name before the fields may hold spaces, so they are
/// counted from its closing parenthesis.
fn times_ms(stat: &str, at: usize) -> Option<u64> {
    const MS_PER_TICK: u64 = 10;
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(at).map(str::parse::<u64>);
    Some((times.next()?.ok()? + times.next()?.ok()?) * MS_PER_TICK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found() {
        let stat = "7 (a ) b) S 1 1 1 0 -1 4194560 1 0 0 0 25 17 0 0 20 0 1 0 5 1 1";
        assert_eq!(cpu_ms(stat), Some(420));
        assert_eq!(kib("Name: x\nVmRSS:\t    2048 kB\n", "VmRSS:"), Some(2048));
        assert_eq!(kib("", "VmRSS:"), None);
    }

    #[test]
    fn a_thread_uses_time() {
        let Some(before) = thread_cpu() else { return };
        let busy = (0..20_000_000_u64).fold(0, |sum, it| std::hint::black_box(sum ^ it));
        std::hint::black_box(busy);
        assert!(thread_cpu().unwrap() > before);
    }

    #[test]
    fn we_use_memory() {
        let usage = usage(std::process::id());
        assert!(usage.is_none_or(|usage| usage.resident_bytes > 0));
    }
}
