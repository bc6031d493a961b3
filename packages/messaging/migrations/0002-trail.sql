-- What a person sorts dead letters by, what became of them, and their events as bytes: sealed, or JSON text (its first byte
-- tells) where they were given up before there were seals.
alter table dead_letters
  add column body bytea,
  add column source text,
  add column subject text,
  add column tenant_id text,
  add column correlation_id text,
  add column reason_code text not null default 'handler_failed',
  add column first_failed_at timestamptz,
  add column state text not null default 'waiting',
  add column settled_at timestamptz,
  add column settled_by jsonb,
  add column discard_reason text;
alter table dead_letters rename column failed_at to last_failed_at;
update dead_letters set body = convert_to(envelope, 'UTF8'), first_failed_at = last_failed_at;
-- An id that is no UUID is the hash of a text that was no event.
update dead_letters set event_id = regexp_replace(left(event_id, 32), '(.{8})(.{4}).(.{3}).(.{3})(.{12})', '\1-\2-8\3-8\4-\5')
  where length(event_id) = 64;
alter table dead_letters
  drop column envelope,
  alter column event_id type uuid using event_id::uuid,
  alter column body set not null,
  alter column first_failed_at set not null,
  alter column reason_code drop default;
drop index dead_letters_failed_at;
create index dead_letters_state on dead_letters (state, last_failed_at desc, event_id desc);

-- What happened to which events, a row a batch. Ids of events are UUIDv7; all ids of a row share their first 32 bits, so
-- they were made within 65.536 s of one another, and the trail of an event is a short range of the one index: from the
-- lowest id with these bits to its own. An index entry per row, not per event, and rows are pruned in the order of the index.
create table bus_trail (
  first_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  kind text not null,
  type text not null,
  instance text not null,
  event_ids uuid[] not null,
  attempt integer,
  reason_code text,
  reason text,
  actor jsonb
);
create index bus_trail_first_id on bus_trail (first_id);
-- Ids are neither compressed nor moved out of line; the table only grows at its end and is pruned.
alter table bus_trail set (toast_tuple_target = 8160, autovacuum_vacuum_insert_scale_factor = 0.5);

-- Replays of time ranges. `cursor_id` is the last entry of the stream that is done, and `cursor_index` the events that are
-- done of the entry after it; they move in the transaction of the effects.
create table bus_replays (
  id uuid primary key,
  type text not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  state text not null default 'running',
  cursor_id text not null,
  cursor_index integer not null default 0,
  handled bigint not null default 0,
  ignored bigint not null default 0,
  failed bigint not null default 0,
  missing_before timestamptz,
  error text,
  requested_by jsonb not null,
  requested_at timestamptz not null,
  ended_at timestamptz
);
create unique index bus_replays_running on bus_replays (type) where state = 'running';

-- None of this is for the role that requests work as (0004-tenant-role.sql): the bus carries the events of all tenants.
do $$
declare
  tenant text := 'soc_' || current_schema() || '_tenant';
begin
  if exists (select from pg_roles where rolname = tenant) then
    execute format('revoke all on bus_trail, bus_replays from %I', tenant);
  end if;
end $$;
