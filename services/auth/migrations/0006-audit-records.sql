-- The audit trail of the fleet: one chain over the records of all tenants (ADR 0024). `body` is the record, in canonical JSON,
-- and what is hashed; `chain` is SHA-256 over the chain before and the record; the other columns repeat the body for queries.
create table audit_records (
  seq bigint primary key,
  id uuid not null unique,
  tenant_id text not null,
  service text not null,
  at timestamptz not null,
  action text not null,
  outcome text not null,
  actor_kind text not null,
  actor_id text,
  target_type text,
  target_id text,
  body text not null,
  chain bytea not null
);
create index audit_records_by_time on audit_records (tenant_id, at, seq);
create index audit_records_by_actor on audit_records (tenant_id, actor_id, at, seq);
create index audit_records_by_action on audit_records (tenant_id, action, at, seq);
create index audit_records_by_target on audit_records (tenant_id, target_id, at, seq) where target_id is not null;

-- The role that writes here owns the table, so a revoked privilege would not bind it; a trigger does.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit records are append-only';
end $$;
create trigger audit_records_append_only before update or delete on audit_records
  for each row execute function refuse_audit_change();
create trigger audit_records_not_truncated before truncate on audit_records
  for each statement execute function refuse_audit_change();

-- A request reads what concerns its tenant; only the service itself adds, outside of any request.
revoke insert, update, delete on audit_records from soc_auth_tenant;
alter table audit_records enable row level security;
create policy tenant on audit_records using (tenant_id = current_setting('soc.tenant', true));
