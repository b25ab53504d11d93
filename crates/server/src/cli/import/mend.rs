//! Names whose quotes and dashes were damaged on their way into the file.

use std::borrow::Cow;

/// What the bytes 0x80 to 0x9f mean in Windows-1252; a zero where they mean nothing
/// (<https://encoding.spec.whatwg.org/#legacy-single-byte-encodings>).
const WINDOWS_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘',
    '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// Text of Windows-1252 that was taken for Latin-1 has control characters (U+0080 to U+009F)
/// where it had quotes and dashes. Nobody means those; this puts back what was meant.
pub(super) fn mended(text: &str) -> Cow<'_, str> {
    let meant = |c: char| match c {
        '\u{80}'..='\u{9f}' => WINDOWS_1252[c as usize - 0x80],
        c => c,
    };
    if text.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}')) {
        text.chars().map(meant).collect::<String>().into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn quotes_and_dashes_come_back() {
        assert_eq!(mended("Children\u{92}s Center"), "Children’s Center");
        assert_eq!(
            mended("Uncommon Schools \u{96} Williamsburg"),
            "Uncommon Schools – Williamsburg"
        );
        assert_eq!(mended("\u{9f}\u{80}"), "Ÿ€");
        assert_eq!(mended("plain, é"), "plain, é");
        assert!(mended("\u{81}").contains('\0'), "what means nothing stays a control character");
    }
}
