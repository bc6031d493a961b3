-- What alerts add up to by entity, fading by half each day. `log_risk` is the logarithm to base 2 of the sum of the points of all
-- alerts, each times two to the power of its day: what everything fades by is left out, so the order of rows never changes
-- and nothing has to be recounted.
create table entity_risk (
  tenant_id text not null,
  entity uuid not null,
  type text not null,
  value text not null,
  log_risk double precision not null,
  alert_count integer not null,
  last_at timestamptz not null,
  primary key (entity)
) with (fillfactor = 80);
create index entity_risk_highest on entity_risk (tenant_id, log_risk desc, entity desc);

grant select, insert, update, delete on entity_risk to soc_alert_tenant;
alter table entity_risk enable row level security;
create policy tenant on entity_risk using (tenant_id = current_setting('soc.tenant', true));
