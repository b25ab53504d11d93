//! From a line's fields to a user: the header says which field is what, the rules are those of a
//! registration.

use std::collections::HashMap;

use kernel::Timestamp;

use super::{ImportError, hashes};
use crate::users::{EmailAddress, Handle, check_locale, check_name};

const COLUMNS: [&str; 7] =
    ["email", "name", "handle", "password_hash", "created_at", "email_verified", "locale"];
const NEEDED: [&str; 3] = ["email", "name", "password_hash"];

/// Where each column stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    width: usize,
    places: HashMap<&'static str, usize>,
}

/// A line that can become a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewUser {
    pub(super) email: EmailAddress,
    pub(super) name: String,
    pub(super) handle: Option<Handle>,
    pub(super) password_hash: String,
    pub(super) created_at: Timestamp,
    pub(super) is_email_verified: bool,
    pub(super) locale: String,
}

impl Header {
    pub(super) fn try_new(line: u64, fields: &[String]) -> Result<Self, ImportError> {
        let header = |detail: String| ImportError::Header { line, detail };
        let mut places = HashMap::new();
        for (index, field) in fields.iter().enumerate() {
            let known = COLUMNS.iter().find(|column| column.eq_ignore_ascii_case(field));
            let column = known.ok_or_else(|| {
                header(format!("there is no column `{field}`; there are {}", COLUMNS.join(", ")))
            })?;
            if places.insert(*column, index).is_some() {
                return Err(header(format!("the column `{column}` is there twice")));
            }
        }
        match NEEDED.iter().find(|column| !places.contains_key(**column)) {
            Some(column) => Err(header(format!("the column `{column}` is missing"))),
            None => Ok(Self { width: fields.len(), places }),
        }
    }

    /// The user of a line, or why it is none.
    pub(super) fn user(&self, fields: &[String], now: Timestamp) -> Result<NewUser, String> {
        if fields.len() != self.width {
            return Err(format!("expected {} fields, found {}", self.width, fields.len()));
        }
        let text = |column: &str| {
            let place = self.places.get(column);
            place.map(|place| fields[*place].as_str()).filter(|text| !text.is_empty())
        };
        let needed = |column: &str| text(column).ok_or_else(|| format!("{column}: is missing"));
        let of = |column: &'static str| move |detail: &str| format!("{column}: {detail}");

        let email = EmailAddress::try_new(needed("email")?).map_err(of("email"))?;
        let name = needed("name")?;
        check_name(name).and_then(|()| check_formula(name)).map_err(of("name"))?;
        let handle = text("handle").map(Handle::try_new).transpose().map_err(of("handle"))?;
        let password_hash = needed("password_hash")?;
        hashes::check(password_hash).map_err(of("password_hash"))?;
        let created_at = text("created_at").map(|text| moment(text, now)).transpose()?;
        let is_email_verified =
            text("email_verified").map(truth).transpose().map_err(of("email_verified"))?;
        let locale = text("locale").unwrap_or("en");
        check_locale(locale).map_err(of("locale"))?;
        Ok(NewUser {
            email,
            name: name.to_owned(),
            handle,
            password_hash: password_hash.to_owned(),
            created_at: created_at.unwrap_or(now),
            is_email_verified: is_email_verified.unwrap_or(false),
            locale: locale.to_owned(),
        })
    }
}

/// A spreadsheet that opens a list of users would run it.
fn check_formula(name: &str) -> Result<(), &'static str> {
    if name.starts_with(['=', '+', '-', '@']) {
        return Err("a name doesn't begin with =, +, - or @, as formulas do");
    }
    Ok(())
}

fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let moment: Timestamp = text.parse().map_err(|error| format!("created_at: {error}"))?;
    if moment > now { Err("created_at: is in the future".to_owned()) } else { Ok(moment) }
}

fn truth(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "1" => Ok(true),
        "false" | "f" | "no" | "0" => Ok(false),
        _ => Err("expected `true` or `false`"),
    }
}
