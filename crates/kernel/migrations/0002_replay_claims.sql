-- A claim has a name, so that whoever lost it leaves its successor alone. A first answer also says
-- what its caller goes on with: the version that was made, and where it is.

alter table replay.answers
    add column claim uuid,
    add column etag text,
    add column location text;
comment on column replay.answers.claim is
    'Names the request that is carried out: only that one gives the answer, or lets go of the key.';
comment on column replay.answers.etag is 'The header of the first answer, if it had one.';
comment on column replay.answers.location is 'The header of the first answer, if it had one.';
