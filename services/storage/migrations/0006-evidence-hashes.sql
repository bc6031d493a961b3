-- The second hash; absent for what was stored before there was one. What lies under a content's own key is nobody else's:
-- a hold or a removal concerns one object.
alter table objects
  add column blake3 text check (blake3 ~ '^[0-9a-f]{64}$'),
  -- What its first bytes say it is, whatever its sender says.
  add column detected_type text not null default 'application/octet-stream',
  -- Why to be careful with it, e.g. executable, polyglot, archive_bomb.
  add column warnings text[] not null default '{}',
  -- Not given out while it is not null.
  add column quarantine_reason text,
  add column legal_hold boolean not null default false,
  add column retain_until timestamptz;

alter table custody_entries drop constraint custody_entries_action_check;
alter table custody_entries add constraint custody_entries_action_check check (
  action in ('stored', 'downloaded', 'verified', 'url_issued', 'held', 'released', 'quarantined', 'cleared', 'exported', 'purged'));

-- Contents on their way. A row is written before the first byte and goes with the transaction that makes the object: what is
-- left of one that was broken off can be found by it.
create table uploads (
  id uuid primary key,
  tenant_id text not null,
  -- What the store calls it; null for an upload in one piece.
  upload text,
  part_bytes bigint,
  filename text not null,
  content_type text not null,
  size_bytes bigint,
  sha256 text,
  blake3 text,
  incident_id uuid,
  alert_id uuid,
  started_by text not null,
  started_by_id text not null,
  started_at timestamptz not null,
  expires_at timestamptz not null
);
create index uploads_expiry on uploads (expires_at);
create index uploads_tenant on uploads (tenant_id, expires_at);

create table upload_parts (
  upload_id uuid not null references uploads (id) on delete cascade,
  tenant_id text not null,
  number integer not null check (number between 1 and 10000),
  size_bytes bigint not null check (size_bytes >= 0),
  tag text not null,
  primary key (upload_id, number)
);

grant select, insert, update, delete on uploads, upload_parts to soc_storage_tenant;
alter table uploads enable row level security;
create policy tenant on uploads using (tenant_id = current_setting('soc.tenant', true));
alter table upload_parts enable row level security;
create policy tenant on upload_parts using (tenant_id = current_setting('soc.tenant', true));
