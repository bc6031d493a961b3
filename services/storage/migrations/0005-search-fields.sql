-- Comments, raw events and evidence are documents too, and documents have fields. Those that were indexed before are found by
-- their words, and by fields once they change or their events are replayed.
alter table documents drop constraint documents_kind_check;
alter table documents add constraint documents_kind_check
  check (kind in ('alert', 'incident', 'comment', 'event', 'evidence'));
alter table documents alter column severity drop not null, alter column status drop not null;
alter table documents
  add column verdict text,
  add column assignee text,
  add column score smallint,
  add column alert_id uuid,
  add column incident_id uuid,
  add column texts jsonb not null default '[]';

-- A kind of which there are few is not looked for among millions of another; retention goes by it too.
create index documents_newest_of_kind on documents (tenant_id, kind, occurred_at desc, id desc);
-- Few documents have these; a change of them is a person's doing, or happens once.
create index documents_assignee on documents (tenant_id, assignee, occurred_at desc, id desc) where assignee is not null;
create index documents_verdict on documents (tenant_id, verdict, occurred_at desc, id desc) where verdict is not null;
create index documents_incident on documents (tenant_id, incident_id, occurred_at desc, id desc)
  where incident_id is not null;
