//! Query parameters: every unknown or repeated one is refused by name.

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use serde::Deserializer;
use serde::de::value::Error as AnyError;
use serde::de::{DeserializeOwned, Error as _, Visitor};

use crate::error::ErrorKind;
use crate::problem::Problem;

const INVALID: &str = "request.query.invalid";
const INVALID_CURSOR: &str = "request.cursor.invalid";

/// The query parameters of a request, as a struct without `#[serde(flatten)]`.
///
/// Filters are fields renamed to their parameter: `#[serde(rename = "filter[amount][gte]")]`.
/// Unknown, repeated and malformed parameters are a 400 that names them as `query:<name>`, a
/// malformed `cursor` with a code of its own, `request.cursor.invalid`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::try_from_uri(&parts.uri)
    }
}

impl<T: DeserializeOwned> Query<T> {
    pub fn try_from_uri(uri: &Uri) -> Result<Self, Problem> {
        let query = uri.query().unwrap_or_default();
        check_names::<T>(query)?;
        let deserializer =
            serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(deserializer).map(Self).map_err(|error| {
            let name = error.path().to_string();
            let detail = error.into_inner().to_string();
            // A missing parameter is named in the message; serde has no path for it.
            match name.as_str() {
                "." => Problem::new(ErrorKind::Invalid, INVALID, detail),
                _ => invalid_parameter(&name, detail),
            }
        })
    }
}

fn check_names<T: DeserializeOwned>(query: &str) -> Result<(), Problem> {
    let known = field_names::<T>();
    let mut seen: Vec<String> = Vec::new();
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        if known.is_some_and(|known| !known.contains(&&*name)) {
            return Err(invalid_parameter(&name, "there is no such query parameter here"));
        }
        if seen.iter().any(|earlier| *earlier == name) {
            return Err(invalid_parameter(&name, "the query parameter is given twice"));
        }
        seen.push(name.into_owned());
    }
    Ok(())
}

/// A query parameter that is well-formed, but not right here.
pub fn invalid_parameter(name: &str, detail: impl Into<String>) -> Problem {
    let (detail, code) = (detail.into(), if name == "cursor" { INVALID_CURSOR } else { INVALID });
    Problem::new(ErrorKind::Invalid, code, format!("query parameter `{name}`: {detail}"))
        .with_field(format!("query:{name}"), detail)
}

/// The names of a struct's fields, which serde tells a deserializer before it reads anything.
/// `None` for types that aren't plain structs.
fn field_names<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut names = None;
    // It always fails; the names are what it leaves behind.
    let _ = T::deserialize(FieldNames(&mut names));
    names
}

struct FieldNames<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = AnyError;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, AnyError> {
        *self.0 = Some(fields);
        Err(AnyError::custom("only the names are wanted"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, AnyError> {
        Err(AnyError::custom("only the names are wanted"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::{Amount, Cursor, Limit, Timestamp};

    #[derive(Debug, Deserialize)]
    struct Trees {
        #[serde(default)]
        limit: Limit,
        cursor: Option<Cursor<u32>>,
        #[serde(rename = "filter[height][gte]")]
        height_min: Option<Amount>,
        #[serde(rename = "filter[planted]")]
        planted: Option<Timestamp>,
    }

    #[derive(Debug, Deserialize)]
    struct Needed {
        #[expect(dead_code, reason = "only parsed")]
        name: String,
    }

    fn read(query: &str) -> Result<Trees, Problem> {
        let uri = format!("/trees?{query}").parse().unwrap();
        Query::try_from_uri(&uri).map(|Query(trees)| trees)
    }

    #[test]
    fn parameters_and_filters_are_read() {
        let trees = read("limit=7&filter[height][gte]=12&filter%5Bplanted%5D=2026-11-20").unwrap();
        assert_eq!(trees.limit.get(), 7);
        assert_eq!(trees.height_min, Some(Amount::new(12)));
        assert_eq!(trees.planted, Some("2026-11-20".parse().unwrap()));
        assert!(trees.cursor.is_none());
        assert_eq!(read("").unwrap().limit.get(), 50);
    }

    #[test]
    fn wrong_parameters_are_named() {
        let check = |query: &str, code: &str, pointer: &str, detail: &str| {
            let problem = read(query).unwrap_err();
            assert_eq!((problem.status, &*problem.code), (400, code), "{query}");
            assert_eq!(problem.errors[0].pointer, pointer, "{query}");
            assert!(problem.errors[0].detail.starts_with(detail), "{problem:?}");
        };
        let invalid = "request.query.invalid";
        check("colour=red", invalid, "query:colour", "there is no such");
        check("filter[height]=1", invalid, "query:filter[height]", "there is no such");
        check("limit=1&limit=2", invalid, "query:limit", "the query parameter is given twice");
        check("limit=0", invalid, "query:limit", "a limit is an integer of 1 to 200");
        check("filter[height][gte]=-1", invalid, "query:filter[height][gte]", "an amount can't");
        check("cursor=zzz", "request.cursor.invalid", "query:cursor", "the cursor is not one");
    }

    #[test]
    fn a_missing_parameter_is_named() {
        let problem = Query::<Needed>::try_from_uri(&"/".parse().unwrap()).unwrap_err();
        assert_eq!(problem.detail, "missing field `name`");
    }
}
