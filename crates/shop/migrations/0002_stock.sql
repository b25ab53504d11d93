-- Where stock lies. How much of it lies there is in the ledger.

create table shop.locations (
    id         uuid primary key,
    handle     text collate "C" not null unique,
    title      text not null,
    country    text collate "C",
    priority   integer not null,
    is_active  boolean not null,
    version    integer not null,
    created_at timestamptz not null
);
comment on table shop.locations is 'A warehouse or a shelf from which orders are sent.';
comment on column shop.locations.handle is 'Its name in the addresses of ledger accounts; never changes.';
comment on column shop.locations.priority is 'Orders are sent from the active location with the lowest number that has everything.';
