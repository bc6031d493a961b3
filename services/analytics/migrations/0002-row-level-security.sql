-- A request works as the role soc_analytics_tenant with its tenant in the setting soc.tenant (ADR 0016): whatever its statement
-- forgets to ask, it meets no other tenant's rows. The owner, which runs migrations, events and schedules, is not bound.
grant select, insert, update, delete on
  alerts, incidents, runs, deliveries, evidence
  to soc_analytics_tenant;

alter table alerts enable row level security;
create policy tenant on alerts using (tenant_id = current_setting('soc.tenant', true));
alter table incidents enable row level security;
create policy tenant on incidents using (tenant_id = current_setting('soc.tenant', true));
alter table runs enable row level security;
create policy tenant on runs using (tenant_id = current_setting('soc.tenant', true));
alter table deliveries enable row level security;
create policy tenant on deliveries using (tenant_id = current_setting('soc.tenant', true));
alter table evidence enable row level security;
create policy tenant on evidence using (tenant_id = current_setting('soc.tenant', true));
