-- Records that are not between people don't have to be read again after a restart.

create table wallet.feed_gap (
    only_row      boolean primary key default true check (only_row),
    from_seq      bigint not null,
    to_seq        bigint not null
);
comment on table wallet.feed_gap is
    'One row or none: a stretch of the journal in which nothing is between people. Only saves work.';
comment on column wallet.feed_gap.from_seq is 'Nothing follows this record...';
comment on column wallet.feed_gap.to_seq is '...up to and with this one.';
