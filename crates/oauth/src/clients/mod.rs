//! How an application proves who it is (RFC 6749, 2.3): by its secret in the header
//! `Authorization: Basic` or in the form, never both; a public one says its id only.

mod service;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use identity::ApplicationId;

use crate::protocol::{Form, ProtocolError};

/// What an application says of itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ClientCredentials {
    pub(crate) id: ApplicationId,
    pub(crate) secret: Option<String>,
    /// Whether it came in the header.
    pub(crate) by_header: bool,
}

impl ClientCredentials {
    /// From the value of the header `Authorization`, if there is one, and the form.
    pub(crate) fn read(header: Option<&str>, form: &Form) -> Result<Self, ProtocolError> {
        let (id, secret, by_header) = match header {
            Some(value) => {
                let unknown = ProtocolError::InvalidClient { by_header: true };
                let (id, secret) = basic(value).ok_or(unknown)?;
                if form.get("client_secret").is_some()
                    || form.get("client_id").is_some_and(|given| given != id)
                {
                    let detail = "authenticate by the header or in the form, not both";
                    return Err(ProtocolError::InvalidRequest(detail));
                }
                (id, Some(secret), true)
            }
            None => {
                let id = form.get("client_id");
                let id = id.ok_or(ProtocolError::InvalidClient { by_header: false })?;
                (id.to_owned(), form.get("client_secret").map(str::to_owned), false)
            }
        };
        let id = id.parse().map_err(|_| ProtocolError::InvalidClient { by_header })?;
        Ok(Self { id, secret: secret.filter(|secret| !secret.is_empty()), by_header })
    }
}

/// Id and secret, each encoded as in a form before they are put together.
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((decoded(id), decoded(secret)))
}

fn decoded(text: &str) -> String {
    // As the only name of a form without values.
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    let first = form_urlencoded::parse(escaped.as_bytes()).next();
    first.map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "app_00000000000000000000000001";

    fn read(header: Option<&str>, form: &str) -> Result<ClientCredentials, &'static str> {
        let header = header.map(|text| format!("Basic {}", STANDARD.encode(text)));
        let form = Form::try_parse(form.as_bytes()).unwrap();
        ClientCredentials::read(header.as_deref(), &form).map_err(|error| error.code())
    }

    #[test]
    fn credentials_come_by_one_way() {
        let by_header = read(Some(&format!("{ID}:a%20b")), "").unwrap();
        assert_eq!((by_header.secret.as_deref(), by_header.by_header), (Some("a b"), true));
        let by_form = read(None, &format!("client_id={ID}&client_secret=s")).unwrap();
        assert_eq!((by_form.secret.as_deref(), by_form.by_header), (Some("s"), false));
        assert_eq!(read(None, &format!("client_id={ID}")).unwrap().secret, None);
        assert!(read(Some(&format!("{ID}:s")), &format!("client_id={ID}")).is_ok());
        let both = read(Some(&format!("{ID}:s")), "client_secret=s");
        assert_eq!(both.err(), Some("invalid_request"));
        let other = read(Some(&format!("{ID}:s")), "client_id=app_1");
        assert_eq!(other.err(), Some("invalid_request"));
        for (header, form) in
            [(Some("nobody:s"), ""), (Some(ID), ""), (None, ""), (None, "client_id=1")]
        {
            assert_eq!(read(header, form).err(), Some("invalid_client"), "{header:?} {form}");
        }
    }
}
