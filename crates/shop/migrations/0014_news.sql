-- What those who bought are told needs this.

alter table shop.orders add column language text collate "C";
comment on column shop.orders.language is
    'In which its buyer read the shop, such as de-AT; null where nobody said.';

alter table shop.cancellations add column is_unpaid boolean not null default false;
comment on column shop.cancellations.is_unpaid is
    'Nobody cancelled: the order wasn''t paid in time.';
