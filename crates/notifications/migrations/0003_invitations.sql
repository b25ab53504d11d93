-- An invitation that was accepted is told in the words of invitations, so the feed asks which transfers
-- were sent to an address that nobody had.

create index events_of_invitations on notifications.events (user_id, (data->>'transfer_id'))
    where kind = 'transfer.sent' and data ? 'is_waiting' and not data ? 'counterparty';

comment on column notifications.events.is_in_app is
    'Whether it is in the list: the user wanted this kind there when it happened, and no other event says the same.';
