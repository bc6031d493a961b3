-- The newest known state of each alert and incident, as far as it is searched and listed.
-- The fill factor leaves room on the page: a change of status alone then touches no index (HOT update).
create table documents (
  tenant_id text not null,
  kind text not null check (kind in ('alert', 'incident')),
  id uuid not null,
  version integer not null,
  title text not null,
  severity text not null,
  status text not null,
  source text,
  occurred_at timestamptz not null,
  search tsvector not null,
  primary key (tenant_id, kind, id)
) with (fillfactor = 70);
create index documents_search on documents using gin (search);
create index documents_newest on documents (tenant_id, occurred_at desc, id desc);
