-- When somebody leaves, their cards go: each deletion looks for deposits that name the card, and
-- without an index it would read all deposits of everybody.

create index deposits_by_card on payments.deposits (card_token);
