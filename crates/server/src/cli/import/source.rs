use std::fs::File;
use std::io::{self, BufReader, IsTerminal as _, Read, Seek as _};
use std::path::Path;

use anyhow::Context as _;
use flate2::read::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressStyle};

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file that is read from its start to its end, uncompressed on the way.
pub(in crate::cli) struct Source {
    reader: Box<dyn Read>,
    bar: ProgressBar,
}

impl Source {
    /// Opens a file, whatever its name says about compression.
    pub(in crate::cli) fn open(path: &Path) -> anyhow::Result<Self> {
        let unreadable = || format!("could not read {}", path.display());
        let mut file = File::open(path).with_context(unreadable)?;
        let length = file.metadata().with_context(unreadable)?.len();
        let mut magic = [0; 2];
        let is_gzip = match file.read_exact(&mut magic) {
            Ok(()) => magic == GZIP,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
            Err(error) => return Err(error).with_context(unreadable),
        };
        file.rewind().with_context(unreadable)?;
        let bar = bar(length);
        let counted = bar.wrap_read(BufReader::with_capacity(1 << 16, file));
        let reader: Box<dyn Read> =
            if is_gzip { Box::new(MultiGzDecoder::new(counted)) } else { Box::new(counted) };
        Ok(Self { reader, bar })
    }

    /// Moves with what is read.
    pub(in crate::cli) fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// Only a terminal sees it.
fn bar(bytes: u64) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{bar:40.green} {percent}% of {total_bytes}, {eta} to go");
    ProgressBar::new(bytes).with_style(style.expect("it is well-formed"))
}
