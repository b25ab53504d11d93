//! The rows of the matrix that are about the shop's catalogue.

use super::Outcome::{Public, Staff};
use super::table::Row;

const PRODUCT: &str = "/v1/shop/products/prod_00000000000000000000000001";
const VARIANT: &str =
    "/v1/shop/products/prod_00000000000000000000000001/variants/var_00000000000000000000000001";
const PRICE: &str = "/v1/shop/products/prod_00000000000000000000000001/variants/var_00000000000000000000000001/prices/EUR";

pub(crate) const TABLE: &[Row] = &[
    ("shop_products_list", Public(200), "/v1/shop/products", ""),
    ("shop_products_facets", Public(200), "/v1/shop/products/facets", ""),
    ("shop_products_suggestions", Public(200), "/v1/shop/products/suggestions?q=x", ""),
    ("shop_products_get", Public(404), "/v1/shop/products/none", ""),
    (
        "shop_products_create",
        Staff,
        "/v1/shop/products",
        r#"{"handle": "x", "title": "x", "variants": [{"sku": "x"}]}"#,
    ),
    ("shop_products_update", Staff, PRODUCT, r#"{"title": "mine"}"#),
    ("shop_products_delete", Staff, PRODUCT, ""),
    (
        "shop_variants_create",
        Staff,
        "/v1/shop/products/prod_00000000000000000000000001/variants",
        r#"{"sku": "x"}"#,
    ),
    ("shop_variants_update", Staff, VARIANT, r#"{"title": "mine"}"#),
    ("shop_variants_delete", Staff, VARIANT, ""),
    ("shop_prices_update", Staff, PRICE, r#"{"amount": "1"}"#),
    ("shop_prices_delete", Staff, PRICE, ""),
];
