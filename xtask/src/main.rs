//! The repository's own tools: `cargo xtask <command>`.
//!
//! It owns what has too much logic for the Makefile: the house rules (`tidy`), the generated files
//! (`generated`) and the way into the simulation (`sim`). It uses no crate of the workspace, so it
//! builds when they don't. Start reading at `tidy/mod.rs`.
#![expect(clippy::print_stdout, reason = "these are command-line tools: printing is their job")]

mod generated;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context as _;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The repository's own tools")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Check the house rules that a machine can check
    Tidy,
    /// Write the generated files again
    Generated {
        /// Change nothing; fail when a file is stale
        #[arg(long)]
        check: bool,
    },
    /// Run the ledger's simulation against its model, optimised
    Sim {
        /// The same seed gives the same run
        #[arg(long)]
        seed: u64,
        /// Passed on to the simulation
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let root = workspace_root()?;
    match arguments.command {
        Task::Tidy => tidy::run(&root),
        Task::Generated { check: true } => generated::check(&root),
        Task::Generated { check: false } => generated::write(&root),
        Task::Sim { seed, rest } => simulate(&root, seed, &rest),
    }
}

fn simulate(root: &Path, seed: u64, rest: &[String]) -> anyhow::Result<ExitCode> {
    let status = Command::new("cargo")
        .args(["run", "--release", "--package", "ledger", "--example", "sim", "--"])
        .arg("--seed")
        .arg(seed.to_string())
        .args(rest)
        .current_dir(root)
        .status()
        .context("starting cargo")?;
    println!("sim: seed {seed}: {}", if status.success() { "passed" } else { "FAILED" });
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The nearest folder upwards whose Cargo.toml is the workspace's. Looked for at run time, because
/// clones that share a target folder share this binary.
fn workspace_root() -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir().context("where am I?")?;
    here.ancestors()
        .find(|folder| {
            std::fs::read_to_string(folder.join("Cargo.toml"))
                .is_ok_and(|manifest| manifest.contains("[workspace]"))
        })
        .map(Path::to_path_buf)
        .context("run this inside of the repository")
}
