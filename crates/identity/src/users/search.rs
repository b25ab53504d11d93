use super::UserStatus;
use crate::ids::UserId;
use crate::permissions::Role;

/// Which users to find. All conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// An id, the beginning of an e-mail address or of a handle, or beginnings of the words of a
    /// name.
    pub text: Option<String>,
    pub status: Option<UserStatus>,
    pub role: Option<Role>,
}

impl UserFilter {
    fn text(&self) -> Option<&str> {
        self.text.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether no stored text can have what is looked for: the database has none with NUL.
    pub(super) fn is_vain(&self) -> bool {
        self.text().is_some_and(|text| text.contains('\0'))
    }

    pub(super) fn id(&self) -> Option<UserId> {
        self.text()?.parse().ok()
    }

    /// The pattern for what begins with the text.
    pub(super) fn start(&self) -> Option<String> {
        let text = self.text()?.to_lowercase();
        let text = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        Some(format!("{text}%"))
    }

    /// The query (`tsquery`) for names with words that begin with these. An empty one finds
    /// nothing. The database knows the case of ASCII only, so others are asked for in both.
    pub(super) fn words(&self) -> String {
        let text = self.text().unwrap_or_default();
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(either_case).collect::<Vec<_>>().join(" & ")
    }
}

/// A word as names have it: in lower case, or with a capital that the database left as it was.
fn either_case(word: &str) -> String {
    let lower = word.to_lowercase();
    let mut rest = lower.chars();
    let capital: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    if capital.is_ascii() {
        return format!("'{lower}':*");
    }
    format!("('{lower}':* | '{capital}{}':*)", rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_23_what_is_typed_is_no_pattern_and_no_query() {
        let filter =
            |text: &str| UserFilter { text: Some(text.to_owned()), ..UserFilter::default() };
        assert_eq!(filter("A%_\\").start().unwrap(), "a\\%\\_\\\\%");
        assert_eq!(filter("Ann & !(bob):* '").words(), "'ann':* & 'bob':*");
        assert_eq!(filter("änd").words(), "('änd':* | 'Änd':*)");
        assert_eq!(filter("&|!").words(), "");
        assert_eq!(filter("  ").start(), None);
        assert!(filter("an\0n").is_vain() && !filter("ann").is_vain());
        let id = UserId::from_u128(7);
        assert_eq!(filter(&id.to_string()).id(), Some(id));
    }
}
