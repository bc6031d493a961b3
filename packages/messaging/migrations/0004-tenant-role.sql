-- A request works as the role of its service's tenants (ADR 0016). It publishes in its transaction and reads back where its
-- messages stand, but neither what others published nor anything else of the bus. Where that role is not there, nobody has
-- rights to take away.
do $$
declare
  tenant text := 'soc_' || current_schema() || '_tenant';
begin
  if exists (select from pg_roles where rolname = tenant) then
    execute format('revoke all on schema_migrations, outbox, inbox, dead_letters from %I', tenant);
    execute format('grant insert (type, envelope), select (id) on outbox to %I', tenant);
  end if;
end $$;
