-- What pages and programs want to show beside what was there.

alter table shop.settings add column default_currency text collate "C";
comment on column shop.settings.default_currency is
    'In which prices are shown to whoever has not chosen; null: the first that something has a price in.';
create index prices_by_currency on shop.prices (currency);

alter table shop.order_lines
    add column handle   text collate "C",
    add column image_id uuid;
comment on column shop.order_lines.handle is 'The product''s name in addresses, as it was at the sale.';
comment on column shop.order_lines.image_id is 'A picture of it, as it was at the sale; it may be gone.';

alter table shop.order_payments
    add column updated_at  timestamptz,
    add column captured_at timestamptz;
update shop.order_payments
    set updated_at = created_at, captured_at = case when captured > 0 then created_at end;
alter table shop.order_payments alter column updated_at set not null;
comment on column shop.order_payments.captured_at is 'When the first of it was taken.';
