-- The migrations before this one passed over the rights of the tenants' role (ADR 0016) where it was not there, and requests
-- could never publish. From here on it is demanded, and its rights are given once more, for whoever made it since.
do $$
declare
  tenant text := 'soc_' || current_schema() || '_tenant';
  advice text := 'prepare the database as a superuser first: npm run soc -- database prepare --admin-url postgres://…';
begin
  if not exists (select from pg_roles where rolname = tenant) then
    raise exception 'there is no role %, which requests work as; %', tenant, advice;
  end if;
  if not pg_has_role(tenant, 'set') then
    raise exception '% may not become %, which requests work as; %', current_user, tenant, advice;
  end if;
  execute format('grant usage on schema %I to %I', current_schema(), tenant);
  execute format('revoke all on schema_migrations, outbox, inbox, dead_letters, bus_trail, bus_replays, ordered_leases,
    ordered_waiting from %I', tenant);
  execute format('grant insert (type, envelope, subject), select (id) on outbox to %I', tenant);
end $$;
