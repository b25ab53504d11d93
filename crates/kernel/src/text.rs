//! Texts that people and programs give.

use std::ops::RangeInclusive;

/// Whether a text is one line of so many characters: none of control is among them, so it can
/// neither begin a new line where it is shown, nor hold the NUL that Postgres has no text with.
pub fn is_line(text: &str, chars: RangeInclusive<usize>) -> bool {
    chars.contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_counted_in_characters_and_has_none_of_control() {
        assert!(is_line("änd", 3..=3) && is_line("", 0..=3));
        assert!(!is_line("", 1..=3) && !is_line("four", 1..=3));
        for control in ['\0', '\n', '\t', '\u{7f}', '\u{85}'] {
            assert!(!is_line(&format!("a{control}b"), 1..=9), "{control:?}");
        }
    }
}
