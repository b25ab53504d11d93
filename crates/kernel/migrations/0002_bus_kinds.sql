-- Nothing until its consumer is registered again, which adds to it.
alter table bus.consumers add column kinds text[] default '{}';
comment on column bus.consumers.kinds is
    'The only kinds of events that it is for; null is all. Where a batch has none of them, whoever
gives the positions moves the consumer on.';
