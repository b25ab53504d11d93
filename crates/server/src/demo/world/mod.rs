//! The demo world: who there is, and what happened between them in the past weeks. It follows from a
//! seed, so it is the same world each time; only its present is the moment at which it is made.

mod cast;
mod past;
mod texts;

pub(super) use cast::{CAST, Member, Role, SHOWN};
pub(super) use past::{Move, Outcome, past};

#[cfg(test)]
mod tests;

/// What there is to hold: code, scale, kind, name.
pub(super) const ASSETS: [(&str, u8, &str, &str); 4] = [
    ("EUR", 2, "money", "Euro"),
    ("USD", 2, "money", "US dollar"),
    ("APPLE", 0, "goods", "Apples"),
    ("BOOK", 0, "goods", "Books"),
];

/// How many days of past there are.
pub(super) const DAYS: u32 = 56;

/// A member of the cast, by its place there.
pub(super) type Who = usize;

/// The place of a handle in the cast.
pub(super) fn who(handle: &str) -> Who {
    let found = CAST.iter().position(|member| member.handle == handle);
    found.unwrap_or_else(|| unreachable!("{handle} is in the cast"))
}
