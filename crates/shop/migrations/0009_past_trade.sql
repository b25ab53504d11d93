-- What sales turned out to be worth, more or less, without an order that says so.

create table shop.sales_adjustments (
    id           uuid primary key,
    external_ref text unique,
    customer_id  uuid not null references shop.customers (id),
    currency     text collate "C" not null,
    scale        smallint not null,
    sku          text collate "C" not null,
    asset        text collate "C" not null,
    amount       numeric(39) not null check (amount <> 0),
    reason       text not null,
    state        text collate "C" not null check (state in ('pending', 'done')),
    effective_at timestamptz,
    created_at   timestamptz not null
);
comment on table shop.sales_adjustments is 'What a sale turned out to be worth, more or less, without an order that says so.';
comment on column shop.sales_adjustments.external_ref is 'Its number in another system.';
comment on column shop.sales_adjustments.amount is 'Below zero: less was earned.';
create index sales_adjustments_by_time on shop.sales_adjustments (created_at desc, id desc);

alter table shop.refunds add effective_at timestamptz;
comment on column shop.refunds.effective_at is 'When it was made in the world, if not when it was recorded.';
