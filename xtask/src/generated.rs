//! Files in the repository that the project writes itself. They are committed, so that a change to
//! an endpoint shows in review; CI writes them again and fails on a difference.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, ensure};

/// A file and the arguments with which `bushel` prints it.
struct Generated {
    path: &'static str,
    args: &'static [&'static str],
}

/// To add one: let a subcommand of `bushel` print the file, and name both here.
const GENERATED: &[Generated] = &[
    Generated { path: "api/openapi.json", args: &["openapi"] },
    Generated { path: "docs/routes.md", args: &["routes"] },
    Generated { path: "docs/errors.md", args: &["errors"] },
];

/// The Python SDK has a generator of its own, which reads the API document and knows `--check`.
const PYTHON_SDK: &str = "sdk/python";

/// Writes every generated file again.
pub(crate) fn write(root: &Path) -> anyhow::Result<ExitCode> {
    for file in GENERATED {
        let path = root.join(file.path);
        let text = print(root, file)?;
        if fs::read(&path).is_ok_and(|old| old == text) {
            println!("generated: {} was up to date", file.path);
            continue;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("making {folder:?}"))?;
        }
        fs::write(&path, text).with_context(|| format!("writing {}", file.path))?;
        println!("generated: {} written", file.path);
    }
    ensure!(python_sdk(root, &[])?, "the generator of the Python SDK failed");
    Ok(ExitCode::SUCCESS)
}

/// Compares every generated file with what would be written, and changes nothing.
pub(crate) fn check(root: &Path) -> anyhow::Result<ExitCode> {
    let mut stale = 0;
    for file in GENERATED {
        let path = root.join(file.path);
        if !path.exists() {
            println!("generated: {} isn't there yet; `cargo xtask generated` writes it", file.path);
            continue;
        }
        let committed = fs::read(&path).with_context(|| format!("reading {}", file.path))?;
        let fresh = print(root, file)?;
        if committed == fresh {
            println!("generated: {} is fresh", file.path);
        } else {
            let line = first_difference(&committed, &fresh);
            println!("{}:{line}: stale: run `cargo xtask generated` and commit it", file.path);
            stale += 1;
        }
    }
    stale += usize::from(!python_sdk(root, &["--check"])?);
    Ok(if stale == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(root: &Path, file: &Generated) -> anyhow::Result<Vec<u8>> {
    let output = Command::new("cargo")
        .args(["run", "--quiet", "--package", "server", "--bin", "bushel", "--"])
        .args(file.args)
        .current_dir(root)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("starting cargo")?;
    let command = file.args.join(" ");
    ensure!(output.status.success(), "`bushel {command}` failed: {}", output.status);
    ensure!(!output.stdout.is_empty(), "`bushel {command}` printed nothing for {}", file.path);
    Ok(output.stdout)
}

/// Whether the SDK's generator, which needs nothing but Python, ended well.
fn python_sdk(root: &Path, args: &[&str]) -> anyhow::Result<bool> {
    let status = Command::new("python3")
        .args(["-B", "-m", "generate"])
        .args(args)
        .current_dir(root.join(PYTHON_SDK))
        .status()
        .context("starting python3, which generates the Python SDK")?;
    Ok(status.success())
}

/// The number of the first line in which two texts differ.
fn first_difference(left: &[u8], right: &[u8]) -> usize {
    let same = left.iter().zip(right).take_while(|(left, right)| left == right).count();
    1 + left[..same].iter().filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn first_difference_names_the_line() {
        assert_eq!(first_difference(b"a\nb\nc", b"a\nx\nc"), 2);
        assert_eq!(first_difference(b"a\n", b"a\nb\n"), 2);
        assert_eq!(first_difference(b"a", b"b"), 1);
    }
}
