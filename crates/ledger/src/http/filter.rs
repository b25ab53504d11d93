//! Queries with `filter[metadata][key]=value`, whose name the caller chooses in part.

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use kernel::{ErrorKind, Metadata, Problem, Query};
use serde::de::DeserializeOwned;

const PREFIX: &str = "filter[metadata][";

/// The named parameters, and one pair that the metadata has to hold.
pub(crate) struct Filtered<T> {
    pub(crate) named: T,
    pub(crate) metadata: Option<(String, String)>,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Filtered<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::try_from_uri(&parts.uri)
    }
}

impl<T: DeserializeOwned> Filtered<T> {
    fn try_from_uri(uri: &Uri) -> Result<Self, Problem> {
        let query = uri.query().unwrap_or_default();
        let (mut others, mut metadata) = (form_urlencoded::Serializer::new(String::new()), None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let key = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(']'));
            let Some(key) = key else {
                others.append_pair(&name, &value);
                continue;
            };
            check(key, &value).map_err(|detail| refuse(&name, detail))?;
            if metadata.replace((key.to_owned(), value.into_owned())).is_some() {
                return Err(refuse(&name, "only one pair of metadata can be asked for".to_owned()));
            }
        }
        let rest = Uri::try_from(format!("/?{}", others.finish()));
        let rest = rest.map_err(|_| {
            Problem::new(ErrorKind::Invalid, "request.query.invalid", "the query is too long")
        })?;
        let Query(named) = Query::try_from_uri(&rest)?;
        Ok(Self { named, metadata })
    }
}

/// What could never be metadata is refused, and not only not found.
fn check(key: &str, value: &str) -> Result<(), String> {
    let mut metadata = Metadata::new();
    metadata.insert(key.to_owned(), value.to_owned()).map_err(|error| error.to_string())
}

fn refuse(name: &str, detail: String) -> Problem {
    let message = format!("query parameter `{name}`: {detail}");
    Problem::new(ErrorKind::Invalid, "request.query.invalid", message)
        .with_field(format!("query:{name}"), detail)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Named {
        code: Option<u16>,
    }

    fn read(query: &str) -> Result<Filtered<Named>, Problem> {
        Filtered::try_from_uri(&format!("/a?{query}").parse().unwrap())
    }

    #[test]
    fn pair_of_metadata_is_taken_out() {
        let filtered = read("code=7&filter%5Bmetadata%5D%5Border%5D=a%20b").unwrap();
        assert_eq!(filtered.named.code, Some(7));
        assert_eq!(filtered.metadata, Some(("order".to_owned(), "a b".to_owned())));
        assert!(read("").unwrap().metadata.is_none());
    }

    #[test]
    fn other_parameters_and_impossible_pairs_are_refused() {
        for query in [
            "filter[metadata]=1",
            "filter[metadata][]=1",
            "filter[metadata][a]=%00",
            "filter[metadata][a]=1&filter[metadata][b]=2",
            "colour=red",
            "code=x",
        ] {
            let problem = read(query).map(|_| ()).unwrap_err();
            assert_eq!((problem.status, &*problem.code), (400, "request.query.invalid"), "{query}");
        }
    }
}
