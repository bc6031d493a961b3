-- Which alerts moved from one incident to another when it was merged or split, so that it can be undone. What was done at once
-- has one `reshape_id`.
create table incident_moves (
  id uuid primary key,
  tenant_id text not null,
  reshape_id uuid not null,
  kind text not null,
  from_id uuid not null,
  into_id uuid not null,
  alert_ids uuid[] not null,
  -- Of a merge, how the incident stood that gave its alerts.
  status_before text,
  closed_before timestamptz,
  at timestamptz not null,
  actor text,
  undone_at timestamptz
);
create index incident_moves_from on incident_moves (from_id, id desc) where undone_at is null;
create index incident_moves_into on incident_moves (into_id, id desc) where undone_at is null;

-- With which assets an entity was seen, a row for each day: what tells that it is common. Only of entities that may be common.
create table entity_assets (
  tenant_id text not null,
  entity uuid not null,
  day date not null,
  asset uuid not null,
  primary key (entity, day, asset)
);

grant select, insert, update, delete on incident_moves, entity_assets to soc_alert_tenant;
alter table incident_moves enable row level security;
create policy tenant on incident_moves using (tenant_id = current_setting('soc.tenant', true));
alter table entity_assets enable row level security;
create policy tenant on entity_assets using (tenant_id = current_setting('soc.tenant', true));
