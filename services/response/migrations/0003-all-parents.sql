-- That a trigger fired is written only where trigger, incident and run are the tenant's own. It is shown by the trigger alone,
-- as before.
alter policy tenant on trigger_firings with check (
  exists (select from triggers where triggers.id = trigger_id)
  and exists (select from incidents where incidents.id = incident_id)
  and exists (select from runs where runs.id = run_id));
