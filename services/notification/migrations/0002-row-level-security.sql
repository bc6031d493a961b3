-- A request works as the role soc_notification_tenant with its tenant in the setting soc.tenant (ADR 0016): whatever its statement
-- forgets to ask, it meets no other tenant's rows. The owner, which runs migrations, events and schedules, is not bound.
grant select, insert, update, delete on
  channels, rules, deliveries, people, rule_channels, throttles
  to soc_notification_tenant;

alter table channels enable row level security;
create policy tenant on channels using (tenant_id = current_setting('soc.tenant', true));
alter table rules enable row level security;
create policy tenant on rules using (tenant_id = current_setting('soc.tenant', true));
alter table deliveries enable row level security;
create policy tenant on deliveries using (tenant_id = current_setting('soc.tenant', true));
alter table people enable row level security;
create policy tenant on people using (tenant_id = current_setting('soc.tenant', true));

-- By the rule, which a tenant sees only when it is its own.
alter table rule_channels enable row level security;
create policy tenant on rule_channels using (exists (select from rules where rules.id = rule_id));
alter table throttles enable row level security;
create policy tenant on throttles using (exists (select from rules where rules.id = rule_id));
