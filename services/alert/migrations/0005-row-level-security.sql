-- A request works as the role soc_alert_tenant with its tenant in the setting soc.tenant (ADR 0016): whatever its statement
-- forgets to ask, it meets no other tenant's rows. The owner, which runs migrations, events and schedules, is not bound.
grant select, insert, update, delete on
  alerts, alert_entities, alert_techniques, alert_search, raw_payloads, fingerprints, idempotency_keys,
  timeline_entries, comments, mappings, incidents, incident_members, incident_entities, incident_responses,
  bulk_claims
  to soc_alert_tenant;

alter table alerts enable row level security;
create policy tenant on alerts using (tenant_id = current_setting('soc.tenant', true));
alter table alert_entities enable row level security;
create policy tenant on alert_entities using (tenant_id = current_setting('soc.tenant', true));
alter table alert_techniques enable row level security;
create policy tenant on alert_techniques using (tenant_id = current_setting('soc.tenant', true));
alter table alert_search enable row level security;
create policy tenant on alert_search using (tenant_id = current_setting('soc.tenant', true));
alter table raw_payloads enable row level security;
create policy tenant on raw_payloads using (tenant_id = current_setting('soc.tenant', true));
alter table fingerprints enable row level security;
create policy tenant on fingerprints using (tenant_id = current_setting('soc.tenant', true));
alter table idempotency_keys enable row level security;
create policy tenant on idempotency_keys using (tenant_id = current_setting('soc.tenant', true));
alter table timeline_entries enable row level security;
create policy tenant on timeline_entries using (tenant_id = current_setting('soc.tenant', true));
alter table comments enable row level security;
create policy tenant on comments using (tenant_id = current_setting('soc.tenant', true));
alter table mappings enable row level security;
create policy tenant on mappings using (tenant_id = current_setting('soc.tenant', true));
alter table incidents enable row level security;
create policy tenant on incidents using (tenant_id = current_setting('soc.tenant', true));
alter table incident_members enable row level security;
create policy tenant on incident_members using (tenant_id = current_setting('soc.tenant', true));
alter table incident_entities enable row level security;
create policy tenant on incident_entities using (tenant_id = current_setting('soc.tenant', true));
alter table incident_responses enable row level security;
create policy tenant on incident_responses using (tenant_id = current_setting('soc.tenant', true));
alter table bulk_claims enable row level security;
create policy tenant on bulk_claims using (tenant_id = current_setting('soc.tenant', true));
