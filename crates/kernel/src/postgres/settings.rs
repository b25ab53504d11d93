//! How the private Postgres is configured: for one writer with large batches, and many readers.

use std::fs;
use std::path::Path;

use super::Options;
use crate::config;

const MIB: u64 = 1 << 20;
const SHARED_BUFFERS_MAX_MIB: u64 = 128;
const SHARED_BUFFERS_MIN_MIB: u64 = 32;

/// Pairs for `postgres -c name=value`; they win over the files in the data folder.
pub(super) fn arguments(options: &Options, socket_folder: &Path) -> Vec<(&'static str, String)> {
    let shared_buffers_mib = options.shared_buffers_mib.unwrap_or_else(default_shared_buffers_mib);
    let durable = if options.durable { "on" } else { "off" };
    // What isn't durable may lie in memory, where kept log files cost as much as data.
    let wal_size = if options.durable { ("512MB", "4GB") } else { ("80MB", "512MB") };
    let text = str::to_owned;
    vec![
        ("listen_addresses", String::new()),
        // A list in Postgres' eyes, so a comma in the path has to be quoted.
        ("unix_socket_directories", quoted(&socket_folder.display().to_string())),
        ("unix_socket_permissions", text("0700")),
        ("port", text("5432")),
        ("max_connections", text("100")),
        ("shared_buffers", format!("{shared_buffers_mib}MB")),
        ("wal_buffers", text("32MB")),
        ("max_wal_size", text(wal_size.1)),
        ("min_wal_size", text(wal_size.0)),
        ("checkpoint_timeout", text("15min")),
        ("checkpoint_completion_target", text("0.9")),
        // Without fsync it costs next to nothing, and a killed server then still loses nothing.
        ("synchronous_commit", text("on")),
        ("fsync", text(durable)),
        ("full_page_writes", text(durable)),
        ("autovacuum", text("on")),
        // A prepared statement keeps its plan until a table is analyzed: one that was planned for an
        // empty table reads a full one from end to end. By default that takes a minute; tests keep it,
        // because they have hundreds of databases to go round.
        ("autovacuum_naptime", text(if options.durable { "5s" } else { "1min" })),
        ("timezone", text("UTC")),
        ("log_timezone", text("UTC")),
        ("log_destination", text("stderr")),
        ("logging_collector", text("off")),
        ("log_min_messages", text("warning")),
        ("log_line_prefix", text("%m [%p] %a ")),
        // Statements can carry personal data, and so can the details of errors: they show rows.
        ("log_error_verbosity", text("terse")),
        ("log_statement", text("none")),
        ("log_min_error_statement", text("panic")),
    ]
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('"', "\"\""))
}

/// An eighth of the memory that we may use, within 32 to 128 MB: the ledger keeps its hot
/// accounts itself, and the rest is better left to the page cache.
fn default_shared_buffers_mib() -> u64 {
    let chosen = config::PG_SHARED_BUFFERS_MB.text().and_then(|text| text.parse().ok());
    chosen.unwrap_or_else(|| {
        let memory_mib = memory_bytes().unwrap_or(u64::MAX) / MIB;
        (memory_mib / 8).clamp(SHARED_BUFFERS_MIN_MIB, SHARED_BUFFERS_MAX_MIB)
    })
}

/// The smaller of the machine's memory and our control group's limit; `None` if unknown.
fn memory_bytes() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_bytes(&text));
    let group = fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|text| text.trim().parse::<u64>().ok());
    machine.into_iter().chain(group).min()
}

fn total_bytes(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(options: &Options, name: &str) -> String {
        let settings = arguments(options, Path::new("/a,b/run"));
        settings.into_iter().find(|(found, _)| *found == name).unwrap().1
    }

    #[test]
    fn no_network_and_a_quoted_socket_folder() {
        let options = Options::default();
        assert_eq!(value(&options, "listen_addresses"), "");
        assert_eq!(value(&options, "unix_socket_directories"), "\"/a,b/run\"");
    }

    #[test]
    fn durability_is_on_unless_a_test_turns_it_off() {
        for name in ["fsync", "full_page_writes"] {
            assert_eq!(value(&Options::default(), name), "on");
            let options = Options { durable: false, ..Options::default() };
            assert_eq!(value(&options, name), "off");
        }
    }

    #[test]
    fn memory_is_read() {
        assert_eq!(
            total_bytes("MemFree: 1 kB\nMemTotal:       24684232 kB\n"),
            Some(25_276_653_568)
        );
        assert_eq!(total_bytes(""), None);
        let mib = default_shared_buffers_mib();
        assert!((SHARED_BUFFERS_MIN_MIB..=SHARED_BUFFERS_MAX_MIB).contains(&mib), "{mib}");
    }
}
