//! Postgres' log: what it writes to stderr, kept in a file that can't fill the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

/// At this size the file becomes `postgres.log.1`, so at most twice as much is kept.
const BYTES_MAX: u64 = 8 * 1024 * 1024;
const TAIL_BYTES: u64 = 2000;

/// Copies lines to the log until the pipe ends, which is when the last process that holds it
/// does. The most severe ones also go to our own log.
pub(super) fn copy_in_background(
    pipe: impl Read + Send + 'static,
    path: PathBuf,
) -> JoinHandle<()> {
    let copy = move || {
        if let Err(error) = copy_lines(BufReader::new(pipe), &path, BYTES_MAX) {
            tracing::warn!(%error, log = %path.display(), "Postgres' log could not be written");
        }
    };
    // Without the thread Postgres would block on a full pipe.
    thread::Builder::new()
        .name("postgres-log".to_owned())
        .spawn(copy)
        .expect("a thread can be started")
}

/// The last lines, for error messages.
pub(super) fn tail(path: &Path) -> String {
    let read = || -> io::Result<String> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    };
    read().unwrap_or_default()
}

fn copy_lines(mut pipe: impl BufRead, path: &Path, bytes_max: u64) -> io::Result<()> {
    let mut file = open(path)?;
    let mut length = file.metadata()?.len();
    let mut line = Vec::new();
    // A line without an end is cut, so that it can't fill the memory.
    while pipe.by_ref().take(64 * 1024).read_until(b'\n', &mut line)? > 0 {
        if length + line.len() as u64 > bytes_max {
            fs::rename(path, path.with_extension("log.1"))?;
            (file, length) = (open(path)?, 0);
        }
        if let Err(error) = file.write_all(&line) {
            // On a full disk the log is the least of our worries; keep the pipe flowing.
            tracing::warn!(%error, "a line of Postgres' log was lost");
        }
        length += line.len() as u64;
        report(&line);
        line.clear();
    }
    Ok(())
}

fn report(line: &[u8]) {
    let line = String::from_utf8_lossy(line);
    if line.contains(" PANIC: ") {
        tracing::error!(postgres = line.trim(), "Postgres failed");
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_is_bounded_and_keeps_the_newest_lines() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("postgres.log");
        let lines: String = (0..100).map(|line| format!("line {line:03}\n")).collect();
        copy_lines(lines.as_bytes(), &path, 90).unwrap();
        copy_lines(&b"after a restart"[..], &path, 90).unwrap();
        let size = |name: &str| fs::metadata(temp.path().join(name)).unwrap().len();
        assert!(size("postgres.log") <= 90 && size("postgres.log.1") <= 90);
        assert!(tail(&path).ends_with("after a restart"), "{}", tail(&path));
        assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 2);
    }

    #[test]
    fn tail_of_nothing_is_empty() {
        assert_eq!(tail(Path::new("/nonexistent/postgres.log")), "");
    }
}
