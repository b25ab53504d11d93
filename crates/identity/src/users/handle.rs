use std::fmt;

const RULE: &str = "a handle has 3 to 30 of a-z, 0-9, `_`, `.` and `-`, and starts with a letter";
const RESERVED_RULE: &str = "this handle is reserved";

/// What somebody could be taken for. A reserved word is also refused with dots and dashes in it.
const RESERVED: [&str; 46] = [
    "about",
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "auth",
    "bank",
    "billing",
    "bushel",
    "contact",
    "deleted",
    "everyone",
    "help",
    "helpdesk",
    "hostmaster",
    "info",
    "invite",
    "ledger",
    "legal",
    "login",
    "mail",
    "me",
    "moderator",
    "noreply",
    "null",
    "official",
    "operator",
    "payment",
    "payments",
    "postmaster",
    "press",
    "root",
    "security",
    "service",
    "staff",
    "status",
    "support",
    "system",
    "undefined",
    "user",
    "wallet",
    "webmaster",
    "www",
];

/// A public name, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handle(String);

impl Handle {
    /// Upper case is taken, and made lower.
    pub(crate) fn try_new(text: &str) -> Result<Self, &'static str> {
        let text = text.to_ascii_lowercase();
        if text.len() < 3 || !Self::is_start(&text) {
            return Err(RULE);
        }
        let bare = text.replace(['_', '.', '-'], "");
        let is_reserved = RESERVED.contains(&bare.as_str()) || bare.starts_with("bushel");
        if is_reserved { Err(RESERVED_RULE) } else { Ok(Self(text)) }
    }

    /// Whether a handle can begin with a text in lower case.
    pub(crate) fn is_start(text: &str) -> bool {
        let is_inner =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.-".contains(&byte);
        text.len() <= 30
            && text.bytes().all(is_inner)
            && text.starts_with(|c: char| c.is_ascii_lowercase())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
