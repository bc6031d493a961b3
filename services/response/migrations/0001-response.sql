-- Imported playbooks, the current revision of each. `id` is the CACAO id.
create table playbooks (
  tenant_id text not null,
  id text not null,
  name text not null,
  description text,
  enabled boolean not null,
  revoked boolean not null,
  revision integer not null,
  modified timestamptz not null,
  valid_from timestamptz,
  valid_until timestamptz,
  step_count integer not null,
  imported_by text not null,
  imported_at timestamptz not null,
  primary key (tenant_id, id)
);
create index playbooks_by_name on playbooks (tenant_id, name, id);

-- Every document ever imported: runs go on with the revision they began with, though the playbook be replaced or deleted.
-- json, not jsonb: an export gives the keys back in the author's order.
create table playbook_revisions (
  tenant_id text not null,
  playbook_id text not null,
  revision integer not null,
  document json not null,
  imported_at timestamptz not null,
  primary key (tenant_id, playbook_id, revision)
);

create table triggers (
  id uuid primary key,
  tenant_id text not null,
  name text not null,
  playbook_id text not null,
  on_event text not null,
  conditions jsonb not null,
  enabled boolean not null,
  dry_run boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  foreign key (tenant_id, playbook_id) references playbooks (tenant_id, id) on delete cascade
);
create index triggers_newest on triggers (tenant_id, created_at desc, id desc);
create index triggers_by_playbook on triggers (tenant_id, playbook_id);

-- A trigger fires once per incident: the primary key says so.
create table trigger_firings (
  trigger_id uuid not null references triggers on delete cascade,
  incident_id uuid not null,
  run_id uuid not null,
  primary key (trigger_id, incident_id)
);

-- Incidents as last told by their events, for starting runs on them.
create table incidents (
  tenant_id text not null,
  id uuid not null,
  version integer not null,
  incident jsonb not null,
  primary key (tenant_id, id)
);

create table runs (
  id uuid primary key,
  tenant_id text not null,
  playbook_id text not null,
  playbook_name text not null,
  playbook_revision integer not null,
  incident_id uuid,
  status text not null,
  detail text,
  dry_run boolean not null,
  origin_kind text not null,
  origin_id uuid,
  origin_name text not null,
  -- correlation, causation and trace context for the events the run causes
  event_origin jsonb not null,
  variables jsonb not null,
  cancel_requested boolean not null default false,
  started_at timestamptz not null,
  ended_at timestamptz,
  -- When an executor should look at it; null while it waits for a person only, and once it has ended.
  wake_at timestamptz,
  -- Whoever holds the current token may write to the journal; each claim takes the next number.
  lease_token bigint not null default 0,
  lease_owner text,
  lease_until timestamptz
);
create index runs_newest on runs (tenant_id, started_at desc, id desc);
create index runs_by_incident on runs (tenant_id, incident_id, started_at desc) where incident_id is not null;
create index runs_due on runs (wake_at) where wake_at is not null;

-- The journal. An effect is journaled as started, in a transaction of its own, before it is begun.
create table step_executions (
  run_id uuid not null references runs on delete cascade,
  step_id text not null,
  effect integer not null,
  attempt integer not null,
  position bigint generated always as identity,
  state text not null,
  request jsonb,
  outcome jsonb,
  due_at timestamptz,
  started_at timestamptz not null,
  ended_at timestamptz,
  primary key (run_id, step_id, effect, attempt)
);
