//! What people do from the command line: sign up and in, look at what they hold, send, ask, and take
//! money in and out. The session is kept in the user's own configuration folder; a program uses an
//! API key instead.

mod access;
mod inbox;
mod listing;
mod making;
mod money;
mod register;
mod requests;
mod schedules;
mod send;
mod server;
mod session;
mod sign_in;
mod statements;
mod wallet;

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};

use super::rest::Refused;

/// The commands of people.
#[derive(Debug, Subcommand)]
pub(crate) enum PersonCommand {
    Register(register::Register),
    SignIn(sign_in::SignIn),
    SignOut(sign_in::SignOut),
    Accounts(wallet::Accounts),
    Open(wallet::Open),
    Close(wallet::Close),
    Deposit(money::Deposit),
    Withdraw(money::Withdraw),
    Send(send::Send),
    Request(requests::Request),
    Requests(requests::Requests),
    Resolve(wallet::Resolve),
    Schedule(schedules::ScheduleCommand),
    History(wallet::History),
    Statement(statements::Statement),
    Inbox(inbox::Inbox),
    Session(access::SessionCommand),
    Key(access::KeyCommand),
}

impl PersonCommand {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        self.carry_out().await.map_err(|error| match error.downcast_ref::<Refused>() {
            Some(refused) if refused.code.starts_with("request.token.") => anyhow::anyhow!(
                "{error}; sign in again with `bushel sign-in EMAIL`, or give another --api-key"
            ),
            _ => error,
        })
    }

    async fn carry_out(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Register(command) => command.run().await,
            Self::SignIn(command) => command.run().await,
            Self::SignOut(command) => command.run().await,
            Self::Accounts(command) => command.run().await,
            Self::Open(command) => command.run().await,
            Self::Close(command) => command.run().await,
            Self::Deposit(command) => command.run().await,
            Self::Withdraw(command) => command.run().await,
            Self::Send(command) => command.run().await,
            Self::Request(command) => command.run().await,
            Self::Requests(command) => command.run().await,
            Self::Resolve(command) => command.run().await,
            Self::Schedule(command) => command.run().await,
            Self::History(command) => command.run().await,
            Self::Statement(command) => command.run().await,
            Self::Inbox(command) => command.run().await,
            Self::Session(command) => command.run().await,
            Self::Key(command) => command.run().await,
        }
    }
}

/// A choice as it is typed, which is also what the API calls it.
fn name(choice: impl ValueEnum) -> String {
    choice.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
