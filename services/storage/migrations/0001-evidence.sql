-- What is known of each evidence object; its content lies in the object store under object_key.
create table objects (
  id uuid primary key,
  tenant_id text not null,
  object_key text not null,
  filename text not null,
  content_type text not null,
  size_bytes bigint not null check (size_bytes >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  incident_id uuid,
  alert_id uuid,
  stored_by text not null,
  stored_at timestamptz not null
);
create index objects_newest on objects (tenant_id, stored_at desc, id desc);
create index objects_incident on objects (incident_id) where incident_id is not null;
create index objects_alert on objects (alert_id) where alert_id is not null;
create index objects_sha256 on objects (sha256);

-- Who did what with an object, numbered without gaps. Nothing here is ever changed or removed.
create table custody_entries (
  object_id uuid not null references objects (id),
  sequence integer not null check (sequence > 0),
  tenant_id text not null,
  action text not null check (action in ('stored', 'downloaded', 'verified')),
  actor text not null,
  actor_id text not null,
  at timestamptz not null,
  detail jsonb not null,
  primary key (object_id, sequence)
);

-- The role that writes here owns the table, so a revoked privilege would not bind it; a trigger does.
create function refuse_custody_change() returns trigger language plpgsql as $$
begin
  raise exception 'custody entries are append-only';
end
$$;
create trigger custody_entries_append_only before update or delete on custody_entries
  for each row execute function refuse_custody_change();
create trigger custody_entries_not_truncated before truncate on custody_entries
  for each statement execute function refuse_custody_change();
