-- The Sigma rules of a tenant as they are now. What they said at each version is in rule_versions, the text among it.
create table rules (
  tenant_id text not null,
  id text not null,
  kind text not null,
  title text not null,
  level text not null,
  status text,
  product text,
  category text,
  service text,
  author text,
  license text,
  tags jsonb not null,
  -- What nobody filters by: name, description, dates, references, false positives.
  head jsonb not null,
  file text not null,
  line integer not null,
  enabled boolean not null,
  version integer not null,
  -- Of the text and of what the engine makes of it: the same hash is the same rule.
  content_hash text not null,
  -- The rules a correlation counts, or a filter narrows.
  counts jsonb not null,
  -- What engines are made of, in the form that compiled_format numbers; another form is read anew from the texts.
  compiled text not null,
  compiled_format integer not null,
  -- Lower-case id, title, file and tags, for the filter q; a tenant has some thousand rules, so it is scanned.
  searched text not null,
  imported_at timestamptz not null,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant_id, id)
);
create index rules_by_title on rules (tenant_id, title, id);

create table rule_versions (
  tenant_id text not null,
  rule_id text not null,
  version integer not null,
  title text not null,
  level text not null,
  text text not null,
  at timestamptz not null,
  by text not null,
  primary key (tenant_id, rule_id, version)
);

-- Grows with every change of a tenant's rules; replicas ask for it every second. Its row is the lock of such a change.
create table rule_sets (
  tenant_id text primary key,
  version bigint not null
);

-- Raw events, hundreds in a row, compressed: what backtests read. Rows are in the order of their ids, which is that of time.
create table event_blocks (
  tenant_id text not null,
  id uuid not null,
  received_at timestamptz not null,
  source text,
  events integer not null,
  body bytea not null,
  primary key (tenant_id, id)
);
create index event_blocks_by_time on event_blocks (received_at);
-- They are compressed already.
alter table event_blocks alter column body set storage external;

grant select, insert, update, delete on rules, rule_versions, rule_sets, event_blocks to soc_alert_tenant;

alter table rules enable row level security;
create policy tenant on rules using (tenant_id = current_setting('soc.tenant', true));
alter table rule_versions enable row level security;
create policy tenant on rule_versions using (tenant_id = current_setting('soc.tenant', true));
alter table rule_sets enable row level security;
create policy tenant on rule_sets using (tenant_id = current_setting('soc.tenant', true));
alter table event_blocks enable row level security;
create policy tenant on event_blocks using (tenant_id = current_setting('soc.tenant', true));
