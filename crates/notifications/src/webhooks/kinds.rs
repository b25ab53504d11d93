//! Patterns of event kinds. The same rule stands once more in SQL, where events meet endpoints.

use super::WebhookError;

const PATTERNS_MAX: usize = 50;
const PATTERN_LEN_MAX: usize = 100;

/// Checks a list of patterns and puts it in order, without repeats.
pub(super) fn check(mut patterns: Vec<String>) -> Result<Vec<String>, WebhookError> {
    if !(1..=PATTERNS_MAX).contains(&patterns.len()) {
        return Err(WebhookError::KindsCount);
    }
    if let Some(index) = patterns.iter().position(|pattern| !is_pattern(pattern)) {
        return Err(WebhookError::KindMalformed { index });
    }
    patterns.sort();
    patterns.dedup();
    Ok(patterns)
}

/// `*`, a kind such as `wallet.request.paid`, or its beginning with a star: `wallet.*`.
fn is_pattern(pattern: &str) -> bool {
    let is_part = |part: &str| {
        let is_letter =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        !part.is_empty() && part.bytes().all(is_letter)
    };
    let stem = pattern.strip_suffix(".*").unwrap_or(pattern);
    pattern == "*" || (pattern.len() <= PATTERN_LEN_MAX && stem.split('.').all(is_part))
}
