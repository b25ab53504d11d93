-- What was sold, summed up for staff.

create index orders_sales on shop.orders (placed_at)
    include (id, currency, scale, status, total, shipping_total, shipping_tax, cancelled_total)
    where placed_at is not null;
comment on index shop.orders_sales is
    'All that sums of orders ask for, so that those of a time are read without the rows.';
create index refunds_by_time on shop.refunds (coalesce(effective_at, created_at))
    include (order_id, amount) where state = 'done';
create index sales_adjustments_by_effect on shop.sales_adjustments (coalesce(effective_at, created_at));

create index variants_short on shop.variants (availability)
    where is_active and tracks_stock and availability in ('out_of_stock', 'low');
comment on index shop.variants_short is 'What has to be bought anew.';
