-- A request works as the role soc_response_tenant with its tenant in the setting soc.tenant (ADR 0016): whatever its statement
-- forgets to ask, it meets no other tenant's rows. The owner, which runs migrations, events and schedules, is not bound.
grant select, insert, update, delete on
  playbooks, playbook_revisions, triggers, incidents, runs, trigger_firings, step_executions
  to soc_response_tenant;

alter table playbooks enable row level security;
create policy tenant on playbooks using (tenant_id = current_setting('soc.tenant', true));
alter table playbook_revisions enable row level security;
create policy tenant on playbook_revisions using (tenant_id = current_setting('soc.tenant', true));
alter table triggers enable row level security;
create policy tenant on triggers using (tenant_id = current_setting('soc.tenant', true));
alter table incidents enable row level security;
create policy tenant on incidents using (tenant_id = current_setting('soc.tenant', true));
alter table runs enable row level security;
create policy tenant on runs using (tenant_id = current_setting('soc.tenant', true));

-- By the trigger and by the run, which a tenant sees only when they are its own.
alter table trigger_firings enable row level security;
create policy tenant on trigger_firings using (exists (select from triggers where triggers.id = trigger_id));
alter table step_executions enable row level security;
create policy tenant on step_executions using (exists (select from runs where runs.id = run_id));
