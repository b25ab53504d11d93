//! What other people wrote (names, messages, the names of devices), made fit to be shown.

/// Longest text that is shown of what somebody wrote.
const CHARS_MAX: usize = 200;

/// One line without control characters and without marks that turn the writing direction: what is
/// written can't look like a part of our own text, and can't begin a header.
pub(crate) fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|c| if is_break(c) { ' ' } else { c });
    let shown: String = spaced.filter(|c| !is_hidden(*c)).collect();
    let mut line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(CHARS_MAX) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// The same for mail, where programs turn everything that looks like an address into a link: a
/// stranger's "message" must not become one in a mail from us.
pub(crate) fn quiet(text: &str) -> String {
    const WORD_JOINER: char = '\u{2060}';
    let line = one_line(text);
    let mut quiet = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        quiet.push(c);
        let ends_a_link = matches!(c, '.' | ':' | '@' | '/');
        if ends_a_link && characters.peek().is_some_and(|next| !next.is_whitespace()) {
            quiet.push(WORD_JOINER);
        }
    }
    quiet
}

fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Zero-width characters and those that turn the direction (Unicode TR 36).
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
