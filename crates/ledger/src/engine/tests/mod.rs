//! The engine's tests. `script` is the language most of them are written in.

mod precedence;
mod properties;
mod script;
