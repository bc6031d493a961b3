import pg from 'pg';

const { escapeIdentifier } = pg;

/** Owns the audit and nothing else; nobody can log in as it or become it, except a superuser. */
export const AUDIT_ROLE = 'soc_audit';

/** A year and a month, so that a yearly review finds all of its year. */
const KEPT_DAYS = 400;

/**
 * What was done to the rows of tables that are watched: `audit.changes`, written by the trigger function `audit.record_change`
 * alone. Both belong to a role of their own, so that a service whose tables are watched can add to it by changing a row, and
 * read what concerns its own schema, but change nothing and keep nothing out.
 */
const makeAudit = `
create schema if not exists audit authorization ${AUDIT_ROLE};
set local role ${AUDIT_ROLE};
create table if not exists audit.changes (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  schema_name text not null,
  table_name text not null,
  operation text not null,
  row_id text,
  tenant_id text,
  -- Of an update only the columns that changed. Secrets are '[redacted]'.
  before jsonb,
  after jsonb,
  login_role text not null,
  acting_role text not null,
  application text,
  client inet,
  -- As the session says, not as PostgreSQL knows: for whom it works, who asked, and by which request.
  scope_tenant text,
  actor text,
  correlation_id text,
  transaction_id xid8 not null default pg_current_xact_id()
);
create index if not exists changes_of_row on audit.changes (schema_name, table_name, row_id, id);
create index if not exists changes_by_time on audit.changes using brin (at);
alter table audit.changes enable row level security;

-- Arguments, both comma-separated: columns whose values are secret; columns that are no news when nothing else changes.
create or replace function audit.record_change() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  secret text[] := string_to_array(coalesce(tg_argv[0], ''), ',');
  unremarkable text[] := string_to_array(coalesce(tg_argv[1], ''), ',');
  before jsonb := case when tg_op in ('UPDATE', 'DELETE') then to_jsonb(old) end;
  after jsonb := case when tg_op in ('INSERT', 'UPDATE') then to_jsonb(new) end;
  whole jsonb := coalesce(after, before);
  changed text[];
begin
  if tg_op = 'UPDATE' then
    select array_agg(key) into changed from jsonb_each(after) where before -> key is distinct from value;
    if changed is null or changed <@ unremarkable then return null; end if;
    select jsonb_object_agg(key, value) into before from jsonb_each(before) where key = any(changed);
    select jsonb_object_agg(key, value) into after from jsonb_each(after) where key = any(changed);
  end if;
  if before ?| secret then
    select jsonb_object_agg(key, case when key = any(secret) then '"[redacted]"' else value end) into before
    from jsonb_each(before);
  end if;
  if after ?| secret then
    select jsonb_object_agg(key, case when key = any(secret) then '"[redacted]"' else value end) into after
    from jsonb_each(after);
  end if;
  insert into audit.changes (schema_name, table_name, operation, row_id, tenant_id, before, after, login_role, acting_role,
    application, client, scope_tenant, actor, correlation_id)
  values (tg_table_schema, tg_table_name, lower(tg_op), whole ->> 'id', whole ->> 'tenant_id', before, after, session_user,
    case current_setting('role') when 'none' then session_user else current_setting('role') end,
    nullif(current_setting('application_name'), ''), inet_client_addr(), nullif(current_setting('soc.tenant', true), ''),
    nullif(current_setting('soc.actor', true), ''), nullif(current_setting('soc.correlation', true), ''));
  return null;
end $$;

-- The one way in which something leaves the audit: by its age, which nobody can choose.
create or replace function audit.forget_old_changes() returns bigint language sql security definer
set search_path = pg_catalog, pg_temp as $$
  with gone as (delete from audit.changes where at < now() - interval '${KEPT_DAYS} days' returning 1)
  select count(*) from gone
$$;
revoke all on function audit.record_change(), audit.forget_old_changes() from public;

drop policy if exists own_schema on audit.changes;
create policy own_schema on audit.changes for select using ('soc_' || schema_name = current_user);
`;

/** Statements, for a superuser in one transaction, that make the audit of a database and let these login roles use it. */
export function auditStatements(roles: readonly string[]): readonly string[] {
  const granted = roles
    .map(escapeIdentifier)
    .flatMap((role) => [
      `grant usage on schema audit to ${role}`,
      `grant select on audit.changes to ${role}`,
      `grant execute on function audit.record_change(), audit.forget_old_changes() to ${role}`,
    ]);
  return [makeAudit, ...granted, 'reset role'];
}
