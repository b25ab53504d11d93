use std::collections::BTreeMap;

/// Parameters of a form or a query. One without a value is as one that isn't there
/// (RFC 6749, 3.1).
#[derive(Debug, Default)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// The name of a parameter that is there twice is the error.
    pub(crate) fn try_parse(text: &[u8]) -> Result<Self, String> {
        let mut all = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            if all.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(name.into_owned());
            }
        }
        all.retain(|_, value| !value.is_empty());
        Ok(Self(all))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_once() {
        let form = Form::try_parse(b"a=1&b=&c=x+y%20z").unwrap();
        assert_eq!((form.get("a"), form.get("b"), form.get("c")), (Some("1"), None, Some("x y z")));
        assert_eq!(Form::try_parse(b"a=1&a=1").err().as_deref(), Some("a"));
        assert_eq!(Form::try_parse(b"a=&a=1").err().as_deref(), Some("a"));
    }
}
