-- What people and services did. What an alert's own row tells (received, repeated, analysed, enriched, correlated) is not
-- repeated here: that would be four more rows for every alert.
create table timeline_entries (
  id uuid primary key,
  tenant_id text not null,
  alert_id uuid,
  incident_id uuid,
  at timestamptz not null,
  kind text not null,
  actor text,
  summary text not null,
  data jsonb not null
);
create index timeline_entries_of_alert on timeline_entries (alert_id, at, id) where alert_id is not null;
create index timeline_entries_of_incident on timeline_entries (incident_id, at, id) where incident_id is not null;

create table comments (
  id uuid primary key,
  tenant_id text not null,
  alert_id uuid not null references alerts (id) on delete cascade,
  author_id text not null,
  author_name text not null,
  text text not null,
  created_at timestamptz not null
);
-- Ids are UUIDv7: in the order of time.
create index comments_of_alert on comments (alert_id, id);

create table mappings (
  tenant_id text not null,
  name text not null,
  mapping jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant_id, name)
);
