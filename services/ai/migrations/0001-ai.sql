-- What is known of an alert. Analysis and enrichment arrive on streams of their own, in any order and at the same time:
-- both begin by writing this row, so the one that comes second waits for the first and then sees what it wrote.
create table alerts (
  alert_id uuid primary key,
  tenant_id text not null,
  -- From alert.created; null until it came.
  source text,
  rule text,
  -- From enrichment.completed; the surest hit, null when there is none.
  enriched_at timestamptz,
  hit jsonb,
  -- The confidence with which the latest analysis counted intel; null until analysed.
  scored_confidence smallint
);

create table analyses (
  alert_id uuid not null,
  revision integer not null,
  tenant_id text not null,
  analysis jsonb not null,
  signals jsonb not null,
  primary key (alert_id, revision)
);

-- In how many alerts an entity was. The key is a digest of type and value: 16 bytes, whatever the value.
create table entity_sightings (
  tenant_id text not null,
  entity uuid not null,
  alerts integer not null,
  primary key (tenant_id, entity)
);
-- Counted up with every alert: room on the page for the new version keeps the update off the index.
alter table entity_sightings set (fillfactor = 80);

create table known_threats (
  tenant_id text not null,
  entity uuid not null,
  hit jsonb not null,
  seen_at timestamptz not null,
  primary key (tenant_id, entity)
);

-- The last word on each alert, and the sums by rule that every analysis reads.
create table outcomes (
  alert_id uuid primary key,
  tenant_id text not null,
  source text not null,
  rule text not null,
  verdict text not null,
  previous_verdict text,
  decided_at timestamptz not null
);

create table rule_outcomes (
  tenant_id text not null,
  source text not null,
  rule text not null,
  true_positives integer not null,
  benign_true_positives integer not null,
  false_positives integer not null,
  primary key (tenant_id, source, rule)
);

create table feedback (
  id uuid primary key,
  tenant_id text not null,
  alert_id uuid not null,
  verdict text not null,
  note text,
  recorded_by text not null,
  recorded_at timestamptz not null
);
create index feedback_alert on feedback (alert_id, recorded_at);

create table assets (
  id uuid primary key,
  tenant_id text not null,
  type text not null check (type in ('host', 'user', 'ip')),
  pattern text not null,
  network inet generated always as (case when type = 'ip' then pattern::inet end) stored,
  -- The pattern for `like`, where it has wildcards.
  like_pattern text,
  value smallint not null check (value between 0 and 100),
  name text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (tenant_id, type, pattern)
);
create index assets_newest on assets (tenant_id, id desc);
create index assets_network on assets using spgist (network) where network is not null;
create index assets_like on assets (tenant_id, type) where like_pattern is not null;
