-- A request works as the role soc_storage_tenant with its tenant in the setting soc.tenant (ADR 0016): whatever its statement
-- forgets to ask, it meets no other tenant's rows. The owner, which runs migrations, events and schedules, is not bound.
grant select, insert, update, delete on objects, documents, metric_points to soc_storage_tenant;
-- Append-only, for everybody.
grant select, insert on custody_entries to soc_storage_tenant;
revoke update, delete on custody_entries from soc_storage_tenant;

alter table objects enable row level security;
create policy tenant on objects using (tenant_id = current_setting('soc.tenant', true));
alter table custody_entries enable row level security;
create policy tenant on custody_entries using (tenant_id = current_setting('soc.tenant', true));
alter table documents enable row level security;
create policy tenant on documents using (tenant_id = current_setting('soc.tenant', true));
alter table metric_points enable row level security;
create policy tenant on metric_points using (tenant_id = current_setting('soc.tenant', true));
