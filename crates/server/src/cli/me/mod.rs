//! What people do from the command line: sign in, look at what they hold, send. The session is kept
//! in the user's own configuration folder; a program uses an API key instead.

mod send;
mod session;
mod sign_in;
mod wallet;

pub(crate) use send::Send;
pub(crate) use sign_in::{SignIn, SignOut};
pub(crate) use wallet::{Accounts, History, Resolve};
