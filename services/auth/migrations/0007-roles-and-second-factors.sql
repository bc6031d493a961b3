-- Roles that a tenant made; the built-in ones are in the contracts. People hold names.
create table roles (
  tenant_id text not null,
  name text not null,
  description text not null,
  permissions text[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, name)
);

create table tenant_settings (
  tenant_id text primary key,
  mfa_required_roles text[] not null,
  updated_at timestamptz not null
);

-- The second factor of a person: begun, and since a first code fitted, confirmed.
create table mfa_factors (
  user_id uuid primary key references users on delete cascade,
  tenant_id text not null,
  -- Sealed with AES-256-GCM under a key that is not in the database.
  secret text not null,
  begun_at timestamptz not null,
  confirmed_at timestamptz,
  -- The time step of the last code that was accepted: none that is as old is accepted again (RFC 6238, section 5.2).
  last_step bigint not null
);

create table recovery_codes (
  user_id uuid not null references mfa_factors on delete cascade,
  tenant_id text not null,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

alter table users add column must_change_password boolean not null default false;

-- Where a login came from. `network` is the address as failed logins are counted by it.
alter table sessions add column user_agent text, add column address text, add column network text;
create index sessions_network on sessions (user_id, network);

-- Failures are forgotten by the last of them, not by the first: who goes on failing goes on waiting.
alter table login_failures add column last_failed_at timestamptz not null default now();
create index login_failures_last on login_failures (last_failed_at);

grant select, insert, update, delete on roles, tenant_settings, mfa_factors, recovery_codes to soc_auth_tenant;
alter table roles enable row level security;
create policy tenant on roles using (tenant_id = current_setting('soc.tenant', true));
alter table tenant_settings enable row level security;
create policy tenant on tenant_settings using (tenant_id = current_setting('soc.tenant', true));
alter table mfa_factors enable row level security;
create policy tenant on mfa_factors using (tenant_id = current_setting('soc.tenant', true));
alter table recovery_codes enable row level security;
create policy tenant on recovery_codes using (tenant_id = current_setting('soc.tenant', true));

create trigger roles_audited after insert or update or delete on roles
  for each row execute function audit.record_change('', 'updated_at');
create trigger tenant_settings_audited after insert or update or delete on tenant_settings
  for each row execute function audit.record_change('', 'updated_at');
create trigger mfa_factors_audited after insert or update or delete on mfa_factors
  for each row execute function audit.record_change('secret', 'last_step');
create trigger recovery_codes_audited after insert or update or delete on recovery_codes
  for each row execute function audit.record_change('code_hash');
create trigger roles_truncated after truncate on roles
  for each statement execute function audit.record_change();
create trigger tenant_settings_truncated after truncate on tenant_settings
  for each statement execute function audit.record_change();
create trigger mfa_factors_truncated after truncate on mfa_factors
  for each statement execute function audit.record_change();
create trigger recovery_codes_truncated after truncate on recovery_codes
  for each statement execute function audit.record_change();
