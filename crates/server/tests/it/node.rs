//! Programs of others that run on Node: `scripts/node-tools.sh` installs them, once.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

/// Where their packages are.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/node-tools.sh");
    let made = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
    assert!(made.status.success(), "scripts/node-tools.sh failed; its message is above");
    PathBuf::from(String::from_utf8(made.stdout).unwrap().trim())
});

/// A program of `tests/node`, with its settings in the variable `SETTINGS`. It comes by the
/// standard input, because modules are looked for beside a program's file or, without a file, in
/// the working folder.
pub(crate) fn program(name: &str, settings: &Value) -> Command {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node").join(name);
    let mut command = Command::new("node");
    command.args(["--no-warnings", "--input-type=module"]).current_dir(&*FOLDER);
    command.stdin(File::open(file).unwrap()).env("SETTINGS", settings.to_string());
    command
}
