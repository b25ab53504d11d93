-- Each line of an order, and each hold, is written again when it is sent. Room beside it keeps that
-- out of the indexes (a heap-only tuple).

alter table shop.order_lines set (fillfactor = 50);
alter table shop.order_holds set (fillfactor = 50);
