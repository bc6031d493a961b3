create table deduplication (
  tenant_id text not null,
  source text not null,
  fingerprint jsonb,
  window_s integer,
  near_distance smallint,
  updated_at timestamptz not null,
  updated_by text not null,
  primary key (tenant_id, source)
);

-- What near-duplicates are looked for among: the first alert of each kind. A bucket is the source, the rule, the hosts and users.
create table simhashes (
  tenant_id text not null,
  bucket uuid not null,
  alert_id uuid not null,
  simhash bigint not null,
  expires_at timestamptz not null,
  primary key (bucket, alert_id)
);

-- Of a near-duplicate, how many bits it differs in from the alert that stands for it.
alter table fingerprints add column near_distance smallint;
-- Event time of what claimed it last, by which news that comes too late is told from news.
alter table fingerprints add column event_at timestamptz;

-- By event time: the latest news that it is over, and the latest that it happens (null where `last_seen_at` is it, and where
-- nothing was ever heard but that it is over). In no index.
alter table alerts add column resolved_at timestamptz;
alter table alerts add column last_fired_at timestamptz;

grant select, insert, update, delete on deduplication, simhashes to soc_alert_tenant;
alter table deduplication enable row level security;
create policy tenant on deduplication using (tenant_id = current_setting('soc.tenant', true));
alter table simhashes enable row level security;
create policy tenant on simhashes using (tenant_id = current_setting('soc.tenant', true));
