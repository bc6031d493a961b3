-- An alert is updated twice within a second of its insert, by its analysis and by its enrichment. Everything those updates
-- touch (score, verdict, techniques, reputation, incident, version) is in no index, and the free space of the page holds
-- the new row: they are heap-only updates, which write no index entry. So techniques and observables are looked up
-- through tables of their own, and incident members through incident_members.
create table alerts (
  id uuid primary key,
  tenant_id text not null,
  title text not null,
  description text,
  severity text not null,
  status text not null,
  source text not null,
  rule_id text,
  rule_name text,
  external_id text,
  fingerprint text not null,
  occurrences integer not null,
  observables jsonb not null,
  tactics text[] not null,
  techniques text[] not null,
  tags text[] not null,
  occurred_at timestamptz not null,
  last_seen_at timestamptz not null,
  received_at timestamptz not null,
  score smallint,
  suggested_verdict text,
  reputation text,
  verdict text,
  assignee text,
  incident_id uuid,
  analysis_revision integer not null default 0,
  analysed_at timestamptz,
  enriched_at timestamptz,
  triaged_at timestamptz,
  closed_at timestamptz,
  version integer not null
) with (fillfactor = 60);

-- The list, in its order; every filter that has no index of its own walks it.
create index alerts_by_time on alerts (tenant_id, occurred_at desc, id desc);
-- The queue of open work, for when most alerts are closed.
create index alerts_open_by_time on alerts (tenant_id, occurred_at desc, id desc) where status <> 'closed';
create index alerts_by_assignee on alerts (tenant_id, assignee, occurred_at desc, id desc) where assignee is not null;
create index alerts_by_verdict on alerts (tenant_id, verdict, occurred_at desc, id desc) where verdict is not null;

-- Which alerts name an entity. The key is a hash of tenant, type and value: 16 bytes whatever the value's length, where an
-- index over values of up to 2,048 characters would refuse the longest.
create table alert_entities (
  tenant_id text not null,
  entity uuid not null,
  occurred_at timestamptz not null,
  alert_id uuid not null,
  primary key (entity, occurred_at, alert_id)
);

-- Which alerts name a technique, for the filter of the list.
create table alert_techniques (
  tenant_id text not null,
  technique text not null,
  alert_id uuid not null,
  primary key (tenant_id, technique, alert_id)
);

-- Apart from the alerts, whose updates would copy the vector every time.
create table alert_search (
  alert_id uuid primary key,
  tenant_id text not null,
  words tsvector not null
);
create index alert_search_words on alert_search using gin (words);

-- What the source sent for the first occurrence, as received: a better mapping can be applied to it later.
create table raw_payloads (
  alert_id uuid primary key,
  tenant_id text not null,
  received_at timestamptz not null,
  payload text not null
);

-- The alert that stands for a fingerprint until `expires_at`. No index on that column: pruning reads the few hours of
-- rows there are, while the index would cost every insert.
create table fingerprints (
  tenant_id text not null,
  fingerprint text not null,
  alert_id uuid not null,
  expires_at timestamptz not null,
  -- False while all that was heard of it is that it is over.
  has_happened boolean not null,
  primary key (tenant_id, fingerprint)
) with (fillfactor = 80);

-- First answers by Idempotency-Key, for 24 hours. `answer` is null only inside the transaction that computes it.
create table idempotency_keys (
  tenant_id text not null,
  key text not null,
  request_hash text not null,
  answer jsonb,
  created_at timestamptz not null,
  primary key (tenant_id, key)
);
