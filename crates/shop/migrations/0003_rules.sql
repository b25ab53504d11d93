-- What a basket costs beside its prices: taxes, sending, promotions; and how the shop behaves.

create table shop.rules_version (
    only_row boolean primary key default true check (only_row),
    version  bigint not null
);
comment on table shop.rules_version is
    'Every change of the rules below adds one, so that each process knows when to read them again.';
insert into shop.rules_version (version) values (1);

create table shop.settings (
    only_row              boolean primary key default true check (only_row),
    prices_include_tax    boolean not null,
    home_country          text collate "C",
    reservation_s         integer not null check (reservation_s between 60 and 86400),
    payment_s             integer not null check (payment_s between 60 and 2592000),
    version               integer not null
);
comment on table shop.settings is 'How the shop behaves; one row.';
comment on column shop.settings.home_country is 'Where buyers are taxed who did not say where they are.';
comment on column shop.settings.reservation_s is 'So long stock is held for a cart after its last activity.';
comment on column shop.settings.payment_s is 'So long an order waits for its payment before it is cancelled.';
insert into shop.settings (prices_include_tax, reservation_s, payment_s, version)
    values (true, 900, 3600, 1);

create table shop.tax_rates (
    country text collate "C" not null,
    class   text collate "C" not null,
    rate    integer not null check (rate between 0 and 1000000),
    title   text not null,
    primary key (country, class)
);
comment on table shop.tax_rates is 'What a country takes of a class of goods.';
comment on column shop.tax_rates.rate is 'In millionths: 200000 is 20 %.';

create table shop.shipping_methods (
    id         uuid primary key,
    handle     text collate "C" not null unique,
    title      text not null,
    countries  text[] not null,
    tax_class  text collate "C" not null,
    rates      jsonb not null,
    is_active  boolean not null,
    version    integer not null,
    created_at timestamptz not null
);
comment on table shop.shipping_methods is 'A way in which orders are sent.';
comment on column shop.shipping_methods.countries is 'Where it goes to; everywhere if empty.';
comment on column shop.shipping_methods.rates is 'Prices, of which the first that fits the basket counts.';

create table shop.promotions (
    id                    uuid primary key,
    title                 text not null,
    code                  text collate "C" unique,
    effect                jsonb not null,
    conditions            jsonb not null,
    combines              boolean not null,
    priority              integer not null,
    starts_at             timestamptz,
    ends_at               timestamptz,
    uses_max              bigint check (uses_max > 0),
    uses_max_per_customer bigint check (uses_max_per_customer > 0),
    is_active             boolean not null,
    version               integer not null,
    created_at            timestamptz not null
);
comment on table shop.promotions is 'A reduction of prices.';
comment on column shop.promotions.code is 'Upper case. Without one it applies by itself.';
comment on column shop.promotions.uses_max is
    'How many orders may use it: the floor of an account in the ledger, so that no race exceeds it.';
