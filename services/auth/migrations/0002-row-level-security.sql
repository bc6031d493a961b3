-- A request works as the role soc_auth_tenant with its tenant in the setting soc.tenant (ADR 0016): whatever its statement
-- forgets to ask, it meets no other tenant's rows. The owner, which runs migrations, events and schedules, is not bound.
grant select, insert, update, delete on
  users, sessions, api_keys, refresh_tokens
  to soc_auth_tenant;

alter table users enable row level security;
create policy tenant on users using (tenant_id = current_setting('soc.tenant', true));
alter table sessions enable row level security;
create policy tenant on sessions using (tenant_id = current_setting('soc.tenant', true));
alter table api_keys enable row level security;
create policy tenant on api_keys using (tenant_id = current_setting('soc.tenant', true));

-- By the session, which a tenant sees only when it is its own.
alter table refresh_tokens enable row level security;
create policy tenant on refresh_tokens using (exists (select from sessions where sessions.id = session_id));

-- Failed logins belong to no tenant: nobody is logged in yet.
revoke all on login_failures from soc_auth_tenant;
