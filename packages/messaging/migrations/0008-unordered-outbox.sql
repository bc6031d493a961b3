-- What is not ordered is taken apart from what is, oldest first, and often there is none of it among thousands that are ordered:
-- without this index each look for it read the whole backlog (38 ms).
create index outbox_unordered on outbox (id) where subject is null;
