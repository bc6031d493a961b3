-- A request works as the role soc_intel_tenant with its tenant in the setting soc.tenant (ADR 0016): whatever its statement
-- forgets to ask, it meets no other tenant's rows. The owner, which runs migrations, events and schedules, is not bound.
grant select, insert, update, delete on
  indicators, enrichments, warninglists, warninglist_entries
  to soc_intel_tenant;

alter table indicators enable row level security;
create policy tenant on indicators using (tenant_id = current_setting('soc.tenant', true));
alter table enrichments enable row level security;
create policy tenant on enrichments using (tenant_id = current_setting('soc.tenant', true));

-- What is built in is of the tenant '*': everybody reads it, nobody changes it.
alter table warninglists enable row level security;
create policy tenant on warninglists using (tenant_id = current_setting('soc.tenant', true));
create policy built_in on warninglists for select using (tenant_id = '*');
alter table warninglist_entries enable row level security;
create policy tenant on warninglist_entries using (tenant_id = current_setting('soc.tenant', true));
create policy built_in on warninglist_entries for select using (tenant_id = '*');
