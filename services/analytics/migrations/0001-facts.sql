-- One row an alert, as last told by the alert service; a lower version never overwrites a higher one.
create table alerts (
  alert_id uuid primary key,
  tenant_id text not null,
  severity text not null,
  status text not null,
  source text not null,
  rule text,
  verdict text,
  occurrences integer not null,
  techniques text[] not null,
  -- `type:value`, for the top entities: an array costs one row an alert where a counter table would cost one an entity.
  entities text[] not null,
  received_at timestamptz not null,
  analysed_at timestamptz,
  triaged_at timestamptz,
  closed_at timestamptz,
  version integer not null
);
-- Every figure is asked for a tenant and a span of arrival.
create index alerts_by_arrival on alerts (tenant_id, received_at);

create table incidents (
  incident_id uuid primary key,
  tenant_id text not null,
  severity text not null,
  status text not null,
  alert_count integer not null,
  created_at timestamptz not null,
  closed_at timestamptz,
  version integer not null
);
create index incidents_by_creation on incidents (tenant_id, created_at);

create table runs (
  run_id uuid primary key,
  tenant_id text not null,
  outcome text not null,
  ended_at timestamptz not null
);
create index runs_by_end on runs (tenant_id, ended_at);

create table deliveries (
  delivery_id uuid primary key,
  tenant_id text not null,
  outcome text not null,
  ended_at timestamptz not null
);
create index deliveries_by_end on deliveries (tenant_id, ended_at);

create table evidence (
  object_id uuid primary key,
  tenant_id text not null,
  size_bytes bigint not null,
  stored_at timestamptz not null
);
create index evidence_by_time on evidence (tenant_id, stored_at);
