-- A request works as the role soc_ai_tenant with its tenant in the setting soc.tenant (ADR 0016): whatever its statement
-- forgets to ask, it meets no other tenant's rows. The owner, which runs migrations, events and schedules, is not bound.
grant select, insert, update, delete on
  alerts, analyses, entity_sightings, known_threats, outcomes, rule_outcomes, feedback, assets
  to soc_ai_tenant;

alter table alerts enable row level security;
create policy tenant on alerts using (tenant_id = current_setting('soc.tenant', true));
alter table analyses enable row level security;
create policy tenant on analyses using (tenant_id = current_setting('soc.tenant', true));
alter table entity_sightings enable row level security;
create policy tenant on entity_sightings using (tenant_id = current_setting('soc.tenant', true));
alter table known_threats enable row level security;
create policy tenant on known_threats using (tenant_id = current_setting('soc.tenant', true));
alter table outcomes enable row level security;
create policy tenant on outcomes using (tenant_id = current_setting('soc.tenant', true));
alter table rule_outcomes enable row level security;
create policy tenant on rule_outcomes using (tenant_id = current_setting('soc.tenant', true));
alter table feedback enable row level security;
create policy tenant on feedback using (tenant_id = current_setting('soc.tenant', true));
alter table assets enable row level security;
create policy tenant on assets using (tenant_id = current_setting('soc.tenant', true));
