-- A database may hold a demo world instead of a bank.

create table operator.demo (
    only_row    boolean primary key default true check (only_row),
    begun_at    timestamptz not null,
    finished_at timestamptz
);
comment on table operator.demo is
    'One row if this database holds a demo world, in which anybody on this host may be anybody.';
comment on column operator.demo.begun_at is 'The present of the world''s past weeks.';
comment on column operator.demo.finished_at is
    'Null while it is being made. A half-made one is thrown away at the next start.';
