-- What people decided not to be told of. The counts change with every batch that has something to hide: no index on them.
create table suppressions (
  id uuid primary key,
  tenant_id text not null,
  name text not null,
  owner text not null,
  reason text not null,
  conditions jsonb not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  updated_by text not null,
  ended_at timestamptz,
  hidden_alerts bigint not null default 0,
  hidden_occurrences bigint not null default 0,
  last_hidden_at timestamptz,
  version integer not null
) with (fillfactor = 70);
-- Read by every batch of alerts that comes in.
create index suppressions_in_force on suppressions (tenant_id, expires_at) where ended_at is null;
create index suppressions_newest on suppressions (tenant_id, id desc);

grant select, insert, update, delete on suppressions to soc_alert_tenant;
alter table suppressions enable row level security;
create policy tenant on suppressions using (tenant_id = current_setting('soc.tenant', true));

-- Never changes after the insert, so that updates of an alert stay heap-only.
alter table alerts add column suppressed_by uuid;
create index alerts_by_suppression on alerts (suppressed_by, occurred_at desc, id desc) where suppressed_by is not null;
