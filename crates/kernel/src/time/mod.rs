//! Moments and clocks. Time is passed in: code asks a [`Clock`], never the system.

mod clock;
mod timestamp;

pub use clock::{Clock, MockClock, SystemClock};
pub use timestamp::{TimeError, Timestamp};

#[cfg(test)]
mod tests;
