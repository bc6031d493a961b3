create table incidents (
  id uuid primary key,
  tenant_id text not null,
  title text not null,
  -- Set by a person: correlation leaves it alone.
  is_title_fixed boolean not null default false,
  severity text not null,
  is_severity_fixed boolean not null default false,
  -- Merged or split by a person: correlation does not merge it away.
  is_kept_apart boolean not null default false,
  status text not null,
  verdict text,
  assignee text,
  alert_count integer not null,
  -- Different assets among the members: what tells that a shared entity is a hub.
  asset_count integer not null,
  entities jsonb not null,
  tactics text[] not null,
  techniques text[] not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  locked boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  closed_at timestamptz,
  merged_into_id uuid,
  version integer not null
) with (fillfactor = 50);
-- Ids are UUIDv7: newest first is id order.
create index incidents_newest on incidents (tenant_id, id desc);

-- An alert is in one incident at most; alerts.incident_id says in which, and both change in one transaction.
create table incident_members (
  incident_id uuid not null,
  occurred_at timestamptz not null,
  alert_id uuid not null,
  tenant_id text not null,
  joined_at timestamptz not null,
  reasons jsonb not null,
  primary key (incident_id, occurred_at, alert_id)
);

-- Which incidents know an entity, the newest first, and the member that named it last. The key is that of alert_entities.
create table incident_entities (
  tenant_id text not null,
  entity uuid not null,
  incident_id uuid not null,
  type text not null,
  value text not null,
  is_asset boolean not null,
  alert_id uuid not null,
  alert_count integer not null,
  primary key (entity, incident_id)
) with (fillfactor = 80);
-- For merging and splitting.
create index incident_entities_of_incident on incident_entities (incident_id);

create table incident_responses (
  run_id uuid primary key,
  tenant_id text not null,
  incident_id uuid not null,
  playbook_id text not null,
  playbook_name text not null,
  outcome text not null,
  detail text not null,
  dry_run boolean not null,
  started_at timestamptz not null,
  ended_at timestamptz not null
);
create index incident_responses_of_incident on incident_responses (incident_id, ended_at desc);
