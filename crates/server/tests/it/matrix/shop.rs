//! The rows of the matrix that are about buying and selling.

use super::Outcome::{Foreign, OwnOnly, Public, Staff};
use super::table::Row;

const LOCATION: &str = "/v1/shop/locations/loc_00000000000000000000000001";
const METHOD: &str = "/v1/shop/shipping-methods/ship_00000000000000000000000001";
const PROMOTION: &str = "/v1/shop/promotions/promo_00000000000000000000000001";
const ITEM: &str = r#"{"items": [{"sku": "x", "quantity": 1}]}"#;
const RETURN: &str =
    r#"{"lines": [{"line": "oln_00000000000000000000000001", "quantity": 1, "reason": "other"}]}"#;
const FREE: &str = r#"{"title": "x", "effect": {"kind": "free_shipping"}}"#;

pub(crate) const TABLE: &[Row] = &[
    ("shop_carts_create", OwnOnly(201), "/v1/shop/carts", r#"{"currency": "EUR"}"#),
    ("shop_carts_list", OwnOnly(200), "/v1/shop/carts", ""),
    ("shop_carts_get", Foreign, "/v1/shop/carts/{cart}", ""),
    ("shop_carts_update", Foreign, "/v1/shop/carts/{cart}", r#"{"note": "mine"}"#),
    ("shop_carts_add_lines", Foreign, "/v1/shop/carts/{cart}/lines", ITEM),
    (
        "shop_carts_set_line",
        Foreign,
        "/v1/shop/carts/{cart}/lines/{cart_line}",
        r#"{"quantity": 9}"#,
    ),
    ("shop_carts_remove_line", Foreign, "/v1/shop/carts/{cart}/lines/{cart_line}", ""),
    ("shop_carts_reserve", Foreign, "/v1/shop/carts/{cart}/reservation", ""),
    ("shop_carts_release", Foreign, "/v1/shop/carts/{cart}/reservation", ""),
    ("shop_carts_claim", Foreign, "/v1/shop/carts/{cart}/claim", ""),
    ("shop_carts_complete", Foreign, "/v1/shop/carts/{cart}/complete", r#"{"payments": []}"#),
    ("shop_orders_list", OwnOnly(200), "/v1/shop/orders", ""),
    (
        "shop_orders_create",
        Staff,
        "/v1/shop/orders",
        r#"{"currency": "EUR", "lines": [{"sku": "x", "quantity": 1}]}"#,
    ),
    (
        "shop_orders_pay",
        Foreign,
        "/v1/shop/orders/{order}/payments",
        r#"{"payments": [{"kind": "wallet"}]}"#,
    ),
    (
        "shop_sales_adjustments_create",
        Staff,
        "/v1/shop/sales-adjustments",
        r#"{"currency": "EUR", "sku": "x", "amount": "-1", "reason": "x"}"#,
    ),
    ("shop_orders_get", Foreign, "/v1/shop/orders/{order}", ""),
    ("shop_orders_cancel", Foreign, "/v1/shop/orders/{order}/cancel", r#"{"reason": "mine"}"#),
    ("shop_orders_update", Staff, "/v1/shop/orders/{order}", r#"{"note": "mine"}"#),
    ("shop_overview_orders", Staff, "/v1/shop/overview/orders", ""),
    ("shop_shipments_create", Staff, "/v1/shop/orders/{order}/shipments", r#"{"carrier": "me"}"#),
    (
        "shop_shipments_deliver",
        Staff,
        "/v1/shop/orders/{order}/shipments/shp_00000000000000000000000001/deliver",
        "",
    ),
    ("shop_refunds_create", Staff, "/v1/shop/orders/{order}/refunds", r#"{"shipping": "1"}"#),
    ("shop_returns_create", Foreign, "/v1/shop/orders/{order}/returns", RETURN),
    ("shop_returns_list", Foreign, "/v1/shop/orders/{order}/returns", ""),
    ("shop_returns_get", Foreign, "/v1/shop/returns/ret_00000000000000000000000001", ""),
    ("shop_returns_close", Foreign, "/v1/shop/returns/ret_00000000000000000000000001/close", ""),
    (
        "shop_returns_approve",
        Staff,
        "/v1/shop/returns/ret_00000000000000000000000001/approve",
        r#"{"reason": "mine"}"#,
    ),
    (
        "shop_returns_reject",
        Staff,
        "/v1/shop/returns/ret_00000000000000000000000001/reject",
        r#"{"reason": "mine"}"#,
    ),
    (
        "shop_returns_receive",
        Staff,
        "/v1/shop/returns/ret_00000000000000000000000001/receive",
        r#"{"lines": [{"line": "oln_00000000000000000000000001", "restock": 1}]}"#,
    ),
    ("shop_overview_returns", Staff, "/v1/shop/overview/returns", ""),
    ("shop_overview_sales", Staff, "/v1/shop/overview/sales", ""),
    ("shop_stranded_refunds_list", Staff, "/v1/shop/stranded-refunds", ""),
    (
        "shop_stranded_refunds_settle",
        Staff,
        "/v1/shop/stranded-refunds/opay_00000000000000000000000001/settle",
        r#"{"kind": "wallet"}"#,
    ),
    ("shop_documents_list", Foreign, "/v1/shop/orders/{order}/documents", ""),
    ("shop_documents_get", Foreign, "/v1/shop/documents/doc_00000000000000000000000001", ""),
    ("shop_documents_pdf", Foreign, "/v1/shop/documents/doc_00000000000000000000000001/pdf", ""),
    ("shop_locations_list", Staff, "/v1/shop/locations", ""),
    ("shop_locations_create", Staff, "/v1/shop/locations", r#"{"handle": "x", "title": "x"}"#),
    ("shop_locations_update", Staff, LOCATION, r#"{"title": "mine"}"#),
    ("shop_stock_list", Staff, "/v1/shop/stock", ""),
    ("shop_stock_get", Staff, "/v1/shop/stock/x", ""),
    ("shop_stock_history", Staff, "/v1/shop/stock/x/history", ""),
    (
        "shop_stock_change",
        Staff,
        "/v1/shop/stock/changes",
        r#"{"kind": "receive", "items": [{"sku": "x", "quantity": "1"}]}"#,
    ),
    ("shop_storefront_get", Public(200), "/v1/shop/storefront", ""),
    ("shop_settings_get", Staff, "/v1/shop/settings", ""),
    ("shop_settings_update", Staff, "/v1/shop/settings", r#"{"payment_s": 60}"#),
    ("shop_tax_rates_list", Staff, "/v1/shop/tax-rates", ""),
    ("shop_tax_rates_update", Staff, "/v1/shop/tax-rates/AT/x", r#"{"rate": 0, "title": "x"}"#),
    ("shop_tax_rates_delete", Staff, "/v1/shop/tax-rates/AT/x", ""),
    ("shop_shipping_methods_list", Public(200), "/v1/shop/shipping-methods", ""),
    (
        "shop_shipping_methods_create",
        Staff,
        "/v1/shop/shipping-methods",
        r#"{"handle": "x", "title": "x", "rates": [{"currency": "EUR", "amount": "1"}]}"#,
    ),
    ("shop_shipping_methods_update", Staff, METHOD, r#"{"title": "mine"}"#),
    ("shop_promotions_list", Staff, "/v1/shop/promotions", ""),
    ("shop_promotions_create", Staff, "/v1/shop/promotions", FREE),
    ("shop_promotions_get", Staff, PROMOTION, ""),
    ("shop_promotions_update", Staff, PROMOTION, r#"{"title": "mine"}"#),
];
