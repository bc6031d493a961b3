-- How long a tenant keeps a kind. Whoever purges by a policy has its lease, renewed with every step: one process at a time, and
-- another one once that is dead.
create table retention_policies (
  tenant_id text not null,
  kind text not null check (kind in ('alert', 'incident', 'comment', 'event', 'evidence', 'metric')),
  keep_days integer not null check (keep_days > 0),
  updated_by text not null,
  updated_at timestamptz not null,
  due_at timestamptz not null,
  lease_holder uuid,
  lease_until timestamptz,
  primary key (tenant_id, kind)
);

-- What was purged. One without an end goes on under the same id after a crash.
create table retention_purges (
  id uuid primary key,
  tenant_id text not null,
  kind text not null check (kind in ('alert', 'incident', 'comment', 'event', 'evidence', 'metric')),
  keep_days integer not null,
  before timestamptz not null,
  count bigint not null default 0,
  held_count bigint not null default 0,
  size_bytes bigint not null default 0,
  started_at timestamptz not null,
  finished_at timestamptz
);
create index retention_purges_newest on retention_purges (tenant_id, started_at desc, id desc);

-- A purge names what it is about to remove before it removes it. The row and its custody outlive the content.
alter table objects
  add column purge_id uuid,
  add column purge_begun_at timestamptz,
  add column purged_at timestamptz;
create index objects_retention on objects (tenant_id, stored_at) where purged_at is null;
create index objects_purge_begun on objects (purge_begun_at) where purge_begun_at is not null and purged_at is null;

grant select, insert, update, delete on retention_policies to soc_storage_tenant;
grant select on retention_purges to soc_storage_tenant;
alter table retention_policies enable row level security;
create policy tenant on retention_policies using (tenant_id = current_setting('soc.tenant', true));
alter table retention_purges enable row level security;
create policy tenant on retention_purges using (tenant_id = current_setting('soc.tenant', true));
