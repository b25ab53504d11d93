//! `bushel`: the one binary. It composes the contexts into a server, and is the command line.
//!
//! | module | what |
//! |---|---|
//! | [`serve`] | the server: start and stop, the edge that every request passes |
//! | [`operator`] | the operator's token, and what only the operator does |
//! | [`cli`] | the commands that work with a ledger's data |
//! | [`demo`] | the demo world |
//! | [`relay`] | events for programs outside, by Kafka |
//! | [`bench`] | the benchmarks |
//! | [`print`] | the commands that print generated documents |
//! | [`process`], [`scratch`], [`chance`] | what a process uses; folders that are thrown away; numbers by seed |
//!
//! What it deliberately does not do: no business rules; those are the contexts'.

mod bench;
mod chance;
mod cli;
mod demo;
mod operator;
mod print;
mod process;
mod relay;
mod scratch;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use kernel::telemetry::{self, LogFormat, Metrics};

/// A request allocates some hundred small pieces; this allocator makes each of them cheaper.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a server logs. The client of Kafka has a line for each attempt to reach a broker that is gone;
/// the relay has one for all of them.
const LOG_DEFAULT: &str = "info,krafka=off";

/// Where the data is if nobody says otherwise.
pub(crate) const DATA_DEFAULT: &str = "bushel-data";

/// A bank, and whatever else holds value, on a double-entry ledger in Postgres
#[derive(Debug, Parser)]
#[command(name = "bushel", version, propagate_version = true, max_term_width = 100)]
struct Arguments {
    /// Format of the log on stderr: human or json
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        env = "BUSHEL_LOG_FORMAT",
        default_value = "human"
    )]
    log: LogFormat,
    /// What is logged, such as info,ledger=debug
    #[arg(long, global = true, value_name = "FILTER", env = "BUSHEL_LOG")]
    log_filter: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::Serve>),
    #[command(flatten)]
    Person(cli::PersonCommand),
    Admin(cli::AdminCommand),
    User(cli::UserCommand),
    Identity(cli::IdentityCommand),
    Ledger(cli::LedgerCommand),
    Shop(cli::ShopCommand),
    Token(cli::TokenCommand),
    Migrate(cli::Migrate),
    Demo(cli::DemoCommand),
    Bench(bench::Bench),
    /// Print the OpenAPI document of the API
    Openapi,
    /// Print the list of routes and where their handlers are
    Routes,
    /// Print the codes of all failures
    Errors,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        // Whoever read our output has seen enough of it.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let is_server = matches!(arguments.command, Command::Serve(_));
    let filter = arguments.log_filter.as_deref();
    let filter = filter.unwrap_or(if is_server { LOG_DEFAULT } else { "warn" });
    let metrics: Metrics = telemetry::init(arguments.log, filter)?;
    match arguments.command {
        Command::Person(command) => block_on(command.run()),
        Command::Admin(command) => block_on(command.run()),
        Command::User(command) => block_on(command.run()),
        Command::Identity(command) => block_on(command.run()),
        Command::Ledger(command) => block_on(command.run()),
        Command::Shop(command) => block_on(command.run()),
        Command::Token(command) => block_on(command.run()),
        Command::Migrate(command) => block_on(command.run()),
        Command::Demo(command) => block_on(command.run()),
        Command::Bench(command) => block_on(command.run()),
        Command::Openapi => print::openapi(),
        Command::Routes => print::routes::print(),
        Command::Errors => print::errors::print(),
        Command::Serve(serve) => block_on(serve::run(*serve, metrics)).map(|()| ExitCode::SUCCESS),
    }
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The whole chain of causes on one line, each said once.
fn complain(error: &anyhow::Error) {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Some errors repeat their cause in their own text.
        if text.ends_with(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
    }
    cli::output::complain(&text);
}
