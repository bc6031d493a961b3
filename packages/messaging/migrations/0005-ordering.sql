-- Filled only for types whose contract says `ordered`: what of a subject is not on its stream yet must go before what comes
-- later of it. The partial index costs the other types nothing.
alter table outbox add column subject text;
create index outbox_subject on outbox (subject, id) where subject is not null;

-- The latest unsent row of each subject. Whoever publishes in a request may not read the outbox, and learns no more than this.
create function outbox_unsent(subjects text[]) returns table (subject text, latest bigint)
language sql stable security definer set search_path from current as $$
  select subject, max(id) from outbox where subject = any(subjects) and subject is not null group by subject
$$;

-- Who handles the ordered events of a noun (`alert`, `incident`), one replica at a time. A transaction of a handler locks the
-- row of its epoch `for key share`. Because the epoch is part of a key, changing it waits for these; renewing does not.
create table ordered_leases (
  noun text primary key,
  epoch bigint not null default 0,
  holder text,
  expires_at timestamptz not null default '-infinity',
  unique (noun, epoch)
);

-- Ordered events that failed, and behind each of them what came later of its subject. `body` is the event alone, sealed;
-- only the first of a subject, the one that failed, has attempts, a reason and the time of its next try.
create table ordered_waiting (
  id bigint generated always as identity primary key,
  noun text not null,
  subject text not null,
  event_id uuid not null,
  type text not null,
  body bytea not null,
  attempts integer not null default 0,
  reason text,
  failed_at timestamptz,
  due_at timestamptz,
  unique (noun, event_id)
);
create index ordered_waiting_subject on ordered_waiting (noun, subject, id);
alter table ordered_waiting set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

do $$
declare
  tenant text := 'soc_' || current_schema() || '_tenant';
begin
  if exists (select from pg_roles where rolname = tenant) then
    execute format('revoke all on ordered_leases, ordered_waiting from %I', tenant);
    execute format('grant insert (subject) on outbox to %I', tenant);
  end if;
end $$;
