-- What the search server has been sent stays here, to be sent again to one that has lost it. Null for what waits.
alter table search_pending add column sent_at timestamptz;
drop index search_pending_waiting;
create index search_pending_waiting on search_pending (sequence) where refused is null and sent_at is null;
-- By which retention takes out what is too old.
create index search_pending_retention on search_pending (tenant_id, kind, occurred_at);

-- The index as the server made it. Another one of that name has lost what this one had; null for one that was never made.
alter table search_generations add column index_uuid text;
-- Made before their names were kept: empty until the server is asked.
update search_generations set index_uuid = '';

-- What a purge has set out to remove where that is no part of a transaction: by it, one that was killed tells what it did.
alter table retention_purges add column planned_count bigint;
