-- Ids that are not time-ordered, such as those that follow from idempotency keys, are looked up only
-- in the ranges whose filter lets them through.

alter table ledger.ranges add column id_filter bytea;
comment on column ledger.ranges.id_filter is
    'Bloom filter of the ids that are not time-ordered; empty if there are none, null in a range '
    'that was sealed before there were filters.';
comment on column ledger.ranges.id_min is
    'Smallest time-ordered id, created or failed, once sealed.';
