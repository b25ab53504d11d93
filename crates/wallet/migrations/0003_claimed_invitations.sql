-- Who leaves takes their address along, also from the invitations that they claimed.

create index invitations_claimed_by on wallet.invitations (claimed_by) where claimed_by is not null;
comment on column wallet.invitations.email is
    'In lower case; empty once the sender is erased, or whoever claimed it.';
