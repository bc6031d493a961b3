-- The chain over the entries of each object: `chain` is SHA-256 over the chain before and the entry, `peaks` the Merkle tree over
-- all entries so far, `checkpoint` the signature of both, in canonical JSON. Entries of before have no link until their object is
-- used again: they are then taken in together, as what they are (adopted).
create table custody_links (
  object_id uuid not null,
  sequence integer not null check (sequence > 0),
  tenant_id text not null,
  adopted boolean not null,
  chain bytea not null,
  peaks bytea not null,
  checkpoint text,
  primary key (object_id, sequence),
  foreign key (object_id, sequence) references custody_entries (object_id, sequence)
);
create trigger custody_links_append_only before update or delete on custody_links
  for each row execute function refuse_custody_change();
create trigger custody_links_not_truncated before truncate on custody_links
  for each statement execute function refuse_custody_change();

grant select, insert on custody_links to soc_storage_tenant;
revoke update, delete on custody_links from soc_storage_tenant;
alter table custody_links enable row level security;
create policy tenant on custody_links using (tenant_id = current_setting('soc.tenant', true));
