//! What every operation may answer, in the API document.

use std::collections::BTreeMap;

use crate::problem::Problem;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{Ref, Schema, SchemaType, Type};
use utoipa::openapi::{
    Components, ContentBuilder, ObjectBuilder, OpenApi, RefOr, Response, ResponseBuilder,
};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

type Documented = BTreeMap<String, RefOr<Response>>;

/// What may go wrong with any request.
pub struct ReadProblems;
/// The same with a body.
pub struct WriteProblems;

const READ: [(u16, &str); 5] = [
    (400, "The request is malformed; `errors` names the parameter or field."),
    (401, "Credentials are missing or not valid."),
    (403, "The caller may not do this."),
    (429, "Too many requests; `Retry-After` says when to come back."),
    (
        503,
        "The server, or what it depends on, is not available at the moment; `Retry-After` says when to come back.",
    ),
];
const WRITE: [(u16, &str); 2] =
    [(413, "The body or the batch is too large."), (415, "The body is not `application/json`.")];

impl IntoResponses for ReadProblems {
    fn responses() -> Documented {
        READ.map(documented).into_iter().collect()
    }
}

impl IntoResponses for WriteProblems {
    fn responses() -> Documented {
        READ.into_iter().chain(WRITE).map(documented).collect()
    }
}

fn documented((status, description): (u16, &str)) -> (String, RefOr<Response>) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let mut response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content);
    if matches!(status, 429 | 503) {
        response = response.header("Retry-After", retry_after());
    }
    (status.to_string(), response.build().into())
}

fn retry_after() -> Header {
    let seconds = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer)).minimum(Some(0));
    HeaderBuilder::new().schema(Some(seconds)).description(Some("Seconds to wait.")).build()
}

/// Adds the schemas that are only named, and takes `null` off parameters: one that isn't given
/// is not there.
pub fn complete(api: &mut OpenApi) {
    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
    Problem::schemas(&mut schemas);
    schemas.push((Problem::name().into_owned(), Problem::schema()));
    schemas.push((MetadataFilter::name().into_owned(), MetadataFilter::schema()));
    let components = api.components.get_or_insert_with(Components::new);
    components.schemas.extend(schemas);
    for item in api.paths.paths.values_mut() {
        let operations =
            [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        let parameters = operations.into_iter().flatten().filter_map(|it| it.parameters.as_mut());
        for parameter in parameters.flatten() {
            if let RefOr::T(parameter) = parameter {
                parameter.schema.iter_mut().for_each(not_null);
            }
        }
    }
}

fn not_null(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::OneOf(either)) => {
            either.items.retain(|item| !is_null(item));
            if let [only] = &*either.items {
                *schema = only.clone();
            }
        }
        RefOr::T(Schema::Object(object)) => {
            if let SchemaType::Array(types) = &mut object.schema_type {
                types.retain(|one| *one != Type::Null);
                if let [only] = &**types {
                    object.schema_type = SchemaType::Type(only.clone());
                }
            }
        }
        _ => {}
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    let RefOr::T(Schema::Object(object)) = schema else { return false };
    matches!(object.schema_type, SchemaType::Type(Type::Null))
}

/// One key and its value, as `filter[metadata][key]=value`.
pub struct MetadataFilter;

impl PartialSchema for MetadataFilter {
    fn schema() -> RefOr<Schema> {
        let value = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .max_length(Some(crate::metadata::VALUE_CHARS_MAX));
        ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Object))
            .additional_properties(Some(value))
            .max_properties(Some(1))
            .into()
    }
}

impl ToSchema for MetadataFilter {}
