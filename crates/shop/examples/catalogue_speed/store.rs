//! SQL that makes many products.

/// Products of a thousand words, each word in 0.1 to 10 % of them.
pub(crate) const PRODUCTS: &str = "
    insert into shop.products (id, handle, status, title, description, vendor, tags, tax_class,
        options, translations, custom_fields, availability, version, created_at, updated_at)
    select gen_random_uuid(), 'p-' || n, 'active',
        initcap('kind' || (n * 7 % 10) || ' thing' || (n * 31 % 997) || ' shade' || (n * 13 % 97)),
        'A thing of kind' || (n % 10) || ' for room' || (n % 50) || ', made in town' || (n % 300),
        'Vendor ' || (n * 17 % 2000), array['tag' || (n % 500), 'group' || (n % 20)], 'standard',
        '[{\"name\": \"Colour\", \"values\": [\"c\"]}]', '{}', '{}',
        case when n % 7 = 0 then 'out_of_stock' else 'in_stock' end,
        1, '2026-01-01'::timestamptz + n * interval '1 second', now()
    from generate_series(1, $1::bigint) as n";

pub(crate) const VARIANTS: &str = "
    insert into shop.variants (id, product_id, sku, asset, options, position, weight_g,
        needs_shipping, tracks_stock, backorder_max, is_active, availability)
    select gen_random_uuid(), p.id, p.handle, 'SKU:' || p.handle,
        jsonb_build_object('Colour', 'colour' || (right(p.handle, 1))), 0, 0, true, true, 0, true,
        p.availability
    from shop.products p";

pub(crate) const PRICES: &str = "
    insert into shop.prices (variant_id, currency, min_quantity, amount)
    select v.id, 'EUR', 1, 100 + abs(hashtext(v.sku)) % 100000 from shop.variants v;
    insert into shop.price_history (variant_id, currency, amount, from_at)
    select variant_id, currency, amount, now() from shop.prices";

/// Making a million of them takes longer than any request may.
pub(crate) const NO_TIMEOUT: &str = "set statement_timeout = 0";

pub(crate) const STATISTICS: &str = "vacuum analyze";
