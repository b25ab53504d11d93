//! The query parameters of a list, in the API document.

use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

/// The parameters of whatever finds products.
pub(crate) struct Finding;

/// Those of the list: also its order, its pages and what staff sees.
pub(crate) struct Listing;

const FINDING: [(&str, &str); 9] = [
    (
        "q",
        "Words. The last one may be the beginning of a word; one that nobody uses is taken for a typing error.",
    ),
    (
        "currency",
        "In which currency prices are shown and compared; needed for filters and orders by price.",
    ),
    (
        "filter[category]",
        "Ids or handles of categories, with commas between them; what is below them is found too.",
    ),
    ("filter[collection]", "Ids or handles of collections, with commas between them."),
    (
        "filter[tag]",
        "Tags, with commas between them; a comma in a value is written `\\,`, here and below.",
    ),
    ("filter[vendor]", "Vendors, with commas between them."),
    (
        "filter[availability]",
        "`in_stock`, `low`, `preorder`, `backorder`, `out_of_stock`, with commas between them.",
    ),
    ("filter[price][gte]", "The least that the cheapest variant costs."),
    ("filter[price][lte]", "The most that the cheapest variant costs."),
];

fn text(name: &str, description: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let schema = schema.max_length(Some(10_000));
    parameter(name, description, schema.into()).build()
}

fn parameter(name: &str, description: &str, schema: Schema) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .description(Some(description))
        .schema(Some(schema))
}

/// `filter[option][Colour]=red,blue`
fn named(name: &str, description: &str) -> Parameter {
    let value = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Object))
        .additional_properties(Some(Schema::from(value)));
    let style = ParameterStyle::DeepObject;
    parameter(name, description, schema.into()).style(Some(style)).explode(Some(true)).build()
}

fn one_of(name: &str, description: &str, values: &[&str]) -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::String))
        .enum_values(Some(values.iter().copied()));
    parameter(name, description, schema.into()).build()
}

impl IntoParams for Finding {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all: Vec<Parameter> =
            FINDING.iter().map(|(name, description)| text(name, description)).collect();
        let option = "Values of an option: `filter[option][Colour]=red,blue`, or `filter[option.Colour]=red,blue`.";
        all.push(named("filter[option]", option));
        let field =
            "Values of a custom field that can be filtered by, by its handle, in the same way.";
        all.push(named("filter[field]", field));
        all
    }
}

impl IntoParams for Listing {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut all = Finding::into_params(place);
        let sort = "By relevance if there are words, else the newest first.";
        all.push(one_of("sort", sort, &["relevance", "newest", "price", "-price", "title"]));
        let status = "Staff only: drafts or what is archived. Otherwise what is for sale.";
        all.push(one_of("filter[status]", status, &["draft", "active", "archived"]));
        let limit = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::Integer))
            .minimum(Some(1))
            .maximum(Some(200))
            .default(Some(50.into()));
        all.push(parameter("limit", "How many products a page holds.", limit.into()).build());
        all.push(text("cursor", "Where the page begins: the `next_cursor` of the page before."));
        all
    }
}
