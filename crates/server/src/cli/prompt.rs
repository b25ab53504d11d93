//! What has to be asked for: passwords and codes, from the terminal or from standard input.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};

/// A password: the first line of the file if one is given, else asked for without showing it.
pub(super) fn password(file: Option<&Path>, question: &str) -> anyhow::Result<String> {
    let text = match file {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            text.with_context(|| format!("could not read {}", path.display()))?
        }
        None => hidden(question)?,
    };
    let line = text.lines().next().unwrap_or_default().to_owned();
    ensure!(!line.is_empty(), "the password is empty");
    Ok(line)
}

/// A line that everybody may see.
pub(super) fn line(question: &str) -> anyhow::Result<String> {
    ask(question)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("there is nobody to ask")?;
    let line = line.trim().to_owned();
    ensure!(!line.is_empty(), "nothing was entered");
    Ok(line)
}

fn ask(question: &str) -> io::Result<()> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{question}: ")?;
    stderr.flush()
}

fn hidden(question: &str) -> anyhow::Result<String> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("{question}: ")).context("there is no terminal");
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("there is nobody to ask")?;
    Ok(line)
}
