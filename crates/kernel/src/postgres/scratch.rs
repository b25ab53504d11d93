//! Where the data of tests and benchmarks lives: in memory if there is plenty, else on the disk.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config;

const SHARED_MEMORY: &str = "/dev/shm";
/// A few hundred small databases and the log of a server without fsync.
const KIB_MIN: u64 = 4 * 1024 * 1024;

/// The parent for folders of databases that may be lost at any time. An order of magnitude
/// faster than a slow disk even without fsync. `TMPDIR`, if it is set, wins.
pub fn scratch_folder() -> PathBuf {
    let chosen = config::TMPDIR.value().map(PathBuf::from);
    let shared_memory = || Path::new(SHARED_MEMORY).to_owned();
    chosen.or_else(|| has_plenty().then(shared_memory)).unwrap_or_else(std::env::temp_dir)
}

/// Containers often have one of 64 MB.
fn has_plenty() -> bool {
    let read = |file| fs::read_to_string(file).unwrap_or_default();
    let size = mounted_kib(&read("/proc/mounts"));
    size >= KIB_MIN && available_kib(&read("/proc/meminfo")) >= KIB_MIN
}

/// The size of the file system there; 0 if there is none in memory.
fn mounted_kib(mounts: &str) -> u64 {
    let options = mounts.lines().find_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let is_it = fields.next() == Some(SHARED_MEMORY) && fields.next() == Some("tmpfs");
        fields.next().filter(|_| is_it)
    });
    let size = options.and_then(|options| {
        options.split(',').find_map(|option| option.strip_prefix("size=")?.strip_suffix('k'))
    });
    size.and_then(|size| size.parse().ok()).unwrap_or(0)
}

fn available_kib(meminfo: &str) -> u64 {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_or_missing_shared_memory_is_not_used() {
        let check = |mounts: &str, kib: u64| assert_eq!(mounted_kib(mounts), kib, "{mounts}");
        check(
            "proc /proc proc rw 0 0\ntmpfs /dev/shm tmpfs rw,relatime,size=24684092k 0 0",
            24_684_092,
        );
        check("shm /dev/shm tmpfs rw,nosuid,size=65536k 0 0", 65_536);
        check("/dev/sda /dev/shm ext4 rw,size=24684092k 0 0", 0);
        check("tmpfs /dev/shm tmpfs rw 0 0", 0);
        check("", 0);
    }

    #[test]
    fn available_memory_is_read() {
        assert_eq!(available_kib("MemFree: 1 kB\nMemAvailable:   17 kB\n"), 17);
        assert_eq!(available_kib(""), 0);
    }

    #[test]
    fn folder_exists() {
        assert!(scratch_folder().is_dir());
    }
}
