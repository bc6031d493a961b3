create table metric_points (
  tenant_id text not null,
  name text not null,
  at timestamptz not null,
  value double precision not null,
  labels jsonb not null
);
create index metric_points_series on metric_points (tenant_id, name, at);
