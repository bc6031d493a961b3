-- Access tokens that are refused before they expire. Written with the change that revokes them, read by the gateways.
create table revocations (
  id uuid primary key default gen_random_uuid(),
  -- The transaction that wrote it: a reader tells by it what it cannot have seen before. No sequence can, for the row with
  -- the smaller number may be committed later.
  written_by xid8 not null default pg_current_xact_id(),
  tenant_id text not null,
  kind text not null check (kind in ('user', 'session', 'api_key', 'all')),
  subject text not null,
  before timestamptz not null,
  at timestamptz not null
);
create index revocations_feed on revocations (written_by, id);
create index revocations_at on revocations (at);

alter table revocations enable row level security;
create policy tenant on revocations using (tenant_id = current_setting('soc.tenant', true));

-- Tokens of a person are issued at this time or later, whatever the clock of the replica that issues them says.
alter table users add column tokens_valid_from timestamptz;
-- It follows other changes, which are news enough.
drop trigger users_audited on users;
create trigger users_audited after insert or update or delete on users
  for each row execute function audit.record_change('password_hash', 'last_login_at,updated_at,tokens_valid_from');
