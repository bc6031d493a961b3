create table saved_searches (
  id uuid primary key,
  tenant_id text not null,
  owner_id text not null,
  owner_name text not null,
  name text not null,
  q text not null,
  shared boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index saved_searches_name on saved_searches (tenant_id, owner_id, lower(name));
create index saved_searches_newest on saved_searches (tenant_id, created_at desc, id desc);

grant select, insert, update, delete on saved_searches to soc_storage_tenant;
alter table saved_searches enable row level security;
create policy tenant on saved_searches using (tenant_id = current_setting('soc.tenant', true));
