//! What a search text means: people quote the id of anything that they have in front of them.

use identity::{ApiKeyId, SessionId, UserId};
use kernel::text::is_line;
use ledger::{AccountId, TransferId};
use payments::{DepositId, WithdrawalId};

/// What an API key begins with, and how much of it its owner may see again. A whole key that
/// somebody pastes is a secret: the rest of it is neither looked for nor recorded.
const KEY_PREFIX: &str = "bshl_key_";
const KEY_SHOWN: usize = 12;
/// What any other of our secrets begins with.
const SECRET_PREFIX: &str = "bshl_";

pub(crate) const CHARS_MIN: usize = 2;
pub(crate) const CHARS_MAX: usize = 254;

/// What leads to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Clue {
    User(UserId),
    Session(SessionId),
    Key(ApiKeyId),
    /// The first characters of an API key.
    KeyStart(String),
    Account(AccountId),
    Transfer(TransferId),
    Deposit(DepositId),
    Withdrawal(WithdrawalId),
}

/// The text as it may be recorded; `None` if nobody should search for it.
pub(super) fn recordable(text: &str) -> Option<String> {
    let text = text.trim();
    if !is_line(text, CHARS_MIN..=CHARS_MAX) {
        return None;
    }
    if text.starts_with(KEY_PREFIX) {
        return Some(text.chars().take(KEY_SHOWN).collect());
    }
    (!text.starts_with(SECRET_PREFIX)).then(|| text.to_owned())
}

impl Clue {
    /// Of a text that is [`recordable`]; `None` if it is a name, an address, a handle or a reference.
    pub(super) fn of(text: &str) -> Option<Self> {
        /// Reads the text as one kind of id.
        fn id<T: std::str::FromStr>(text: &str, clue: fn(T) -> Clue) -> Option<Clue> {
            text.parse().ok().map(clue)
        }
        if text.starts_with(KEY_PREFIX) {
            return Some(Self::KeyStart(text.to_owned()));
        }
        id(text, Self::User)
            .or_else(|| id(text, Self::Session))
            .or_else(|| id(text, Self::Key))
            .or_else(|| id(text, Self::Account))
            .or_else(|| id(text, Self::Transfer))
            .or_else(|| id(text, Self::Deposit))
            .or_else(|| id(text, Self::Withdrawal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_any_kind_are_told_apart() {
        let clues = [
            Clue::User(UserId::from_u128(1)),
            Clue::Session(SessionId::from_u128(1)),
            Clue::Key(ApiKeyId::from_u128(1)),
            Clue::Account(AccountId::from_u128(1)),
            Clue::Transfer(TransferId::from_u128(1)),
            Clue::Deposit(DepositId::from_u128(1)),
            Clue::Withdrawal(WithdrawalId::from_u128(1)),
        ];
        for clue in clues {
            let text = match &clue {
                Clue::User(id) => id.to_string(),
                Clue::Session(id) => id.to_string(),
                Clue::Key(id) => id.to_string(),
                Clue::Account(id) => id.to_string(),
                Clue::Transfer(id) => id.to_string(),
                Clue::Deposit(id) => id.to_string(),
                Clue::Withdrawal(id) => id.to_string(),
                Clue::KeyStart(start) => start.clone(),
            };
            assert_eq!(Clue::of(&text), Some(clue));
        }
        for text in ["ann@example.org", "ann", "Ann Baker", "usr_7", "invoice 2026-117"] {
            assert_eq!(Clue::of(text), None, "{text}");
        }
    }

    #[test]
    fn line_30_secrets_that_are_pasted_are_cut_before_anything_is_done() {
        let key = "bshl_key_abcdefghijklmnopqrstuvwxyz";
        assert_eq!(recordable(key).as_deref(), Some("bshl_key_abc"));
        let clue = Some(Clue::KeyStart("bshl_key_abc".to_owned()));
        assert_eq!(Clue::of("bshl_key_abc"), clue);
        assert_eq!(recordable("bshl_cs_abcdefghijkl"), None);
        assert_eq!(recordable("bshl_op_abcdefghijkl"), None);
    }

    #[test]
    fn texts_are_short_and_plain() {
        assert_eq!(recordable(" an ").as_deref(), Some("an"));
        for text in ["", "a", "  a ", "a\nb", &"a".repeat(255)] {
            assert_eq!(recordable(text), None, "{text:?}");
        }
    }
}
