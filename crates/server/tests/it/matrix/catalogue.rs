//! The rows of the matrix that are about the shop's catalogue.

use super::Outcome::{Public, Staff};
use super::table::Row;

const PRODUCT: &str = "/v1/shop/products/prod_00000000000000000000000001";
const VARIANT: &str =
    "/v1/shop/products/prod_00000000000000000000000001/variants/var_00000000000000000000000001";
const PRICE: &str = "/v1/shop/products/prod_00000000000000000000000001/variants/var_00000000000000000000000001/prices/EUR";

const IMAGE: &str =
    "/v1/shop/products/prod_00000000000000000000000001/images/img_00000000000000000000000001";
const CUSTOM_FIELD: &str = "/v1/shop/custom-fields/cfld_00000000000000000000000001";
const PRICE_LIST: &str = "/v1/shop/price-lists/plst_00000000000000000000000001";
const LISTED_PRICES: &str = "/v1/shop/price-lists/plst_00000000000000000000000001/prices";
const GROUP_USER: &str = "/v1/shop/customer-groups/wholesale/users/usr_00000000000000000000000001";
const CATEGORY: &str = "/v1/shop/categories/cat_00000000000000000000000001";
const COLLECTION: &str = "/v1/shop/collections/coll_00000000000000000000000001";

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
    ("shop_images_get", Public(404), "/v1/shop/images/img_00000000000000000000000001/600", ""),
    ("shop_images_create", Staff, "/v1/shop/products/prod_00000000000000000000000001/images", "x"),
    (
        "shop_images_reorder",
        Staff,
        "/v1/shop/products/prod_00000000000000000000000001/images",
        r#"{"images": []}"#,
    ),
    ("shop_images_update", Staff, IMAGE, r#"{"alt": "mine"}"#),
    ("shop_images_delete", Staff, IMAGE, ""),
    ("shop_custom_fields_list", Public(200), "/v1/shop/custom-fields", ""),
    ("shop_custom_fields_get", Public(404), "/v1/shop/custom-fields/none", ""),
    (
        "shop_custom_fields_create",
        Staff,
        "/v1/shop/custom-fields",
        r#"{"handle": "x", "subject": "product", "kind": "text", "title": "x"}"#,
    ),
    ("shop_custom_fields_update", Staff, CUSTOM_FIELD, r#"{"title": "mine"}"#),
    ("shop_custom_fields_delete", Staff, CUSTOM_FIELD, ""),
    ("shop_imports_list", Staff, "/v1/shop/imports", ""),
    ("shop_imports_get", Staff, "/v1/shop/imports/imp_00000000000000000000000001", ""),
    ("shop_imports_create", Staff, "/v1/shop/imports", "handle,sku"),
    ("shop_imports_errors", Staff, "/v1/shop/imports/imp_00000000000000000000000001/errors", ""),
    ("shop_exports_products", Staff, "/v1/shop/exports/products", ""),
    ("shop_price_lists_list", Staff, "/v1/shop/price-lists", ""),
    ("shop_price_lists_get", Staff, PRICE_LIST, ""),
    (
        "shop_price_lists_create",
        Staff,
        "/v1/shop/price-lists",
        r#"{"title": "x", "currency": "EUR"}"#,
    ),
    ("shop_price_lists_update", Staff, PRICE_LIST, r#"{"title": "mine"}"#),
    ("shop_price_lists_prices", Staff, LISTED_PRICES, ""),
    (
        "shop_price_lists_set_prices",
        Staff,
        LISTED_PRICES,
        r#"{"prices": [{"sku": "x", "tiers": []}]}"#,
    ),
    ("shop_customer_groups_list_users", Staff, "/v1/shop/customer-groups/wholesale/users", ""),
    ("shop_customer_groups_add_user", Staff, GROUP_USER, ""),
    ("shop_customer_groups_remove_user", Staff, GROUP_USER, ""),
    ("shop_categories_list", Public(200), "/v1/shop/categories", ""),
    ("shop_categories_get", Public(404), "/v1/shop/categories/none", ""),
    ("shop_categories_create", Staff, "/v1/shop/categories", r#"{"handle": "x", "title": "x"}"#),
    ("shop_categories_update", Staff, CATEGORY, r#"{"title": "mine"}"#),
    ("shop_categories_delete", Staff, CATEGORY, ""),
    ("shop_collections_list", Public(200), "/v1/shop/collections", ""),
    ("shop_collections_get", Public(404), "/v1/shop/collections/none", ""),
    ("shop_collections_create", Staff, "/v1/shop/collections", r#"{"handle": "x", "title": "x"}"#),
    ("shop_collections_update", Staff, COLLECTION, r#"{"title": "mine"}"#),
    ("shop_collections_delete", Staff, COLLECTION, ""),
    (
        "shop_collections_add_products",
        Staff,
        "/v1/shop/collections/coll_00000000000000000000000001/products",
        r#"{"products": ["prod_00000000000000000000000001"]}"#,
    ),
    (
        "shop_collections_remove_product",
        Staff,
        "/v1/shop/collections/coll_00000000000000000000000001/products/prod_00000000000000000000000001",
        "",
    ),
];
