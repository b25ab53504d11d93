//! Which passwords are acceptable (NIST SP 800-63B-4, 3.1.1.2): long enough, not one that everybody
//! tries first, not made of the user's own words. No rules about kinds of characters.

use std::fmt;

use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::{Score, zxcvbn};

/// Shortest password where it is the only factor.
const CHARS_MIN_ALONE: usize = 15;
/// Shortest password beside a second factor.
const CHARS_MIN: usize = 8;
const CHARS_MAX: usize = 256;
/// Without the user's own words at least so much must be left.
const CHARS_MIN_OTHERS: usize = 8;
/// Shorter words of the user are in too many passwords by chance.
const OWN_WORD_CHARS_MIN: usize = 3;
const HOUSE: &str = "bushel";

/// What else protects the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    Alone,
    /// There is an authenticator app or a passkey, or each sign-in is confirmed by mail.
    WithSecondFactor,
}

/// Why a password is not acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFlaw {
    TooShortAlone,
    TooShort,
    TooLong,
    Common,
    OwnWords,
}

impl PasswordFlaw {
    pub const ALL: [Self; 5] =
        [Self::TooShortAlone, Self::TooShort, Self::TooLong, Self::Common, Self::OwnWords];

    /// Stable dotted code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShortAlone | Self::TooShort => "identity.password.too_short",
            Self::TooLong => "identity.password.too_long",
            Self::Common => "identity.password.common",
            Self::OwnWords => "identity.password.own_words",
        }
    }
}

impl fmt::Display for PasswordFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShortAlone => write!(
                f,
                "a password needs at least {CHARS_MIN_ALONE} characters, or {CHARS_MIN} where a second factor is on"
            ),
            Self::TooShort => write!(f, "a password needs at least {CHARS_MIN} characters"),
            Self::TooLong => write!(f, "a password has at most {CHARS_MAX} characters"),
            Self::Common => f.write_str("this is one of the passwords that are tried first; several unrelated words are better"),
            Self::OwnWords => f.write_str("this password is made of your name, handle, e-mail address, or our name; others guess that"),
        }
    }
}

/// Whether a text can be a password at all; a longer one is none, whatever it costs to find out.
pub(crate) fn is_possible(password: &str) -> bool {
    password.chars().count() <= CHARS_MAX
}

/// Whether a password may let somebody in without anything else.
pub(crate) fn is_enough_alone(password: &str) -> bool {
    password.chars().count() >= CHARS_MIN_ALONE
}

/// Whether a password is acceptable. `own` are texts about the user: name, handle, e-mail.
pub(crate) fn check(password: &str, own: &[&str], strength: Strength) -> Result<(), PasswordFlaw> {
    let chars = password.chars().count();
    match strength {
        Strength::Alone if !is_enough_alone(password) => return Err(PasswordFlaw::TooShortAlone),
        Strength::WithSecondFactor if chars < CHARS_MIN => return Err(PasswordFlaw::TooShort),
        _ if chars > CHARS_MAX => return Err(PasswordFlaw::TooLong),
        _ => {}
    }
    if is_guessed_soon(password, &[]) {
        return Err(PasswordFlaw::Common);
    }
    let words = own_words(own);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if others_chars(password, &words) < CHARS_MIN_OTHERS || is_guessed_soon(password, &words) {
        return Err(PasswordFlaw::OwnWords);
    }
    Ok(())
}

/// One entry of a list of common passwords, one keyboard walk, one repeated or counted-up text,
/// or a combination that takes less than a million guesses.
fn is_guessed_soon(password: &str, words: &[&str]) -> bool {
    let entropy = zxcvbn(password, words);
    let is_one_pattern = match entropy.sequence() {
        [only] => {
            let covers = only.j + 1 >= password.chars().count();
            covers && !matches!(only.pattern, MatchPattern::BruteForce)
        }
        _ => false,
    };
    is_one_pattern || entropy.score() <= Score::One
}

/// The words of the texts, in lower case, the longest first.
fn own_words(own: &[&str]) -> Vec<String> {
    let mut words = vec![HOUSE.to_owned()];
    for text in own {
        let text = text.to_lowercase();
        words.extend(text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        words.push(text);
    }
    words.retain(|word| word.chars().count() >= OWN_WORD_CHARS_MIN);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    words
}

/// How many characters are left when the user's own words are taken out.
fn others_chars(password: &str, words: &[&str]) -> usize {
    let mut rest = password.to_lowercase();
    for word in words {
        rest = rest.replace(word, "");
    }
    rest.chars().count()
}
