//! `cargo run --release -p ledger --example sim -- --seed N --steps M`: one simulation of the
//! ledger with faults. Prints a line; on failure, names the seed and exits with 1.

use std::process::ExitCode;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is a command line")]
fn main() -> ExitCode {
    let Some((seed, steps)) = arguments() else {
        eprintln!("usage: sim [--seed N] [--steps M]");
        return ExitCode::from(2);
    };
    if let Ok(summary) = std::panic::catch_unwind(|| ledger::simulation::run(seed, steps)) {
        println!("{summary}");
        ExitCode::SUCCESS
    } else {
        eprintln!("FAILED: --seed {seed} --steps {steps}");
        ExitCode::FAILURE
    }
}

fn arguments() -> Option<(u64, u64)> {
    let (mut seed, mut steps) = (1, 10_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next()?.parse().ok()?;
        match name.as_str() {
            "--seed" => seed = value,
            "--steps" => steps = value,
            _ => return None,
        }
    }
    Some((seed, steps))
}
